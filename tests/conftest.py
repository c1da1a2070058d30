"""Small animations and virtual time, for all tests."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest

import sddisplaylink as sd
from sddisplaylink.machine import memory_monitor
from support import requirements
from support.images import GifPicture, PngPicture, build_apng, build_gif, colour
from support.large_animation import write_large_gif
from support.native_player import MS, NativePlayer
from support.virtual_screen import VirtualScreen, require_virtual_screen

# a run that was started in the background ignores Ctrl-C and hang-ups, and so would every process that a test starts
USUAL = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGQUIT: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
for number, usual in USUAL.items():
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, usual)

TESTS = Path(__file__).resolve().parent
EXTENDED_FIXTURES = {"virtual_screen", "distributions"}  # an X server and toolkits; a package index and minutes
LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Extended tests run where a marker expression or a part of the tests on the command line chooses them.

    ``-m "not extended"`` with parts: what runs of them in the quick tests.
    """
    parts = {Path(argument).resolve() for argument in config.args} - {TESTS, TESTS.parent}
    requirements.chosen = config.option.markexpr != "not extended" and bool(config.option.markexpr or parts)
    if sys.dont_write_bytecode:
        keep_bytecode_for_a_while(config)


def keep_bytecode_for_a_while(config: pytest.Config) -> None:
    """The processes that tests start would compile every module anew, which takes each of them a tenth of a second."""
    folder = tempfile.TemporaryDirectory(prefix="bytecode-")
    config.add_cleanup(folder.cleanup)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = folder.name


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give every test the marker that chooses all of them, and those the other that need such a fixture."""
    item.add_marker("all")
    if EXTENDED_FIXTURES.intersection(getattr(item, "fixturenames", ())):
        item.add_marker("extended")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the extended tests unless they are chosen."""
    if requirements.chosen:
        return
    extended = [item for item in items if item.get_closest_marker("extended")]
    items[:] = [item for item in items if not item.get_closest_marker("extended")]
    config.hook.pytest_deselected(items=extended)
    config.stash[LEFT_OUT] = len(extended)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out."""
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"Left out {count} extended tests (windows, code for macOS, mutants, sanitizers, stress, packaging …); "
            "all tests: python3 scripts/test.py -m all"
        )


@pytest.fixture(scope="session", autouse=True)
def ample_memory() -> Iterator[None]:
    """No test's pools are purged because this machine is short of memory at the moment."""
    with mock.patch.object(memory_monitor.monitor, "_is_short", return_value=False):
        yield


@pytest.fixture
def clock() -> Iterator[sd.ManualClock]:
    """Virtual time at 60 Hz."""
    clock = sd.ManualClock()
    yield clock
    clock.close()


@pytest.fixture(scope="session")
def virtual_screen() -> Iterator[VirtualScreen]:
    """An X server for the windows of all tests."""
    require_virtual_screen()
    with VirtualScreen() as screen:
        yield screen


@pytest.fixture(scope="session")
def large_gif(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred frames of 1920 × 1080 at 25 a second, which take about 2 s to decode."""
    path = tmp_path_factory.mktemp("large") / "large.gif"
    write_large_gif(path)
    return path


@pytest.fixture
def make_gif() -> Callable[..., bytes]:
    """``make_gif([20, 100])``: a GIF with frames of that many milliseconds (whole hundredths), each of another colour.

    ``plays``: how often it is to be played; 0 = for ever.
    """

    def make(durations: Sequence[int], *, plays: int = 0, size: tuple[int, int] = (4, 3)) -> bytes:
        pictures = [GifPicture(*size, fill=index + 1, delay=time // 10) for index, time in enumerate(durations)]
        return build_gif(pictures, size=size, loop={0: 0, 1: None}.get(plays, plays - 1))

    return make


@pytest.fixture
def make_apng() -> Callable[..., bytes]:
    """``make_apng([33, 100])``: the same as an APNG, exact to the millisecond."""

    def make(durations: Sequence[int], *, plays: int = 0, size: tuple[int, int] = (4, 3)) -> bytes:
        pictures = [PngPicture(*size, fill=colour(i + 1), delay=(ms, 1000)) for i, ms in enumerate(durations)]
        return build_apng(pictures, size=size, plays=plays)

    return make


@pytest.fixture
def open_native() -> Iterator[Callable[..., NativePlayer]]:
    """``open_native(2, 3)``: a bare native player of frames that last 2 and 3 ticks of 10 ms."""
    opened: list[NativePlayer] = []

    def open_native(*ticks: float, source: int = 0) -> NativePlayer:
        opened.append(NativePlayer([round(count * 10 * MS) for count in ticks], source=source))
        return opened[-1]

    yield open_native
    for player in reversed(opened):
        player.close()
