"""Eight threads make random calls of the C API on shared objects, under the sanitizers and the lock checker."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import native_builds
from support.requirements import unavailable
from support.side_by_side import run_ahead

THREADS, CALLS, FORKS = "8", "10000", "50"
SANITIZERS = {"thread": "0", "address,undefined": FORKS}  # TSan does not support what a fork leaves behind


def build(target: Path, compiler: tuple[str, ...], sanitizer: str, *, standin: bool, csrc: Path | None = None) -> Path:
    """The driver with the whole core, lock checks included, on the timer clock alone or with the stand-in CoreVideo."""
    csrc = csrc or native_builds.ROOT / "csrc"
    folder = native_builds.ROOT / native_builds.STANDIN
    left_out = "time_posix.c" if standin else "time_mach.c"
    sources = [path for path in sorted(csrc.rglob("*.c")) if path.name != left_out]
    flags = [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all", "-DSDDL_CHECK_LOCKS", f"-I{csrc}"]
    if standin:
        sources += [csrc / "clocks/corevideo.m", *sorted(folder.glob("*.c"))]
        flags += [native_builds.RUNTIME, "-DSDDL_HAVE_COREVIDEO", f"-I{folder}/include", f"-I{folder}/darwin"]
    driver = target / "stress"
    arguments = [
        *flags,
        *map(str, sources),
        str(native_builds.HERE / "stress_driver.c"),
        "-pthread",
        "-lm",
        "-o",
        str(driver),
    ]
    native_builds.run([*compiler, "-std=gnu11", "-g", "-O1", *arguments], cwd=target)
    return driver


def stress(driver: Path, sanitizer: str, seed: str = "1") -> subprocess.CompletedProcess[str]:
    command = [str(driver), THREADS, CALLS, seed, SANITIZERS[sanitizer]]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def gcc() -> tuple[str, ...]:
    found = shutil.which("gcc")
    if found is None:
        unavailable("no gcc to build with")
    return (str(found),)


@pytest.fixture(scope="module")
def runs(request, gcc, clang, tmp_path_factory):
    def drive(test):
        """Build what the test is about, and run it."""
        folder = tmp_path_factory.mktemp("stress")
        if mutant := test.callspec.params.get("mutant"):
            file, old, new, sanitizer = MUTANTS[mutant]
            shutil.copytree(native_builds.ROOT / "csrc", folder / "csrc")
            native_builds.mutate(folder, f"csrc/{file}", old, new)
            return stress(build(folder, gcc, sanitizer, standin=False, csrc=folder / "csrc"), sanitizer)
        sanitizer, standin = test.callspec.params["sanitizer"], test.originalname == test_corevideo_clock.__name__
        return stress(build(folder, clang if standin else gcc, sanitizer, standin=standin), sanitizer)

    yield from run_ahead(request, drive)


@pytest.fixture
def done(runs, request):
    return runs[request.node.name].result()


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_timer_clock(done, sanitizer):
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 failures, nothing left, ended\n", "")


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_corevideo_clock(done, sanitizer):
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 failures, nothing left, ended\n", "")


MUTANTS = {
    "a lock left out": (
        "core/mailbox.c",
        "    sddl_monitor_lock(&(*out)->monitor);\n    return SDDL_OK;", "    return SDDL_OK;", "thread",
    ),
    "locks in the wrong order": (
        "core/subscriber.c",
        "    sddl_mailbox *former = subscriber->mailbox;",
        "    (void)sddl_handle_count(SDDL_KIND_LINK);\n    sddl_mailbox *former = subscriber->mailbox;",
        "address,undefined",
    ),
    "an event left behind by a subscriber": (
        "core/subscriber.c",
        "    subscriber->epoch++;\n    sddl_mailbox_drop(subscriber->mailbox, subscriber);", "    subscriber->epoch++;",
        "address,undefined",
    ),
    "a sleeping clock woken without its lock": (
        "clocks/timer.c",
        "    sddl_monitor_lock(&self->monitor);\n    if (target > self->last_target)",
        "    request(self, target);\n    sddl_monitor_lock(&self->monitor);\n    if (false)",
        "thread",
    ),
    "a reference never released": (
        "core/subscriber.c",
        "    sddl_source_unlock(subscriber->source);\n    sddl_object_release(subscriber);\n    return current;",
        "    sddl_source_unlock(subscriber->source);\n    return current;", "address,undefined",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_stress_finds(done, mutant):
    assert done.returncode != 0
