"""The cffi builder of ``sddisplaylink._native``: which C and Objective-C files make the core on which system.

``setup.py`` names `ffibuilder`; cffi runs this file by its path. It stays out of the wheel.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from cffi import FFI

CSRC = Path(__file__).resolve().parent / "csrc"

# every other file of csrc/ is built everywhere
APPLE = {"clocks/corevideo.m", "clocks/quartzcore.m", "clocks/screen_link.m", "platform/time_mach.c"}
POSIX = {"platform/time_posix.c"}


def is_apple() -> bool:
    """Whether to build the Apple clocks: on macOS, and against the stand-in frameworks of the native tests."""
    return sys.platform == "darwin" or bool(os.environ.get("SDDISPLAYLINK_STANDIN"))


def words(variable: str) -> list[str]:
    """The words of an environment variable: further flags for one build."""
    return os.environ.get(variable, "").split()


def core_files(pattern: str) -> list[str]:
    """The files of csrc/ and its folders whose names match, relative to it, in order."""
    return sorted(path.relative_to(CSRC).as_posix() for path in CSRC.rglob(pattern))


def extension_arguments(apple: bool, standin: str | None) -> dict[str, Any]:
    """The keyword arguments of ``set_source`` beside the module's name and preamble."""
    elsewhere = POSIX if apple else APPLE
    sources = [f"csrc/{name}" for name in core_files("*.[cm]") if name not in elsewhere]
    includes = ["csrc"]
    if standin:
        sources += [f"{standin}/{path.name}" for path in sorted(Path(standin).glob("*.c"))]
        includes = [f"{standin}/include", f"{standin}/darwin", *includes]
    frameworks = ["CoreVideo", "CoreGraphics", "CoreFoundation"] if apple and not standin else []
    libraries = [word for name in frameworks for word in ("-framework", name)] + ["-lobjc"] * bool(frameworks)
    return {
        "sources": sources,
        "depends": [f"csrc/{name}" for name in core_files("*.h")],
        "include_dirs": includes,
        "define_macros": [("SDDL_HAVE_COREVIDEO", "1"), ("SDDL_HAVE_QUARTZCORE", "1")] if apple else [],
        "extra_compile_args": ["-std=c11", "-O3", "-fvisibility=hidden", "-pthread", *words("SDDISPLAYLINK_CFLAGS")],
        "extra_link_args": ["-pthread", "-lm", *libraries, *words("SDDISPLAYLINK_LDFLAGS")],
    }


ffibuilder = FFI()
for declarations in ("include/sddisplaylink.cdef.h", "include/imaging.cdef.h"):
    ffibuilder.cdef((CSRC / declarations).read_text(encoding="utf-8"))
ffibuilder.set_source(
    "sddisplaylink._native",
    '#include "include/sddisplaylink.h"\n#include "imaging/imaging.h"',
    **extension_arguments(is_apple(), os.environ.get("SDDISPLAYLINK_STANDIN")),
)
