"""Builds with the stand-in frameworks, of the whole package and of the Apple clock alone, in copies of the sources."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from processes import run_group

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STANDIN = "tests/native/corevideo"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror")
# Apple's runtime, so that @autoreleasepool becomes the two calls that it is on macOS
RUNTIME = "-fobjc-runtime=macosx-11.0"
INGREDIENTS = ("csrc", "sddisplaylink", STANDIN, "native_build.py", "setup.py", "pyproject.toml", "README.md")


def find_clang() -> tuple[str, ...] | None:
    """A clang, the only compiler that takes ``@autoreleasepool`` without a library; PyPI's ziglang has one."""
    names = ("clang", *(f"clang-{version}" for version in range(25, 13, -1)))
    found = next((path for path in map(shutil.which, names) if path), None)
    return (found,) if found else find_zig()


def find_zig() -> tuple[str, ...] | None:
    """The clang inside PyPI's ziglang, which compiles for macOS anywhere."""
    if importlib.util.find_spec("ziglang") is None:
        return None
    return sys.executable, "-m", "ziglang", "cc", "-fno-sanitize=undefined"


def copy_sources(target: Path) -> Path:
    """What a build needs, in a directory of its own."""
    for name in INGREDIENTS:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("*.so", "__pycache__")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy(source, target / name)
    return target


def mutate(tree: Path, file: str, old: str, new: str) -> None:
    """Replace a text, which must be there, wherever it stands."""
    path = tree / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} no longer contains {old!r}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def build_package(tree: Path, clang: tuple[str, ...], flags: str = "", link_flags: str = "") -> Path:
    """Build the native module in place, CoreVideo clock and stand-in included; returns the tree."""
    environment = os.environ | {
        "CC": shlex.join(clang),
        "LDSHARED": shlex.join([*clang, "-shared"]),
        "SDDISPLAYLINK_STANDIN": STANDIN,
        "SDDISPLAYLINK_CFLAGS": f"{RUNTIME} -O1 -DSDDL_CHECK_LOCKS {flags}",
        "SDDISPLAYLINK_LDFLAGS": link_flags,
    }
    command = [sys.executable, str(HERE / "setup_at_once.py"), "-q", "build_ext", "--inplace"]
    run(command, cwd=tree, env=environment)
    return tree


def build_mutant(package: Path, target: Path, mutation: tuple[str, str, str], clang: tuple[str, ...]) -> Path:
    """A copy of a built package with one text in one file replaced; what is not that file is not compiled again."""
    file, old, new = mutation
    shutil.copytree(package, target, copy_function=os.link, dirs_exist_ok=True)
    replaced = target / file
    replaced.unlink()
    shutil.copy(package / file, replaced)
    mutate(target, file, old, new)
    if replaced.suffix not in (".c", ".m"):
        return target
    (module,) = target.glob("sddisplaylink/_native*.so")
    objects = sorted((target / "build").rglob("*.o"))
    (compiled,) = (path for path in objects if path.as_posix().endswith(Path(file).with_suffix(".o").as_posix()))
    for path in (module, compiled):
        path.unlink()
    flags = [RUNTIME, "-O1", "-DSDDL_CHECK_LOCKS", "-DSDDL_HAVE_COREVIDEO", "-std=c11", "-fPIC", "-fvisibility=hidden"]
    includes = [f"-I{target / name}" for name in (f"{STANDIN}/include", f"{STANDIN}/darwin", "csrc")]
    run([*clang, *flags, *includes, "-c", str(replaced), "-o", str(compiled)], cwd=target)
    run([*clang, "-shared", "-pthread", *map(str, objects), "-lm", "-o", str(module)], cwd=target)
    return target


def build_clock(tree: Path, clang: tuple[str, ...]) -> Path:
    """Build the Apple clock without the core, as a library that reports the ticks it makes."""
    library = tree / "libclock.so"
    names = ("corevideo.m", "table.c", "timer.c", "vsync_grid.c")
    sources = [f"csrc/clocks/{name}" for name in names] + [str(HERE / "clock_driver.c")]
    sources += ["csrc/platform/thread_posix.c", "csrc/platform/time_mach.c"]
    sources += [str(path) for path in sorted((tree / STANDIN).glob("*.c"))]
    includes = [f"-I{tree / name}" for name in (f"{STANDIN}/include", f"{STANDIN}/darwin", "csrc")]
    run([*clang, "-shared", "-fPIC", "-std=c11", "-g", "-O1", RUNTIME, "-pthread", "-DSDDL_HAVE_COREVIDEO",
         "-DSDDL_CHECK_LOCKS", *WARNINGS, *includes, *sources, "-lm", "-o", str(library)], cwd=tree)  # fmt: skip
    return library


def compile_for_macos(target: str, zig: tuple[str, ...], output: Path) -> list[Path]:
    """Compile every source that a Mac compiles, warnings being errors, with zig's libc headers and our frameworks'."""
    includes = [f"-I{ROOT / STANDIN}/include", f"-I{ROOT}/csrc"]
    options = [
        "-target",
        target,
        "-std=c11",
        "-O2",
        "-fvisibility=hidden",
        "-DSDDL_HAVE_COREVIDEO",
        *WARNINGS,
        *includes,
    ]
    objects = []
    for source in sorted((ROOT / "csrc").rglob("*.[cm]")):
        if source.name != "time_posix.c":
            objects.append(output / source.relative_to(ROOT / "csrc").with_suffix(".o"))
            objects[-1].parent.mkdir(parents=True, exist_ok=True)
            run([*zig, *options, "-c", str(source), "-o", str(objects[-1])], cwd=output)
    return objects


def run(command: list[str], **options: object) -> None:
    """Run a build command; AssertionError with its output if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def run_program(tree: Path, program: str, *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a Python program on the package built in ``tree``; ``standin`` is importable."""
    path = os.pathsep.join([str(tree), str(HERE)])
    environment = {k: v for k, v in os.environ.items() if k != "SDDISPLAYLINK_CLOCK"} | {"PYTHONPATH": path}
    command = [sys.executable, "-P", "-c", program]
    return run_group(command, timeout=timeout, env=environment)


VIRTUAL = """
import time
import sddisplaylink as sd
from virtual_display import advance, is_native, is_synthetic, stand, total, watch, watch_until
"""


def check_in_virtual_time(tree: Path, program: str) -> str:
    """Run a program whose time is virtual (see ``virtual_display``); it must succeed without output on stderr.

    Returns what it printed.
    """
    done = run_program(tree, VIRTUAL + program)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr or done.returncode
    return done.stdout
