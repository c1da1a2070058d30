"""The native module for macOS: every source that a Mac would compile, for both architectures, in one universal file.

What is compiled and how comes from native_build.py, as on a Mac. In place of Apple's frameworks stand our own headers
and the text stubs of ``stubs/``; libc's headers come with zig.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import sysconfig
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from macho.toolchain import Toolchain, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
COMMAND = HERE.parent / "build_macho.py"
STUBS = HERE / "stubs"
FRAMEWORK_HEADERS = HERE.parent / "corevideo" / "include"

MINIMUM_OS = "11.0"
TARGETS = {"x86_64": f"x86_64-macos.{MINIMUM_OS}", "arm64": f"aarch64-macos.{MINIMUM_OS}"}
MODULE = "_native.abi3.so"

# -O2 and no assertions, as setuptools has it; every warning is an error
OPTIONS = ("-O2", "-DNDEBUG", "-Wall", "-Wextra", "-Werror")
# Apple's cc links these by itself, libm and libpthread being parts of libSystem
DRIVER_LIBRARIES = ("-lobjc", "-lSystem")
DRIVER_OPTIONS = {"-pthread", "-lm"}


def load_native_build(root: Path) -> ModuleType:
    """The native_build.py of a source tree."""
    spec = importlib.util.spec_from_file_location("native_build", root / "native_build.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(root / "native_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_python_headers(out: Path) -> Path:
    """This Python's headers, by links, but for its pyconfig.h: that speaks of Linux, on Debian of nothing else."""
    out.mkdir(parents=True, exist_ok=True)
    for path in Path(sysconfig.get_path("include")).iterdir():
        (out / path.name).symlink_to(HERE / "include" / path.name if path.name == "pyconfig.h" else path)
    return out


@dataclass(frozen=True)
class Recipe:
    """What native_build.py says about a source tree, for this compiler and linker."""

    sources: tuple[Path, ...]
    options: tuple[str, ...]
    libraries: tuple[str, ...]


def read_recipe(root: Path, work: Path) -> Recipe:
    """The recipe for the source tree ``root``; cffi's C file and Python's headers are put into ``work``."""
    native_build = load_native_build(root)
    build = native_build.extension_arguments(apple=True, standin=None)
    generated = work / "_native.c"
    with contextlib.redirect_stdout(io.StringIO()):  # it says that it does
        native_build.ffibuilder.emit_c_code(str(generated))
    python = make_python_headers(work / "python")
    includes = [FRAMEWORK_HEADERS, python, *(root / name for name in build["include_dirs"])]
    macros = [f"-D{name}={value}" for name, value in build["define_macros"]]
    libraries = [word for word in build["extra_link_args"] if word not in DRIVER_OPTIONS]
    return Recipe(
        sources=(*(root / name for name in build["sources"]), generated),
        options=(*OPTIONS, *build["extra_compile_args"], *macros, *(f"-I{path}" for path in includes)),
        libraries=(*libraries, *DRIVER_LIBRARIES),
    )


def object_name(source: Path) -> str:
    """The name of a source file's object: its path within csrc/, as two folders have files of one name."""
    parts = source.parts
    return "-".join(parts[parts.index("csrc") + 1 :] if "csrc" in parts else parts[-1:]) + ".o"


def compile_sources(machine: str, sources: Iterable[Path], options: Iterable[str], out: Path, tools: Toolchain) -> None:
    """One object in ``out`` for each source, named after it."""
    out.mkdir(parents=True, exist_ok=True)

    def compile_one(source: Path) -> None:  # given several at a time, zig writes but the first object
        target = out / object_name(source)
        run(*tools.compiler, "-target", TARGETS[machine], *options, "-c", source, "-o", target, cwd=out)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_one, sources))


def link(machine: str, objects: Iterable[Path], libraries: Iterable[str], out: Path, tools: Toolchain) -> Path:
    """A signed bundle. What no stub knows is left to be found when it is loaded, as Python's own functions are."""
    bundle = out / f"{machine}.so"
    version = ("-platform_version", "macos", MINIMUM_OS, MINIMUM_OS)
    how = ("-bundle", "-undefined", "dynamic_lookup", "-adhoc_codesign", f"-F{STUBS}", f"-L{STUBS}")
    run(tools.linker, "-arch", machine, *version, *how, *libraries, *objects, "-o", bundle)
    return bundle


def join(bundles: Iterable[Path], out: Path, tools: Toolchain) -> Path:
    """The module: one file for all architectures."""
    module = out / MODULE
    run(tools.lipo, "-create", *bundles, "-output", module)
    return module


def build_extension(root: Path, out: Path, tools: Toolchain) -> Path:
    """Build the module from the source tree ``root``; returns the file. RuntimeError with what the tool said."""
    recipe = read_recipe(root, out)
    bundles = []
    for machine in TARGETS:
        compile_sources(machine, recipe.sources, recipe.options, out / machine, tools)
        bundles.append(link(machine, sorted((out / machine).glob("*.o")), recipe.libraries, out, tools))
    return join(bundles, out, tools)


def build_variant(built: Path, source: Path, out: Path, tools: Toolchain) -> Path:
    """The module that was built in the directory ``built``, but with ``source`` for the file of that path in csrc/."""
    recipe = read_recipe(ROOT, out)
    bundles = []
    for machine in TARGETS:
        compile_sources(machine, [source], (*recipe.options, "-Wno-error"), out / machine, tools)
        changed = out / machine / object_name(source)
        objects = [changed if path.name == changed.name else path for path in sorted((built / machine).glob("*.o"))]
        bundles.append(link(machine, objects, recipe.libraries, out, tools))
    return join(bundles, out, tools)
