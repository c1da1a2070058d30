"""The machine code that a Mac would run: x86_64 inside this Python, on the stand-in frameworks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import test_corevideo_package as source_tests
from macho.darwin_libc import AS_IT_IS, NEVER_CALLED, REPLACED
from macho.extension import ROOT, STUBS
from native_builds import run_program

pytest_plugins = ["macho.fixtures"]
pytestmark = pytest.mark.timeout(600)  # whichever runs first builds

# the package's tests on the stand-in run again, on the machine code: their fixtures are those below
globals().update({name: test for name, test in vars(source_tests).items() if name.startswith("test_")})


@pytest.fixture(scope="module")
def package(macho_module: Path, tree_of: Callable[[Path], Path]) -> Path:
    return tree_of(macho_module)


@pytest.fixture(scope="module")
def build(build_mutant: Callable[..., Path], tree_of: Callable[[Path], Path]) -> Callable[..., Path]:
    return lambda mutation: tree_of(build_mutant(*mutation))


TEN_THOUSAND_TICKS = """
import ctypes, time
import sddisplaylink as sd
import clock_driver, standin
stand = standin.loaded()
stand.set("ticking", 0)
stand.set("objects_per_callback", 3)
stand.set("objects_per_call", 0)
PERIOD = 16_666_667
start, number = time.monotonic_ns(), 0

def deliver():
    global number
    number += 1
    output = clock_driver.stamp(start + number * PERIOD)
    assert stand.library.standin_deliver(ctypes.byref(output), ctypes.byref(output)) == 1

def counts():
    names = "callbacks", "callback_pushes", "objects_made", "objects"
    return [stand.count(name) for name in names]

with sd.DisplayLink(clock="corevideo") as link:
    stand.wait("starts", exactly=1, timeout=60)
    deliver()
    while link.wait(0.01) is None:  # the core does not yet know that the display's clock has started
        deliver()
    before, received = counts(), 0
    for _ in range(10_000):
        deliver()
        tick = link.wait(60)
        assert not tick.synthetic and abs(tick.period - 1 / 60) < 1e-6
        received += 1 + tick.missed
    callbacks, pools, made, live = (after - first for after, first in zip(counts(), before))
print(received, callbacks, pools, made, made - live)
del link
stand.wait("links", exactly=0, timeout=60)
stand.wait("pops", exactly=stand.count("pushes"), timeout=60)
"""


def ten_thousand_ticks(tree: Path) -> list[int]:
    """Ticks received in Python, callbacks, their outermost pools, the objects autoreleased in them, and those freed."""
    done = run_program(tree, TEN_THOUSAND_TICKS)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return [int(word) for word in done.stdout.split()]


def test_ten_thousand_ticks_free_every_object(package: Path) -> None:
    assert ten_thousand_ticks(package) == [10_000, 10_000, 10_000, 30_000, 30_000]


def test_ten_thousand_ticks_without_the_callbacks_pool_free_nothing(
    without_pool: Path, tree_of: Callable[[Path], Path]
) -> None:
    assert ten_thousand_ticks(tree_of(without_pool)) == [10_000, 10_000, 0, 30_000, 0]


def test_the_modules_code_is_that_of_the_macos_file(package: Path) -> None:
    program = """
from pathlib import Path
import sddisplaylink._native as native
maps = Path("/proc/self/maps").read_text()
assert "_native.abi3.so" not in maps, "a module for Linux is loaded"
print(native.lib.sddl_clock_available(native.lib.SDDL_CLOCK_COREVIDEO))
"""
    done = run_program(package, program)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "1", "")


@pytest.mark.parametrize(
    "name", ["playback/test_timeline.py", "playback/native/test_player_native.py", "dispatch/test_display_link.py"]
)
def test_the_cores_own_tests_pass_on_the_machine_code(package: Path, name: str) -> None:
    program = f"""
import sys
import pytest, sddisplaylink
assert sddisplaylink.__file__.startswith({str(package)!r})
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", {str(ROOT / "tests" / name)!r}]))
"""
    done = run_program(package, program, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_function_of_libsystem_has_its_equivalent() -> None:
    words = (STUBS / "libSystem.tbd").read_text("utf-8").partition("exports:")[2].replace(",", " ").split()
    names = {word for word in words if word.startswith(("_", "dyld_"))}
    assert names == AS_IT_IS | REPLACED.keys() | NEVER_CALLED
    assert not AS_IT_IS & REPLACED.keys()


def test_an_unknown_import_is_refused(build_mutant: Callable[..., Path], tree_of: Callable[[Path], Path]) -> None:
    """Not even if this process happens to have a function of that name."""
    old = "static int available(void) {\n    return 1;"
    mutant = build_mutant("csrc/clocks/corevideo.m", old, f"extern int getpid(void);\n{old[:-2]}getpid();")
    done = run_program(tree_of(mutant), "import sddisplaylink")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("MachOError: nothing here stands for _getpid of no library")
