"""The core compiles for macOS, and its Objective-C files ask nothing of the runtime but pools and plain functions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import native_builds

POOLS = {"objc_autoreleasePoolPush", "objc_autoreleasePoolPop"}
RUNTIME = {
    "corevideo.o": POOLS,
    "quartzcore.o": POOLS | {"objc_getClass", "objc_msgSend"},
    "screen_link.o": POOLS | {"objc_getClass", "objc_msgSend", "objc_allocateClassPair", "objc_registerClassPair"},
}


@pytest.mark.parametrize("machine", ["aarch64", "x86_64"])
def test_mach_o_compiles(zig: tuple[str, ...], tmp_path: Path, machine: str) -> None:
    objects = native_builds.compile_for_macos(f"{machine}-macos.11.0", zig, tmp_path)
    assert {*RUNTIME, "control.o", "tick.o", "time_mach.o"} <= {path.name for path in objects}
    for path in objects:
        content = path.read_bytes()
        assert content[:4] == b"\xcf\xfa\xed\xfe", f"{path.name} is not a 64-bit Mach-O file"
        runtime = {name.decode() for name in re.findall(rb"\0_(objc_\w+)", content)}
        assert runtime == RUNTIME.get(path.name, set()), path.name
        assert not re.search(rb"__objc_(?!imageinfo)", content), f"{path.name} has classes or selectors of its own"


def test_the_deprecation_of_cvdisplaylink_is_silenced_in_one_file_alone() -> None:
    files = [
        path for path in sorted((native_builds.ROOT / "csrc").rglob("*.[chm]")) if "pragma" in path.read_text("utf-8")
    ]
    assert [path.name for path in files] == ["corevideo.m"]


def test_the_callback_is_one_pool_from_end_to_end() -> None:
    source = (native_builds.ROOT / "csrc" / "clocks" / "corevideo.m").read_text("utf-8")
    signature = source.index("static CVReturn output_callback(")
    body = source[source.index("{\n", signature) + 2 : source.index("\n}\n", signature)]
    assert re.fullmatch(r" {4}@autoreleasepool \{\n( {8}.*\n)* {4}\}", body)
