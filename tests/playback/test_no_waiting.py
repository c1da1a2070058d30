"""No call waits for a thread that stands still inside another call, wherever that is.

The thread may run a finaliser there (Tk's wait for the thread of the event loop), or a signal handler.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.opening import IncrementalDecoder
from sddisplaylink.images.shared import open_shared
from sddisplaylink.playback.timeline_feed import TimelineFeed
from support.images import GifPicture, build_gif

GIF = build_gif([GifPicture(fill=number, delay=5) for number in range(4)], loop=0)
PACKAGE = str(Path(sd.__file__).parent)
PATIENCE = 20.0
STEPS = {"share": 61, "feed": 61, "show_incoming": 61}
"""Instructions of the interpreter from one moment that is tried to the next; of other calls 7."""


class At:
    """Calls ``action`` before the n-th instruction in the library.

    Later if ``lock`` is held then: no finaliser or signal handler runs between the few instructions that hold it.
    """

    def __init__(self, moment: int, action: Callable[[], object], lock: threading.Lock) -> None:
        self.left = moment
        self._action = action
        self._lock = lock

    def __call__(self, frame: Any, event: str, argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.left -= 1
            if self.left <= 0 and not self._lock.locked():
                sys.settrace(None)
                self._action()
                return None
        return self


class Subjects:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.home = sd.Dispatcher(thread=False)
        self.other = sd.Dispatcher(thread=False)
        self.clock = sd.ManualClock()
        self.incoming = sd.IncrementalImage()
        self.player = sd.AnimatedImagePlayer(GIF, clock=self.clock, dispatcher=self.home)
        self.player.play()
        self.clock.advance(0.1)
        self.player.pause()  # then seek() shows a frame without a tick

    def close(self) -> None:
        self.player.close()
        self.incoming.close()
        for closable in (self.home, self.other, self.clock):
            closable.close()

    def record(self) -> None:
        recorder = self.player.record()
        assert len(recorder.events) <= recorder.summary().frames
        recorder.stop()

    def move(self) -> None:
        self.player.use_dispatcher(self.other)
        self.player.use_dispatcher(self.home)

    def share(self) -> None:
        assert open_shared(self.path).frame(0).index == 0

    def feed(self) -> None:
        self.incoming.feed(GIF)

    def show_incoming(self) -> None:
        sd.AnimatedImagePlayer(self.incoming, clock=self.clock, dispatcher=self.home).close()

    def command(self) -> None:
        self.player.seek(2)
        self.player.loop_count = 0
        self.home.run_pending()


CALLS = ["record", "move", "share", "feed", "show_incoming", "command"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.gif"
    path.write_bytes(GIF)
    return path


@pytest.fixture
def untraced() -> Iterator[None]:
    trace = sys.gettrace()
    yield
    sys.settrace(trace)


def each_moment(path: Path, name: str, act: Callable[[Subjects], None]) -> int:
    """Make the call again and again, and ``act`` at another moment of it each time; how many there were."""
    moment, was_made = 1, True
    while was_made:
        subjects = Subjects(path)
        trace = At(moment, lambda subjects=subjects: act(subjects), subjects.player.engine._lock)  # type: ignore[misc]
        sys.settrace(trace)
        try:
            getattr(subjects, name)()
        finally:
            sys.settrace(None)
        was_made = trace.left <= 0
        check(subjects)
        subjects.close()
        moment += STEPS.get(name, 7)
    return moment // STEPS.get(name, 7)


def check(subjects: Subjects) -> None:
    """The player is where it was last wanted, and plays."""
    player = subjects.player
    assert player.engine.binding.current is player.engine.binding.own
    player.play()
    shown = player.stats.shown
    subjects.clock.advance(0.2)
    assert player.stats.shown > shown


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("name", CALLS)
def test_another_thread_does_not_wait(path: Path, name: str) -> None:
    stuck: list[str] = []

    def act(subjects: Subjects) -> None:
        for call in CALLS:
            thread = threading.Thread(target=getattr(subjects, call), daemon=True)
            thread.start()
            thread.join(PATIENCE)
            if thread.is_alive():
                stuck.append(call)
                raise TimeoutError(call)

    each_moment(path, name, act)
    assert not stuck


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("name", CALLS)
def test_a_handler_or_finaliser_does_not_wait_for_its_own_thread(path: Path, name: str) -> None:
    def act(subjects: Subjects) -> None:
        for call in CALLS:
            getattr(subjects, call)()

    assert each_moment(path, name, act) > 5


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("name", ["move", "command", "record"])
def test_a_loop_may_end_at_any_moment(path: Path, name: str) -> None:
    """As one that is left in a reference cycle does, whenever that is collected."""
    loops: list[Iterator[sd.Frame]] = []

    def make_call(subjects: Subjects) -> None:
        loops.clear()

    moment = 1
    while True:
        subjects = Subjects(path)
        loops[:] = [subjects.player.frames()]
        subjects.player.seek(1)
        next(loops[0])
        trace = At(moment, lambda subjects=subjects: make_call(subjects), subjects.player.engine._lock)  # type: ignore[misc]
        sys.settrace(trace)
        try:
            getattr(subjects, name)()
        finally:
            sys.settrace(None)
        loops.clear()
        check(subjects)
        subjects.close()
        if trace.left > 0:
            break
        moment += 7


def test_a_clock_is_not_advanced_by_a_handler_while_its_own_thread_advances_it(clock: sd.ManualClock) -> None:
    refused: list[BaseException] = []

    class Flushed:
        """A dispatcher whose flush() a signal interrupts."""

        def is_current(self) -> bool:
            return False

        def flush(self, source: int) -> None:
            for call in (clock.advance, clock.stall):
                with pytest.raises(sd.ClockError) as caught:
                    call(0.1)
                refused.append(caught.value)

    dispatcher = Flushed()
    clock.register(dispatcher)
    clock.advance(0.1)
    assert len(refused) == 2 * (1 + 6)
    del dispatcher
    clock.advance(0.1)
    assert clock.time == pytest.approx(0.2)


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize("inside", ["piece", "timeline"])
@pytest.mark.parametrize("name", ["feed", "show"])
def test_no_call_waits_for_another_thread_that_has_come_first(
    monkeypatch: pytest.MonkeyPatch, path: Path, name: str, inside: str
) -> None:
    """At every moment of a call another thread begins the same, and stands still while it processes data."""
    moment, was_made, waited = 1, True, []
    others: list[threading.Thread] = []
    stands, may_go_on = threading.Event(), threading.Event()

    def stand_still(call: Callable[..., Any], *arguments: Any) -> Any:
        if threading.current_thread() in others:
            stands.set()
            if not may_go_on.wait(PATIENCE):
                waited.append(moment)
        return call(*arguments)

    owner, method = {"piece": (IncrementalDecoder, "find_decoder"), "timeline": (TimelineFeed, "progress")}[inside]
    original = getattr(owner, method)
    monkeypatch.setattr(owner, method, lambda *arguments: stand_still(original, *arguments))

    while was_made and not waited:
        subjects = Subjects(path)
        player = sd.AnimatedImagePlayer(subjects.incoming, clock=subjects.clock, dispatcher=subjects.home)
        calls = {"feed": lambda: subjects.incoming.feed(GIF[:60]), "show": player.engine.on_progress}  # noqa: B023
        stands.clear()
        may_go_on.clear()

        def begin(call: Callable[[], object] = calls[name]) -> None:
            others[:] = [threading.Thread(target=call, daemon=True)]
            others[0].start()
            while others[0].is_alive() and not stands.wait(0.01):
                pass

        trace = At(moment, begin, player.engine._lock)
        sys.settrace(trace)
        try:
            calls[name]()
        finally:
            sys.settrace(None)
        was_made = trace.left <= 0
        may_go_on.set()
        if was_made:
            others[0].join(PATIENCE)
            assert not others[0].is_alive()
        player.close()
        subjects.close()
        moment += 1
    assert not waited
