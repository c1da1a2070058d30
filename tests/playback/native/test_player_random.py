"""The native scheduler under any sequence of commands: against a model, and for what each late policy promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from hypothesis import assume, given
from hypothesis import strategies as st

from sddisplaylink.native import lib
from support.extent import examples
from support.native_player import (
    BOUNCE,
    CATCH_UP,
    MODES,
    MS,
    NO_SKIP,
    NORMAL,
    OVER,
    PAUSED,
    PLAYING,
    REVERSED_BOUNCE,
    STOPPED,
    NativePlayer,
    one_loop,
)

RESYNC = 300_000 * MS


@dataclass(frozen=True)
class Showing:
    loop: int
    place: int  # within the loop
    frame: int
    begins: int
    ends: int
    outside: int = 0

    @property
    def key(self) -> tuple[int, int]:
        return self.loop, self.place


@dataclass
class Model:
    """What DESIGN says of ``skip``, in as few words as possible. Media time counts from the start of loop 0."""

    durations: list[int]
    mode: int = NORMAL
    loops: int = 0  # asked for
    plays: int = 0  # in force
    rate: Fraction = Fraction(1)
    status: int = STOPPED
    media: int = 0
    fresh: bool = True  # at the start, untouched
    shown: tuple[int, int] | None = None
    done: int = 0
    anchor: tuple[int, int] | None = None  # time, media
    last: int = 0
    said: list[str] = field(default_factory=list)

    # where

    @property
    def frames(self) -> list[int]:
        return one_loop(len(self.durations), self.mode)

    @property
    def period(self) -> int:
        return sum(self.durations[frame] for frame in self.frames)

    @property
    def closes(self) -> bool:
        return self.plays > 0 and len(self.durations) > 1 and self.mode in (BOUNCE, REVERSED_BOUNCE)

    @property
    def total(self) -> int:
        return self.plays * self.period + (self.durations[self.frames[0]] if self.closes else 0)

    def begins(self, loop: int, place: int) -> int:
        return loop * self.period + sum(self.durations[frame] for frame in self.frames[:place])

    def showing(self, loop: int, place: int, outside: int = 0) -> Showing:
        frame, start = self.frames[place], self.begins(loop, place)
        return Showing(loop, place, frame, start, start + self.durations[frame], outside)

    def at(self, media: int) -> Showing:
        if self.plays and media < 0:
            return self.showing(0, 0, -1)
        if self.plays and media >= self.total:
            return (
                self.showing(self.plays, 0, 1) if self.closes else self.showing(self.plays - 1, len(self.frames) - 1, 1)
            )
        loop, phase = divmod(media, self.period)
        place = 0
        while phase >= self.durations[self.frames[place]]:
            phase -= self.durations[self.frames[place]]
            place += 1
        return self.showing(loop, place)

    def here(self) -> Showing:
        return self.showing(*self.shown) if self.shown else self.at(self.media)

    def loop_of(self, showing: Showing) -> int:
        """The loop it belongs to: the closing frame of a bounce is part of the last."""
        return min(showing.loop, self.plays - 1) if self.plays else showing.loop

    def told_loop(self, showing: Showing) -> int:
        loop = self.loop_of(showing)
        return loop if self.plays or loop >= 0 else -1 - loop

    def loops_done(self, showing: Showing) -> int:
        return self.plays - 1 - self.loop_of(showing) if self.plays and self.rate < 0 else self.told_loop(showing)

    # commands

    def rewind(self) -> None:
        self.plays = self.loops
        self.media = self.total - 1 if self.rate < 0 and self.plays else 0
        self.fresh, self.shown, self.done, self.anchor = True, None, 0, None

    def play(self) -> None:
        if self.status == OVER:
            self.rewind()
        if self.status in (OVER, STOPPED):
            self.shown = None
        if self.status != PLAYING:
            self.status, self.anchor = PLAYING, None

    def pause(self) -> None:
        if self.status == PLAYING:
            self.status = PAUSED

    def stop(self) -> None:
        self.status = STOPPED
        self.rewind()

    def seek(self, frame: int) -> None:
        here, count = self.here(), len(self.durations)
        returning = here.place >= count or here.loop > self.loop_of(here)
        places = [place for place, at in enumerate(self.frames) if at == frame]
        place = places[-1] if returning else places[0]
        self.media = self.begins(self.loop_of(here), place)
        self.fresh, self.anchor = False, None
        self.shown = None
        self.done = self.loops_done(self.at(self.media))
        if self.status == OVER:
            self.status = PAUSED
        if self.status != PLAYING:
            self.show(self.at(self.media), ends=False)

    def set_rate(self, rate: Fraction) -> None:
        turns = (rate < 0) != (self.rate < 0)
        here = self.here()
        done = self.loops_done(here)
        self.rate = rate
        if turns and self.fresh:
            self.rewind()
        elif turns and not self.plays:
            self.shift(here, done)
        elif turns:
            self.media = max(0, min(self.media, self.total - 1))
            if self.status != OVER:
                self.done = self.loops_done(here)
        self.anchor_here()

    def set_loops(self, loops: int) -> None:
        self.loops = loops
        if self.fresh:
            self.rewind()
            return
        here = self.here()
        loop, done = self.loop_of(here), self.loops_done(here)
        self.plays = loops if loops == 0 or done < loops else done + 1
        self.shift(here, done, loop)
        self.anchor_here()

    def shift(self, here: Showing, done: int, loop: int | None = None) -> None:
        target = (self.plays - 1 - done if self.plays else -1 - done) if self.rate < 0 else done
        by = target - (here.loop if loop is None else loop)
        self.media += by * self.period
        if self.shown:
            self.shown = self.shown[0] + by, self.shown[1]

    def set_mode(self, mode: int) -> None:
        if mode == self.mode:
            return
        here = self.here()
        loop, offset = self.loop_of(here), min(max(0, self.media - here.begins), here.ends - here.begins - 1)
        self.mode = mode
        if self.fresh:
            self.rewind()
            return
        place = self.frames.index(here.frame)
        self.media = self.begins(loop, place) + offset
        if self.shown:
            self.shown = loop, place
        self.anchor_here()

    def anchor_here(self) -> None:
        if self.anchor:
            self.anchor = self.last, self.media

    # ticks

    def tick(self, target: int) -> None:
        if self.status != PLAYING:
            return
        if not self.anchor or target - self.last > RESYNC:
            self.anchor = target, self.media
        product = (target - self.anchor[0]) * self.rate
        away = floor(abs(product) + Fraction(1, 2))
        self.media = self.anchor[1] + (away if product >= 0 else -away)
        self.last, self.fresh = target, False
        due = self.at(self.media)
        self.show(due, ends=len(self.durations) == 1 or due.outside == (-1 if self.rate < 0 else 1))

    def show(self, due: Showing, ends: bool) -> None:
        word = "F" if due.key != self.shown else ""
        done = self.plays if ends and len(self.durations) > 1 else self.loops_done(due)
        word += "L" if done > self.done else ""
        word += "X" if ends else ""
        self.done, self.shown = done, due.key
        if ends:
            self.status = OVER
        if word:
            self.said.append(f"{word}{due.frame}" if "F" in word else word)


MOST_LOOPS = 2**32 - 1
"""The largest loop count: a later loop cannot be made the last."""
RATES = (1.0, 2.0, 0.5, 0.25, 0.0, -1.0, -0.5, -2.0, 8.0)


@dataclass
class Pair:
    """A native player and its model, given the same commands."""

    native: NativePlayer
    model: Model
    rates: tuple[float, ...] = RATES
    loops: tuple[int, ...] = (0, 1, 2, 3)

    def do(self, step: tuple[str, int]) -> None:
        name, value = step
        count = len(self.model.durations)
        if name == "tick":
            self.native.jump(value)
            self.model.tick(self.native.time)
        elif name == "rate":
            self.native.rate(self.rates[value % len(self.rates)])
            self.model.set_rate(Fraction(self.rates[value % len(self.rates)]))
        elif name == "mode":
            self.native.mode(MODES[value % 4])
            self.model.set_mode(MODES[value % 4])
        elif name == "loops":
            assume(self.model.loops_done(self.model.here()) < MOST_LOOPS)  # of frames that last a nanosecond
            self.native.loops(self.loops[value % len(self.loops)])
            self.model.set_loops(self.loops[value % len(self.loops)])
        elif name == "seek":
            self.native.seek(value % count)
            self.model.seek(value % count)
        else:
            getattr(self.native, name)()
            getattr(self.model, name)()

    def compare(self) -> None:
        event = self.native.shown(self.native.take())
        said, self.model.said = self.model.said, []
        assert ([event.said] if event else []) == said
        here, info = self.model.here(), self.native.info
        assert (info.status, info.frame, info.loop) == (self.model.status, here.frame, self.model.told_loop(here))
        assert info.loops_done == self.model.done
        if abs(self.model.media) < 2**60:  # beyond that it may not be known
            assert info.media_time == self.model.media


times = st.one_of(st.just(10 * MS), st.integers(1, 40 * MS), st.integers(RESYNC - MS, RESYNC + MS))
steps = st.one_of(
    st.tuples(st.just("tick"), times),
    st.tuples(st.just("tick"), times),
    st.tuples(st.sampled_from(["play", "play", "pause", "stop", "seek", "rate", "mode", "loops"]), st.integers(0, 35)),
)
lengths = st.lists(st.integers(1, 50 * MS), min_size=1, max_size=5)


@given(lengths, st.lists(steps, max_size=40))
@examples(400)
def test_skip_does_what_the_model_does(durations: list[int], script: list[tuple[str, int]]) -> None:
    native = NativePlayer(durations)
    try:
        pair = Pair(native, Model(durations))
        pair.do(("play", 0))
        for step in script:
            pair.do(step)
            pair.compare()
    finally:
        native.close()


YEAR = 365 * 24 * 3600 * 1000 * MS
MEDIA_LIMIT = 2**61  # about 73 years, there and back: to such times media time is known
FAST = (2.0**32, -(2.0**32), 2.0**28, -(2.0**28), 1.0, -1.0, 0.0)
"""Ten milliseconds are about a year; powers of two, so that nothing is rounded."""


@given(
    st.lists(st.integers(YEAR // 100, YEAR) | st.integers(YEAR, 20 * YEAR), min_size=1, max_size=5).filter(
        lambda durations: 2 * sum(durations) < MEDIA_LIMIT
    ),
    st.sampled_from([0, 1, 3, 2**16, 2**32 - 1]),
    st.lists(steps.filter(lambda step: step[0] != "tick" or step[1] < RESYNC // 2), max_size=40),
)
@examples(300)
def test_loops_that_are_further_away_than_any_time(
    durations: list[int], loops: int, script: list[tuple[str, int]]
) -> None:
    native = NativePlayer(durations)
    try:
        pair = Pair(native, Model(durations), FAST, (loops, 2**32 - 1, 2**20, 0, 1))
        for step in (("loops", 0), ("rate", 1), ("play", 0), *script):
            pair.do(step)
            pair.compare()
    finally:
        native.close()


@given(lengths, st.lists(st.tuples(steps, st.booleans()), max_size=40))
@examples(200)
def test_skip_counts_every_frame_due(durations: list[int], script: list[tuple[tuple[str, int], bool]]) -> None:
    """However late the reader is, and whatever a pause drops: shown + skipped = due.

    Stop and seek count no frame as skipped.
    """
    native = NativePlayer(durations)
    try:
        pair, acted = Pair(native, Model(durations)), 0
        pair.do(("play", 0))
        for step, reads in script:
            if step[0] in ("stop", "seek") or (step[0] == "play" and native.info.status != PAUSED):
                continue
            pair.do(step)
            event = native.shown(native.take()) if reads else None
            acted += event.advanced if event else 0
        pair.do(("play", 0))
        pair.do(("tick", 10 * MS))
        event = native.shown(native.take())
        acted += event.advanced if event else 0
        assert acted == native.info.frames_due
    finally:
        native.close()


@given(
    st.lists(st.integers(1, 50 * MS), min_size=2, max_size=5),
    st.sampled_from([NO_SKIP, CATCH_UP]),
    st.sampled_from(MODES),
    st.integers(0, 3),
    st.lists(st.tuples(st.sampled_from(["tick", "tick", "tick", "pause", "rate", "read", "late"]), times), max_size=60),
)
@examples(300)
def test_one_at_a_time_shows_every_frame_once_in_order(
    durations: list[int], policy: int, mode: int, loops: int, script: list[tuple[str, int]]
) -> None:
    native = NativePlayer(durations)
    try:
        native.policy(policy)
        native.mode(mode)
        native.loops(loops)
        native.play()
        seen = shown_by(native, script)
        order = one_loop(len(durations), mode)
        full = order * (loops or 1 + len(seen) // len(order))
        if loops and mode in (BOUNCE, REVERSED_BOUNCE):
            full.append(order[0])
        assert seen == full[: len(seen)]
        if native.info.status == OVER:
            assert len(seen) == len(full)
    finally:
        native.close()


def shown_by(native: NativePlayer, script: list[tuple[str, int]]) -> list[int]:
    """The frames acted on by a reader that is late, or pauses, at any moment."""
    seen: list[int] = []
    in_hand = None

    def show() -> None:
        nonlocal in_hand
        if in_hand is not None and lib.sddl_subscriber_is_current(native.handle, in_hand.epoch) == 1:
            native.shown(in_hand)
            if in_hand.said.startswith("F"):
                seen.append(in_hand.frame)
        in_hand = None

    def rate(value: int) -> None:
        native.rate((0.0, 0.5, 1.0, 8.0)[value % 4])

    def pause(value: int) -> None:
        native.pause()
        if native.info.status == PAUSED:
            native.play()

    def take(value: int) -> None:
        nonlocal in_hand
        show()
        in_hand = native.take()

    acts: dict[str, Callable[[int], None]] = {"tick": native.jump, "pause": pause, "rate": rate, "late": take}
    for name, value in script:
        if name == "read":
            take(value)
            show()
        else:
            acts[name](value)
    take(0)
    show()
    return seen
