"""The wheel for macOS, built here: what is in it, what it needs, and what its code does on every path."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.tags import Tag, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from macho.extension import COMMAND, MINIMUM_OS, STUBS, TARGETS
from macho.fixups import all_binds
from macho.flow import POP, PUSH, Code, FlowError, check_one_pool, check_pools_are_popped
from macho.image import BUNDLE, Image, is_signed_ad_hoc, parse_image, read_images
from macho.requirements import need

macholib, abi3info = need("macholib.MachO"), need("abi3info")

pytest_plugins = ["macho.fixtures"]
pytestmark = pytest.mark.timeout(600)  # whichever runs first builds

LIBRARIES = {
    "/System/Library/Frameworks/CoreVideo.framework/Versions/A/CoreVideo",
    "/System/Library/Frameworks/CoreGraphics.framework/Versions/A/CoreGraphics",
    "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
    "/usr/lib/libobjc.A.dylib",
    "/usr/lib/libSystem.B.dylib",
}
WEAK_LIBRARIES = {"/System/Library/Frameworks/QuartzCore.framework/Versions/A/QuartzCore"}
OLDEST_PYTHON = (3, 11)
CLOCK = "csrc/clocks/corevideo.m"
CALLBACKS = {"_output_callback", "_display_link_callback"}


@pytest.fixture(scope="module", params=list(TARGETS))
def image(request: pytest.FixtureRequest, macho_module: Path) -> Image:
    return read_images(macho_module)[request.param]


@pytest.fixture(scope="module")
def wheel(macho_wheel: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(macho_wheel) as opened:
        yield opened


def member(wheel: zipfile.ZipFile, name: str) -> bytes:
    (found,) = (info for info in wheel.namelist() if info.endswith(name))
    return wheel.read(found)


# ---- the wheel ----


@pytest.mark.parametrize("machine", ["arm64", "x86_64"])
@pytest.mark.parametrize("python", [(3, 11), (3, 12), (3, 14)])
def test_macs_from_11_on_can_install_the_wheel(macho_wheel: Path, machine: str, python: tuple[int, int]) -> None:
    tags = parse_wheel_filename(macho_wheel.name)[3]
    assert {str(tag) for tag in tags} == {"cp311-abi3-macosx_11_0_universal2"}

    def accepted(python: tuple[int, int], macos: tuple[int, int]) -> bool:
        return not tags.isdisjoint(cpython_tags(python, platforms=mac_platforms(macos, machine)))

    assert accepted(python, (11, 0))
    assert accepted(python, (15, 0))
    assert not accepted(python, (10, 15))
    assert not accepted((3, 10), (15, 0))


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile, macho_wheel: Path) -> None:
    name, version, _, tags = parse_wheel_filename(macho_wheel.name)
    metadata = message_from_bytes(member(wheel, ".dist-info/METADATA"))
    assert (metadata["Name"], metadata["Version"]) == (name, str(version))
    assert metadata["Requires-Python"] == ">=3.11"
    about = message_from_bytes(member(wheel, ".dist-info/WHEEL"))
    assert {Tag(*about["Tag"].split("-"))} == tags
    assert about["Root-Is-Purelib"] == "false"


def test_the_wheels_record_is_right(wheel: zipfile.ZipFile) -> None:
    rows = list(csv.reader(member(wheel, ".dist-info/RECORD").decode().splitlines()))
    assert sorted(row[0] for row in rows) == sorted(wheel.namelist())
    for name, digest, size in rows:
        if not name.endswith("/RECORD"):
            content = wheel.read(name)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={expected}", len(content)), name


def test_the_wheel_holds_the_package_and_one_module_for_macs(wheel: zipfile.ZipFile, macho_module: Path) -> None:
    names = wheel.namelist()
    assert [name for name in names if name.endswith((".so", ".dylib"))] == ["sddisplaylink/_native.abi3.so"]
    assert wheel.read("sddisplaylink/_native.abi3.so") == macho_module.read_bytes()
    assert {"sddisplaylink/__init__.py", "sddisplaylink/py.typed", "sddisplaylink/_native.pyi"} <= set(names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"sddisplaylink"}


def test_abi3audit_finds_nothing(macho_wheel: Path) -> None:
    need("abi3audit")
    command = [sys.executable, "-m", "abi3audit", "--strict", "--verbose", str(macho_wheel)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# ---- the module, as macholib reads it ----


def test_the_module_needs_macos_11_on_both_architectures(macho_module: Path) -> None:
    headers = macholib.MachO(str(macho_module)).headers
    assert [header.header.cputype for header in headers] == [0x01000007, 0x0100000C]
    for header in headers:
        assert header.filetype == "bundle"
        (version,) = (command for load, command, _ in header.commands if load.get_cmd_name() == "LC_BUILD_VERSION")
        assert (int(version.platform), int(version.minos)) == (1, 11 << 16)


def test_the_module_is_linked_with_these_libraries_alone(macho_module: Path) -> None:
    for header in macholib.MachO(str(macho_module)).headers:
        found: dict[str, set[str]] = {}
        for load, _, name in header.commands:
            if "DYLIB" in load.get_cmd_name():
                found.setdefault(load.get_cmd_name(), set()).add(name.rstrip(b"\0").decode())
        assert found.pop("LC_LOAD_DYLIB") == LIBRARIES
        assert found.pop("LC_LOAD_WEAK_DYLIB", set()) <= WEAK_LIBRARIES
        assert not found


# ---- the module, as our loader reads it ----


def test_the_module_is_a_bundle_signed_ad_hoc(image: Image) -> None:
    assert image.file_type == BUNDLE
    assert image.minimum_os == MINIMUM_OS
    assert is_signed_ad_hoc(image)


def test_a_signature_is_of_the_whole_code(image: Image) -> None:
    (code,) = (section for section in image.sections if section.name == "__text")
    changed = bytearray(image.data)
    changed[code.offset + code.size // 2] ^= 1
    assert not is_signed_ad_hoc(parse_image(bytes(changed)))


def test_only_pythons_entry_is_exported(image: Image) -> None:
    assert image.exports == {"_PyInit__native"}


def stub_symbols(library: str) -> set[str]:
    """The symbols that the text stub of a library lists."""
    texts = [path.read_text("utf-8") for path in STUBS.rglob("*.tbd")]
    (stub,) = (text for text in texts if f"install-name: {library}\n" in text)
    return set(re.findall(r"[\w$]+", stub.partition("exports:")[2]))


def unknown_imports(image: Image) -> set[str]:
    """What is bound to no symbol of our stubs and is no function of Python's stable ABI."""
    unknown = set()
    for bind in all_binds(image):
        if bind.library:
            known = bind.symbol in stub_symbols(bind.library)
        else:
            symbol = abi3info.models.Symbol(bind.symbol.removeprefix("_"))
            entry = abi3info.FUNCTIONS.get(symbol) or abi3info.DATAS.get(symbol)
            known = entry is not None and (entry.added.major, entry.added.minor) <= OLDEST_PYTHON
        if not known:
            unknown.add(bind.symbol)
    return unknown


def test_every_import_is_known(image: Image) -> None:
    assert {bind.symbol for bind in all_binds(image)} >= image.imports > {PUSH, POP}
    assert unknown_imports(image) == set()


def test_an_unknown_import_is_noticed(build_mutant: Callable[..., Path]) -> None:
    old = "static int available(void) {\n    return 1;"
    mutant = build_mutant(CLOCK, old, f"extern int no_such_function(void);\n{old[:-2]}no_such_function();")
    for image in read_images(mutant).values():
        assert unknown_imports(image) == {"_no_such_function"}


# ---- pools, on every path ----


def test_the_callback_is_one_pool_on_every_path(image: Image) -> None:
    code = Code(image)
    assert {function.name for function in code.functions if function.name.endswith("_callback")} == CALLBACKS
    for name in CALLBACKS:
        function = code.function(name)
        assert "what a register says" in code.callees(function)  # the function that the clock was created with
        assert check_one_pool(code, function) >= 1


def test_every_other_pool_is_popped_on_every_path(image: Image) -> None:
    code = Code(image)
    users = [function for function in code.functions if code.callees(function) & {PUSH, POP}]
    assert {"_create", "_start", "_stop", "_destroy", "_displays", *CALLBACKS} <= {function.name for function in users}
    for function in users:
        assert check_pools_are_popped(code, function) >= 1


POOL = "    @autoreleasepool {\n        (void)link, (void)now, (void)flags_in, (void)flags_out;\n"
TICK = "        tick((uintptr_t)context, output);\n"
END = "        return kCVReturnSuccess;\n"
BODY = POOL + TICK + END + "    }\n"
BODY_WITHOUT_END = POOL + TICK + "    }\n"
MUTANTS = {
    "no pool": (BODY.replace("@autoreleasepool ", ""), "before its pool"),
    "work before the pool": (TICK + BODY, "before its pool"),
    "work after the pool": (BODY_WITHOUT_END + TICK + END, "after its pool"),
    "a path without the pool": ("    if (!flags_in)\n        return 0;\n" + BODY, "returns before its pool"),
    "two pools": (BODY_WITHOUT_END + BODY, "after its pool"),
}


@pytest.mark.parametrize(("body", "finding"), MUTANTS.values(), ids=MUTANTS)
def test_a_callback_that_is_not_one_pool_is_noticed(build_mutant: Callable[..., Path], body: str, finding: str) -> None:
    for image in read_images(build_mutant(CLOCK, BODY, body)).values():
        code = Code(image)
        with pytest.raises(FlowError, match=finding):
            check_one_pool(code, code.function("_output_callback"))


# ---- the command ----


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    environment = os.environ | {"PATH": str(tmp_path)}
    command = [sys.executable, str(COMMAND), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"(ziglang|ld64\.lld) is not installed \(.*\)\n", done.stderr)
    assert not (tmp_path / "out").exists()


def test_the_command_passes_on_what_a_tool_says(tmp_path: Path, toolchain: object) -> None:
    environment = os.environ | {"SDDISPLAYLINK_CFLAGS": "-DSDDL_OK"}
    command = [sys.executable, str(COMMAND), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error:" in done.stderr
    assert "Traceback" not in done.stderr
