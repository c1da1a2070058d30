"""A manual clock that waits for frames, on a system that refuses the thread which would decode them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

import sddisplaylink as sd
from sddisplaylink.machine import workers
from sddisplaylink.machine.workers import DecodeWorker

MakeImage = Callable[..., bytes]
PATIENCE = 30.0  # seconds; takes some tenths
COUNT = 30


def refuse_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(workers._thread, "start_new_thread", refuse)


def refuse_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker starts its thread on a thread of its own, which need not wait for it."""
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "refused":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> DecodeWorker:
    """The only worker, which has no thread yet."""
    worker = DecodeWorker("refused")
    for module in ("frames.pool", "playback.delivery"):
        monkeypatch.setattr(f"sddisplaylink.{module}.shared_worker", lambda: worker)
    return worker


@pytest.mark.parametrize("refuse", [refuse_at_once, refuse_the_second])
@pytest.mark.parametrize("has_thread", [False, True])
def test_the_frames_are_decoded_where_they_are_waited_for(
    make_gif: MakeImage,
    clock: sd.ManualClock,
    worker: DecodeWorker,
    monkeypatch: pytest.MonkeyPatch,
    refuse: Callable[[pytest.MonkeyPatch], None],
    has_thread: bool,
) -> None:
    shown: list[int] = []
    dispatcher = sd.Dispatcher(thread=has_thread)
    data = make_gif([50] * COUNT, size=(300, 300), plays=1)
    refuse(monkeypatch)
    with sd.AnimatedImagePlayer(
        data, clock=clock, dispatcher=dispatcher, rate=-1, on_frame=lambda frame: shown.append(frame.index)
    ) as player:
        advancing = threading.Thread(target=lambda: (player.play(), clock.advance(2.0)), daemon=True)
        advancing.start()
        advancing.join(PATIENCE)
        assert not advancing.is_alive()
        assert shown == [*reversed(range(COUNT))]
        assert player.stats.skipped == 0
    assert not worker.is_running
    dispatcher.close()


def test_nothing_is_done_here_while_there_is_a_thread(worker: DecodeWorker) -> None:
    here: list[threading.Thread] = []
    done = threading.Event()

    class Load:
        is_queued = False

        def work(self) -> bool:
            here.append(threading.current_thread())
            done.set()
            return False

    load = Load()
    worker.submit(load)
    worker.work_here(1.0)
    assert done.wait(PATIENCE)
    assert here == [thread for thread in here if thread is not threading.current_thread()]
    worker.stop(PATIENCE)
