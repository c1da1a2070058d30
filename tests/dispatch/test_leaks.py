"""Nothing is left behind: no thread, no native object, no file descriptor, no byte."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

import sddisplaylink as sd

PATIENCE = 10.0
ZERO_AT_REST = ("links", "players", "sources", "running_sources", "native_threads", "pool_bytes")


def at_rest() -> dict[str, object]:
    figures = sd.diagnostics()
    return {name: figures[name] for name in ZERO_AT_REST}


def wait_until_idle() -> dict[str, object]:
    """The figures once the clocks that are kept for a while have stopped, or those after a long wait."""
    gc.collect()
    deadline = time.monotonic() + PATIENCE
    while any(at_rest().values()) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return at_rest()


def native_tasks() -> list[str]:
    return sorted(path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm"))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


linux_only = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="threads and descriptors are counted in /proc"
)


def test_a_thousand_players_dropped_while_running(make_gif):
    image = sd.AnimatedImage.open(make_gif([100] * 5))
    shown = []
    players = [sd.AnimatedImagePlayer(image, on_frame=shown.append, clock="timer:120") for _ in range(1000)]
    for player in players:
        player.play()
    deadline = time.monotonic() + PATIENCE
    while len(shown) < 1000 and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert len(shown) >= 1000
    assert sd.diagnostics()["native_threads"] == 2  # clock and control, however many players
    del players, player
    shown.clear()
    image.close()
    del image
    assert wait_until_idle() == dict.fromkeys(ZERO_AT_REST, 0)


@linux_only
def test_threads_and_descriptors_return_to_the_baseline(make_gif):
    data = make_gif([20] * 3)

    def use_everything() -> None:
        dispatcher = sd.Dispatcher(thread=False)
        dispatcher.fileno()
        links = [sd.DisplayLink(lambda tick: None, clock="timer:500") for _ in range(10)]
        pulled = [sd.DisplayLink(clock="timer:500") for _ in range(10)]
        players = [sd.AnimatedImagePlayer(data, clock="timer:500", dispatcher=dispatcher) for _ in range(10)]
        clock = sd.ManualClock()
        manual = sd.DisplayLink(lambda tick: None, clock=clock)
        for starter in [*links, *pulled, manual]:
            starter.start()
        for player in players:
            player.play()
        for link in pulled:
            assert link.wait(PATIENCE)
        clock.advance(0.1)

    use_everything()  # the shared threads and caches that stay are there from now on
    assert wait_until_idle() == dict.fromkeys(ZERO_AT_REST, 0)
    tasks, before = Counter(native_tasks()), descriptors()
    for _ in range(20):
        use_everything()
    assert wait_until_idle() == dict.fromkeys(ZERO_AT_REST, 0)
    deadline = time.monotonic() + PATIENCE
    # a thread that has done its work may not have left the system's list; of the first ones, too
    while (Counter(native_tasks()) - tasks or descriptors() > before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Counter(native_tasks()) - tasks
    assert descriptors() == before


@linux_only
def test_native_threads_have_names_and_block_every_signal():
    with sd.DisplayLink(clock="timer:500") as link:
        assert link.wait(PATIENCE)
        masks = {}
        for task in Path("/proc/self/task").iterdir():
            status = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines())
            masks[status["Name"]] = int(status["SigBlk"], 16)
    unblockable = (1 << 8) | (1 << 18)  # SIGKILL, SIGSTOP
    for name in ("sddl-control", "sddl-timer"):
        assert masks[name] | unblockable | (3 << 31) == (1 << 64) - 1, name  # 32 and 33 are the C library's own


@linux_only
def test_memory_does_not_grow_with_use(make_gif):
    data = make_gif([20] * 3)

    def round_of_use() -> None:
        clock = sd.ManualClock(refresh_rate=100)
        with sd.AnimatedImagePlayer(data, clock=clock) as player:
            player.play()
            clock.advance(0.1)
        clock.close()

    def resident() -> int:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for _ in range(200):
        round_of_use()
    before = resident()
    for _ in range(1000):
        round_of_use()
    assert resident() - before < 2_000_000
