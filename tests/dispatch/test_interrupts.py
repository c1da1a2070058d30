"""Ctrl-C and sys.exit() that a program survives: nothing stays locked, and no event is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.composition.buffers import FrameBuffer
from sddisplaylink.dispatch import subscriber
from support import requirements

MakeImage = Callable[..., bytes]
TESTS = Path(__file__).resolve().parents[1]
PATIENCE = 20.0


@pytest.fixture
def dispatcher():
    dispatcher = sd.Dispatcher(thread=False)
    yield dispatcher
    dispatcher.close()


@pytest.mark.timeout(300)
def test_every_public_call_can_be_interrupted_at_any_moment() -> None:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("interrupted_calls.py"), "200" if requirements.chosen else "50"],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("policy", ["skip", "no_skip"])
def test_an_interrupt_in_a_callback_takes_no_event_from_other_players(
    make_gif: MakeImage, clock: sd.ManualClock, dispatcher: sd.Dispatcher, policy: sd.LatePolicy, kind: type
) -> None:
    def interrupted() -> None:
        raise kind

    image = sd.AnimatedImage.open(make_gif([50, 50]))
    finished: list[int] = []
    players = [
        sd.AnimatedImagePlayer(
            image,
            clock=clock,
            dispatcher=dispatcher,
            loop_count=1,
            late_policy=policy,
            on_finish=interrupted if number == 2 else lambda number=number: finished.append(number),
        )
        for number in range(5)
    ]
    for player in players:
        player.play()
    with pytest.raises(kind):
        clock.advance(0.5)
    clock.advance(0)
    assert sorted(finished) == [0, 1, 3, 4]
    for player in players:
        assert player.wait(PATIENCE)
        player.close()


class EventHandler:
    """Is interrupted once, before it has done anything."""

    def __init__(self, received: list[Any], interrupted: bool) -> None:
        self.received = received
        self.interrupted = interrupted

    def handle_event(self, event: Any) -> None:
        if self.interrupted:
            self.interrupted = False
            raise KeyboardInterrupt
        self.received.append((self, event.sequence))


def test_an_interrupt_before_a_callback_begins_loses_no_event(clock: sd.ManualClock, dispatcher: sd.Dispatcher) -> None:
    links = [sd.DisplayLink(lambda tick: None, clock=clock, dispatcher=dispatcher) for _ in range(3)]
    received: list[Any] = []
    receivers = [EventHandler(received, interrupted=number == 1) for number in range(3)]
    for link, receiver in zip(links, receivers, strict=True):
        dispatcher.register(link._handle, receiver)
        link.start()
    with pytest.raises(KeyboardInterrupt):
        clock.advance(1 / 60)
    assert dispatcher.wait(0)
    dispatcher.run_pending()
    assert sorted(received, key=lambda each: receivers.index(each[0])) == [(receiver, 1) for receiver in receivers]


def test_an_interrupt_in_a_posted_call_leaves_the_others_for_the_next_turn(dispatcher: sd.Dispatcher) -> None:
    ran: list[int] = []
    interrupts = [KeyboardInterrupt()]

    def interrupted() -> None:
        if interrupts:
            raise interrupts.pop()
        ran.append(1)

    dispatcher.post(lambda: ran.append(0))
    dispatcher.post(interrupted)
    dispatcher.post(lambda: ran.append(2))
    with pytest.raises(KeyboardInterrupt):
        dispatcher.run_pending()
    assert dispatcher.wait(0)
    dispatcher.run_pending()
    assert ran == [0, 1, 2]


def test_an_error_in_a_posted_call_leaves_the_others_for_the_next_turn(dispatcher: sd.Dispatcher) -> None:
    ran: list[int] = []
    dispatcher.post(lambda: 1 / 0)
    dispatcher.post(lambda: ran.append(2))
    with pytest.raises(ZeroDivisionError):
        dispatcher.run_pending()
    dispatcher.run_pending()
    assert ran == [2]


@pytest.mark.parametrize("raised", [RuntimeError("in the hook"), SystemExit(3)])
def test_an_excepthook_that_raises_does_not_end_the_shared_thread(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], raised: BaseException
) -> None:
    def hook(*_: object) -> None:
        raise raised

    monkeypatch.setattr(sys, "excepthook", hook)
    dispatcher, ran = sd.Dispatcher(), threading.Event()
    dispatcher.post(lambda: 1 / 0)
    dispatcher.post(ran.set)
    assert ran.wait(PATIENCE)
    dispatcher.close()
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_clock_goes_on_from_where_an_interrupt_has_stopped_it(
    clock: sd.ManualClock, dispatcher: sd.Dispatcher
) -> None:
    seen: list[int] = []

    def on_tick(tick: sd.Tick) -> None:
        seen.append(tick.sequence)
        if tick.sequence == 30:
            raise KeyboardInterrupt

    link = sd.DisplayLink(on_tick, clock=clock, dispatcher=dispatcher)
    link.start()
    with pytest.raises(KeyboardInterrupt):
        clock.advance(1)
    assert clock.time == 0.5
    link.start()
    clock.advance(0.5)
    assert seen == [*range(1, 61)]
    assert clock.time == 1.0


def test_no_interrupt_comes_while_a_dispatchers_thread_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python raises interrupts on the main thread, in Thread.start() as elsewhere, which does not bear that."""
    start, starters = threading.Thread.start, []

    def note(thread: threading.Thread) -> None:
        starters.append(threading.current_thread())
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", note)
    sd.Dispatcher().close()
    assert len(starters) == 1
    assert starters[0] is not threading.main_thread()


@pytest.mark.parametrize("kind", [FrameBuffer, subscriber._KeptError])
def test_an_object_that_an_interrupt_left_unmade_goes_in_silence(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python calls ``__del__`` also where ``__init__`` was interrupted before its first line."""
    said: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    made = [kind.__new__(kind)]
    made.clear()
    assert said == []
