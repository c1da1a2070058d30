"""Builds and runs the experiment: each combination of two cures and two kinds of context, and what it leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import native_builds

HERE = Path(__file__).resolve().parent
STANDIN = HERE.parent / "corevideo"
NOT_NEEDED = ("objc", "runloop", "quartz")  # of the stand-in: what GNUstep's runtime is here itself
GNUSTEP_HEADERS = (Path("/usr/include/GNUstep"), Path("/usr/local/include/GNUstep"))
GNUSTEP_OPTIONS = (
    "-fobjc-runtime=gcc",
    "-fconstant-string-class=NSConstantString",
    "-fexceptions",
    "-fobjc-exceptions",
    "-D_NATIVE_OBJC_EXCEPTIONS",
    "-DGNUSTEP",
    "-DGNUSTEP_BASE_LIBRARY=1",
    "-DGNU_RUNTIME=1",
)
LIBRARIES = ("-lgnustep-base", "-lobjc", "-lm")
NO_POOL = "autorelease called without pool"

PLAYERS, TICKS, TOKENS = 1000, 10_000, 30_000
LEFT = ("tokens", "players", "links", "proxies", "cv_links", "threads")
"""The figures of the end, each of which is to be 0."""


@dataclass(frozen=True)
class Variant:
    """One build. ``remark``: who shipped it, or what it is here for."""

    proxy: bool
    pool: bool
    stop: bool
    remark: str = ""

    @property
    def context(self) -> str:
        return "retained proxy" if self.proxy else "integer"


VARIANTS = (
    Variant(proxy=True, pool=False, stop=False, remark="SDWebImage 5.20"),
    Variant(proxy=True, pool=True, stop=False, remark="SDWebImage 5.21.5"),
    Variant(proxy=True, pool=False, stop=True),
    Variant(proxy=True, pool=True, stop=True, remark="ours, context never released"),
    Variant(proxy=False, pool=False, stop=False),
    Variant(proxy=False, pool=True, stop=False, remark="ours, stop removed"),
    Variant(proxy=False, pool=False, stop=True, remark="ours, pool removed"),
    Variant(proxy=False, pool=True, stop=True, remark="ours"),
)


@dataclass(frozen=True)
class Outcome:
    """What one run has counted.

    ``running_tokens``: tokens alive while all players run. ``held_threads``: display threads after all players have
    gone, while the main thread's pool still holds their links. ``left``: what is alive in the end, by name.
    ``complaints``: how often the runtime complained of an object autoreleased without a pool.
    """

    ticks: int
    running_tokens: int
    held_threads: int
    left: dict[str, int]
    complaints: int

    def findings(self) -> dict[str, int]:
        """The figures that show a leak, by name; empty where there is none."""
        found = {name: count for name, count in self.left.items() if count}
        if self.running_tokens > PLAYERS * 3:  # more than the last tick of every player
            found["running_tokens"] = self.running_tokens
        if self.held_threads:
            found["held_threads"] = self.held_threads
        return found


def missing_tool() -> str | None:
    """What this machine lacks for the experiment, or None."""
    found = native_builds.find_clang()
    if found is None or found == native_builds.find_zig():
        return "no clang"
    if _gnustep_headers() is None:
        return "no GNUstep (Debian: libgnustep-base-dev)"
    if not _objc_file("include/objc/objc.h").is_file():
        return "no headers of the GNU Objective-C runtime (Debian: gobjc)"
    return None


def build(directory: Path) -> dict[Variant, Path]:
    """Compile every variant, warnings being errors; returns the programs. AssertionError if one does not compile."""
    clang = native_builds.find_clang()
    assert clang is not None
    compiler = [*clang, "-std=c11", "-O1", "-g", "-pthread", *native_builds.WARNINGS]
    objective_c = [*compiler, *GNUSTEP_OPTIONS, *_includes(directory)]
    standin = sorted(str(path) for path in STANDIN.glob("*.c") if not path.name.startswith(NOT_NEEDED))
    native_builds.run(
        [*compiler, *(f"-I{STANDIN / name}" for name in ("include", "darwin")), "-c", *standin], cwd=directory
    )
    native_builds.run([*objective_c, "-c", *(f"{HERE}/{name}.m" for name in ("main", "objects"))], cwd=directory)
    common = [*sorted(str(path) for path in directory.glob("*.o")), f"-L{_objc_file('libobjc.so').parent}", *LIBRARIES]
    programs = {}
    for variant in VARIANTS:
        programs[variant] = directory / f"leak_{variant.proxy:d}{variant.pool:d}{variant.stop:d}"
        switches = [f"-DWITH_{name.upper()}={getattr(variant, name):d}" for name in ("pool", "stop", "proxy")]
        own = [f"{HERE}/{name}.m" for name in ("link", "player")]
        native_builds.run([*objective_c, *switches, *own, *common, "-o", str(programs[variant])])
    return programs


def run(program: Path) -> Outcome:
    """Run one program, a few seconds. AssertionError, with what it said, if it could not finish."""
    environment = os.environ | {"LC_ALL": "C"}
    done = subprocess.run([program], capture_output=True, text=True, timeout=110, check=False, env=environment)
    said = "\n".join(line for line in done.stderr.splitlines() if NO_POOL not in line)
    assert done.returncode == 0, f"{program.name}: exit code {done.returncode}\n{done.stdout}\n{said}"
    figures = {name: int(value) for name, value in map(str.split, done.stdout.splitlines())}
    return Outcome(
        ticks=figures["ticks"],
        running_tokens=figures["running_tokens"],
        held_threads=figures["held_threads"],
        left={name: figures[name] for name in LEFT},
        complaints=done.stderr.count(NO_POOL),
    )


def table(outcomes: dict[Variant, Outcome]) -> str:
    """What the variants have left behind, as a Markdown table."""
    columns = ["context", "pool", "stop", "tokens while running", "threads while held"]
    columns += ["tokens", "players", "links", "proxies", "CVDisplayLinks", "threads", "remark"]
    rows = [[*_row(variant, outcome)] for variant, outcome in outcomes.items()]
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    lines = [columns, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines)


def _row(variant: Variant, outcome: Outcome) -> list[str]:
    switches = [variant.context, "yes" if variant.pool else "no", "yes" if variant.stop else "no"]
    counts = [outcome.running_tokens, outcome.held_threads, *(outcome.left[name] for name in LEFT)]
    return [*switches, *(f"{count:,}" for count in counts), variant.remark]


def _includes(directory: Path) -> list[str]:
    """Options for the headers of the stand-in, of GNUstep, and of the runtime."""
    # beside objc/ there lies gcc's stdatomic.h, which clang must not find before its own
    runtime = directory / "objc"
    runtime.mkdir()
    (runtime / "objc").symlink_to(_objc_file("include/objc/objc.h").parent)
    # the stand-in has an objc/ of its own, for the clock that needs no runtime: here the real one must be found
    return [f"-idirafter{STANDIN}/include", f"-I{STANDIN}", f"-isystem{_gnustep_headers()}", f"-isystem{runtime}"]


def _gnustep_headers() -> Path | None:
    return next((path for path in GNUSTEP_HEADERS if (path / "Foundation" / "Foundation.h").is_file()), None)


def _objc_file(name: str) -> Path:
    """A file of the GNU Objective-C runtime, which lies among those of gcc; not there if the runtime is missing."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return Path(name)
    done = subprocess.run([gcc, f"-print-file-name={name}"], capture_output=True, text=True, timeout=60, check=True)
    return Path(done.stdout.strip())
