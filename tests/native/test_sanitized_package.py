"""The extension that Python loads, with the stand-in CoreVideo in it, under the sanitizers."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import native_builds
from support.requirements import unavailable
from support.side_by_side import run_ahead

SUPPRESSIONS = Path(__file__).parent / "thread_sanitizer.supp"
# the preloaded runtime, what it is built with, and its options
SANITIZERS = {
    "address": ("asan", "address,undefined", {"ASAN_OPTIONS": "detect_leaks=1:exitcode=66"}),
    "thread": ("tsan", "thread", {"TSAN_OPTIONS": f"exitcode=66:suppressions={SUPPRESSIONS}"}),
}
TESTS = (
    "dispatch/test_display_link.py",
    "dispatch/test_dispatcher.py",
    "playback/test_player.py",
    "playback/native/test_player_native.py",
    "playback/native/test_player_native_commands.py",
    "playback/native/test_player_native_loops.py",
    "playback/test_player_group.py",
)

STRESS_SECONDS = os.environ.get("SDDISPLAYLINK_STRESS_SECONDS", "10")

ON_COREVIDEO = """
import gc
import sddisplaylink as sd
from support.images import GifPicture, build_gif

data = build_gif([GifPicture(fill=n, delay=2) for n in range(4)], loop=0)
links = [sd.DisplayLink(lambda tick: None, clock="corevideo") for _ in range(20)]
players = [sd.AnimatedImagePlayer(data, clock="corevideo", on_frame=lambda frame: None) for _ in range(20)]
with sd.DisplayLink(clock="corevideo") as pulled:
    for link, player in zip(links, players):
        link.start()
        player.play()
    for _ in range(20):
        assert pulled.wait(10)
    del links[::2], players[::2], link, player
    gc.collect()
    for _ in range(20):
        assert pulled.wait(10)
print("20 links and 20 players")
"""


def runtime_of(clang: tuple[str, ...], name: str) -> str:
    """The sanitizer's shared library, which must be in the process before Python is."""
    command = [*clang, f"-print-file-name=libclang_rt.{name}-{os.uname().machine}.so"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if not Path(found).is_absolute():
        unavailable(f"this clang has no {name} runtime")
    return found


def sanitized(sanitizer: str, clang: tuple[str, ...], tree: Path) -> tuple[Path, dict[str, str]]:
    """Build the package for one sanitizer; where it is, and the environment to run it in."""
    name, kinds, options = SANITIZERS[sanitizer]
    library = runtime_of(clang, name)
    native_builds.copy_sources(tree)
    # Python asks for -fwrapv, under which no sum can overflow
    flags = f"-fsanitize={kinds} -fno-sanitize-recover=all -shared-libsan -fno-wrapv"
    native_builds.build_package(tree, clang, f"-g -fno-omit-frame-pointer {flags}", flags)
    tests = native_builds.ROOT / "tests"
    for folder in ("support", "stress"):
        shutil.copytree(tests / folder, tree / folder)
    for file in ("conftest.py", *TESTS):
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tests / file, tree / file)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SDDISPLAYLINK")}
    return tree, environment | options | {"LD_PRELOAD": library, "PYTHONMALLOC": "malloc", "PYTHONPATH": str(tree)}


def run(tree: Path, environment: dict[str, str], *arguments: str) -> str:
    """Run Python on the sanitized package; what it printed. Fails for whatever a sanitizer says of our code.

    The interpreter and cffi are not instrumented and leave memory unfreed at exit: a report that names nothing of ours
    does not count.
    """
    done = subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=250 + float(STRESS_SECONDS),
        check=False,
    )
    report = done.stdout + done.stderr
    assert "sddl_" not in report and "csrc/" not in report and "WARNING: ThreadSanitizer" not in report, report
    only_leaks = done.returncode == 66 and "LeakSanitizer: detected memory leaks" in done.stderr
    assert done.returncode == 0 or only_leaks, report
    return done.stdout


@pytest.fixture(scope="module")
def outputs(request, clang, tmp_path_factory):
    trees = {name: tmp_path_factory.mktemp(name) for name in SANITIZERS}
    locks = {name: threading.Lock() for name in SANITIZERS}
    build = functools.cache(lambda name: sanitized(name, clang, trees[name]))

    def run_program(test: pytest.Function) -> str:
        name = test.callspec.params["sanitizer"]
        with locks[name]:
            tree, environment = build(name)
        return run(tree, environment, *PROGRAMS[test.originalname])

    yield from run_ahead(request, run_program)


PROGRAMS = {
    "test_the_packages_own_tests": ("-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS),
    "test_random_calls": ("-m", "stress.run", "--calls", "100", "--seconds", STRESS_SECONDS, "--may-grow"),
    "test_links_and_players_on_corevideo": ("-c", ON_COREVIDEO),
}


@pytest.fixture
def printed(outputs, request):
    return outputs[request.node.name].result()


pytestmark = [
    pytest.mark.parametrize("sanitizer", SANITIZERS),
    pytest.mark.timeout(600 + int(STRESS_SECONDS)),  # the first waits for its build
]


def test_the_packages_own_tests(printed, sanitizer):
    assert " passed" in printed
    assert "failed" not in printed


def test_random_calls(printed, sanitizer):
    """More of them: SDDISPLAYLINK_STRESS_SECONDS."""
    assert printed.endswith(" rounds\n")
    print(*printed.splitlines()[-2:], sep="\n")


def test_links_and_players_on_corevideo(printed, sanitizer):
    assert printed == "20 links and 20 players\n"
