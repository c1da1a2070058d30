"""The core compiles for macOS, and its one Objective-C file asks nothing of the runtime but pools."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import native_builds


@pytest.mark.parametrize("machine", ["aarch64", "x86_64"])
def test_mach_o_compiles(zig: tuple[str, ...], tmp_path: Path, machine: str) -> None:
    objects = native_builds.compile_for_macos(f"{machine}-macos.11.0", zig, tmp_path)
    assert {"clock_corevideo.o", "control.o", "player.o", "time_mach.o"} <= {path.name for path in objects}
    for path in objects:
        content = path.read_bytes()
        assert content[:4] == b"\xcf\xfa\xed\xfe", f"{path.name} is not a 64-bit Mach-O file"
        runtime = set(re.findall(rb"\0_(objc_\w+)", content))
        pools = {b"objc_autoreleasePoolPush", b"objc_autoreleasePoolPop"}
        assert runtime == (pools if path.name == "clock_corevideo.o" else set()), path.name


def test_the_deprecation_of_cvdisplaylink_is_silenced_in_one_file_alone() -> None:
    files = [path for path in sorted((native_builds.ROOT / "csrc").iterdir()) if "pragma" in path.read_text("utf-8")]
    assert [path.name for path in files] == ["clock_corevideo.m"]


def test_the_callback_is_one_pool_from_end_to_end() -> None:
    source = (native_builds.ROOT / "csrc" / "clock_corevideo.m").read_text("utf-8")
    signature = source.index("static CVReturn output_callback(")
    body = source[source.index("{\n", signature) + 2 : source.index("\n}\n", signature)]
    assert re.fullmatch(r" {4}@autoreleasepool \{\n( {8}.*\n)* {4}\}", body)
