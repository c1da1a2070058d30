"""`setup.py build_ext` as the Pythons of a Mac run it: python.org's universal2, and Homebrew's for Apple silicon.

Their settings are real, and so are compiler and linker, which make Mach-O of the sources: only Apple's headers and
libraries are our own.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import native_builds
from macho.extension import FRAMEWORK_HEADERS, STUBS, make_python_headers
from macho.image import read_images
from macho.toolchain import Toolchain
from support.requirements import unavailable

pytest_plugins = ["macho.fixtures"]
pytestmark = pytest.mark.timeout(600)

MACHO = Path(__file__).parent / "macho"
COMMON = {"CXX": "clang++", "CCSHARED": "", "SHLIB_SUFFIX": ".so", "AR": "ar", "ARFLAGS": "rcs", "CPPFLAGS": ""}
WARNINGS = "-fno-strict-overflow -Wsign-compare -fno-common -dynamic -DNDEBUG -g -O3 -Wall"
BOTH = "-arch arm64 -arch x86_64"
OWN_VARIABLES = ("CC", "CFLAGS", "CPPFLAGS", "LDFLAGS", "LDSHARED", "ARCHFLAGS", "MACOSX_DEPLOYMENT_TARGET", "SDKROOT")


@dataclass(frozen=True)
class Python:
    """What a build of Python says of itself in ``sysconfig``."""

    variables: dict[str, str]
    machine: str
    tag: str
    machines: tuple[str, ...]
    deployment_target: str


PYTHON_ORG = Python(
    COMMON
    | {
        "CC": "clang",
        "CFLAGS": f"{WARNINGS} -Wunreachable-code {BOTH}",
        "LDSHARED": f"clang -bundle -undefined dynamic_lookup {BOTH} -g",
        "LDFLAGS": f"{BOTH} -g",
        "MACOSX_DEPLOYMENT_TARGET": "10.15",
        "EXT_SUFFIX": ".cpython-314-darwin.so",
    },
    "x86_64",
    "macosx-10.15-universal2",
    ("arm64", "x86_64"),
    "10.15",
)
HOMEBREW = Python(
    COMMON
    | {
        "CC": "clang",
        "CFLAGS": f"{WARNINGS} -isysroot {{sdk}}",
        "LDSHARED": "clang -bundle -undefined dynamic_lookup -isysroot {sdk}",
        "LDFLAGS": "-isysroot {sdk}",
        "MACOSX_DEPLOYMENT_TARGET": "14.0",
        "EXT_SUFFIX": ".cpython-314-darwin.so",
    },
    "arm64",
    "macosx-14.0-arm64",
    ("arm64",),
    "14.0",
)


class Mac:
    """A source tree, and a `clang` on PATH that knows one Python's machines."""

    def __init__(self, folder: Path, python: Python, clang: str | None, tools: Toolchain) -> None:
        self.folder, self.python = folder, python
        self.tree = native_builds.copy_sources(folder / "tree")
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(native_builds.ROOT / name, self.tree)
        self.log = folder / "clang.jsonl"
        sdk, programs = folder / "MacOSX.sdk", folder / "bin"
        sdk.mkdir()
        programs.mkdir()
        self.write_settings(sdk)
        self.write_clang(programs, clang, tools)
        usual = {name: value for name, value in os.environ.items() if name not in OWN_VARIABLES}
        self.environment = usual | {
            "PATH": os.pathsep.join([str(programs), usual["PATH"]]),
            "_PYTHON_HOST_PLATFORM": python.tag,
            "SDDL_FAKE_CLANG": str(folder / "clang.json"),
            "SDDISPLAYLINK_CFLAGS": "-Wall -Wextra -Werror",
        }

    def write_settings(self, sdk: Path) -> None:
        variables = {name: value.replace("{sdk}", str(sdk)) for name, value in self.python.variables.items()}
        headers = make_python_headers(self.folder / "python")
        settings = {"variables": variables, "machine": self.python.machine, "headers": str(headers)}
        (self.folder / "mac.json").write_text(json.dumps(settings), encoding="utf-8")

    def write_clang(self, programs: Path, clang: str | None, tools: Toolchain) -> None:
        import ziglang  # its headers of Darwin's C library

        libc = Path(ziglang.__file__).parent / "lib" / "libc" / "include" / "any-darwin-any"
        settings = {
            "clang": clang,
            "headers": [str(libc), str(FRAMEWORK_HEADERS)],
            "stubs": str(STUBS),
            "linker": tools.linker,
            "lipo": tools.lipo,
            "log": str(self.log),
        }
        (self.folder / "clang.json").write_text(json.dumps(settings), encoding="utf-8")
        program = f'exec {sys.executable} {MACHO / "fake_clang.py"} "$@"'
        if clang is None:  # without the command line tools, what is called clang asks for them and fails
            program = "echo xcode-select: note: no developer tools were found >&2; exit 1"
        file = programs / "clang"
        file.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def build(self) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, MACHO / "fake_mac.py", self.folder / "mac.json", "-q", "build_ext", "--inplace"]
        return subprocess.run(
            command, cwd=self.tree, env=self.environment, capture_output=True, text=True, timeout=500, check=False
        )

    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


@pytest.fixture
def clang() -> str:
    found = native_builds.find_clang()
    if found is None or len(found) != 1:
        unavailable("no clang: nothing can be compiled as on a Mac here (Debian: apt-get install clang-19)")
    return found[0]


@pytest.mark.parametrize("python", [PYTHON_ORG, HOMEBREW], ids=["python.org", "Homebrew"])
def test_the_module_is_built(python: Python, clang: str, toolchain: Toolchain, tmp_path: Path) -> None:
    mac = Mac(tmp_path, python, clang, toolchain)
    done = mac.build()
    assert done.returncode == 0, done.stderr[-3000:]
    (module,) = (mac.tree / "sddisplaylink").glob("_native*.so")
    assert set(read_images(module)) == set(python.machines)
    calls = mac.calls()
    compiled = [call for call in calls if "-c" in call["words"]]
    sources = {word for call in compiled for word in call["words"] if word.endswith((".c", ".m"))}
    on_a_mac = {str(path.relative_to(native_builds.ROOT)) for path in (native_builds.ROOT / "csrc").rglob("*.[cm]")}
    assert sources >= on_a_mac - {"csrc/platform/time_posix.c"}
    (linked,) = (call for call in calls if "-bundle" in call["words"])
    for call in (*compiled, linked):
        assert call["said"] == ""  # no warnings
        assert call["deployment_target"] == python.deployment_target
        assert call["machines"] == (list(python.machines) if len(python.machines) > 1 else [])
    for framework in ("CoreVideo", "CoreGraphics", "CoreFoundation"):
        assert f"-framework {framework}" in " ".join(linked["words"])


def test_without_the_command_line_tools_one_sentence_says_what_to_do(toolchain: Toolchain, tmp_path: Path) -> None:
    mac = Mac(tmp_path, PYTHON_ORG, None, toolchain)
    done = mac.build()
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "`xcode-select --install`" in line
    assert "(clang)" in line
