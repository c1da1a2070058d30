"""The x86_64 part of the macOS module, mapped into this Linux process and imported: the very code that a Mac would run.

Python's functions are this interpreter's, the frameworks' are the stand-in's (tests/native/corevideo), libSystem's are
Linux's where they mean the same and otherwise darwin.c's.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from macho.darwin_libc import NEVER_CALLED, equivalent
from macho.fixups import Bind, linked
from macho.image import BUNDLE, Image, MachOError, read_images
from macho.toolchain import run
from native_builds import ROOT, STANDIN, WARNINGS

MACHINE = "x86_64"
LIBSYSTEM = "/usr/lib/libSystem.B.dylib"
PYTHON = ("_Py", "__Py")
FRAMEWORKS = ("/System/Library/Frameworks/", "/usr/lib/libobjc.")

NO_MEMORY = (1 << 64) - 1


def build_linux_side(compiler: tuple[str, ...], out: Path) -> Path:
    """Compile the stand-in frameworks and darwin.c for this system; returns the library."""
    library = out / "linux_side.so"
    standin = ROOT / STANDIN
    sources = [Path(__file__).parent / "darwin.c", *sorted(standin.glob("*.c"))]
    includes = [f"-I{standin / name}" for name in ("include", "darwin", ".")]
    options = ["-shared", "-fPIC", "-std=c11", "-O1", "-g", "-pthread", *WARNINGS, *includes]
    run(*compiler, *options, *sources, "-lm", "-o", library)
    return library


class Resolver:
    """Finds what an import is bound to on this system."""

    def __init__(self, linux_side: Path) -> None:
        self.linux_side = ctypes.CDLL(str(linux_side))

    def __call__(self, bind: Bind) -> int:
        """The address; MachOError if there is nothing in the import's place."""
        if bind.symbol in NEVER_CALLED:
            return 0
        try:
            function = self.find(bind)
        except (AttributeError, KeyError):
            raise MachOError(f"nothing here stands for {bind.symbol} of {bind.library or 'no library'}") from None
        return ctypes.cast(function, ctypes.c_void_p).value or 0

    def find(self, bind: Bind) -> ctypes._NamedFuncPointer:
        if bind.library is None and bind.symbol.startswith(PYTHON):
            return ctypes.pythonapi[bind.symbol.removeprefix("_")]
        if bind.library == LIBSYSTEM:
            return self.linux_side[equivalent(bind.symbol)]  # glibc's own too: it is linked with them
        if bind.library and bind.library.startswith(FRAMEWORKS):
            return self.linux_side[bind.symbol.removeprefix("_")]
        raise KeyError(bind.symbol)


def map_image(image: Image, resolve: Callable[[Bind], int]) -> int:
    """Map the image into this process's memory until the process ends: native threads may run in it as long.

    Returns its base address."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    protection, flags = mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    base = libc.mmap(None, ctypes.c_size_t(image.size), protection, flags, -1, ctypes.c_long(0))
    if base in (None, NO_MEMORY):
        raise OSError(ctypes.get_errno(), "cannot map the image")
    ctypes.memmove(base, bytes(linked(image, base, resolve)), image.size)
    for segment in image.segments:
        where = ctypes.c_void_p(base + segment.address), ctypes.c_size_t(segment.size)
        if libc.mprotect(*where, segment.protection) != 0:  # its bits mean the same on both systems
            raise OSError(ctypes.get_errno(), f"cannot protect {segment.name}")
    return int(base)


def load_extension(name: str, path: Path, linux_side: Path) -> ModuleType:
    """The Python module ``name`` in the Mach-O file, by its x86_64 code; MachOError if it cannot be run here."""
    image = read_images(path)[MACHINE]
    if image.file_type != BUNDLE:
        raise MachOError(f"{path} is no bundle")
    base = map_image(image, Resolver(linux_side))
    initialize = ctypes.PYFUNCTYPE(ctypes.py_object)(base + image.addresses[f"_PyInit_{name.rpartition('.')[2]}"])
    module: ModuleType = initialize()
    module.__file__ = str(linux_side)  # where standin.py looks for the counters
    return module
