"""A bare native player on a manual clock, and the same in plain Python to compare it with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sddisplaylink.native import check, ffi, lib

FRAME, LOOP, FINISHED = lib.SDDL_EVENT_FRAME, lib.SDDL_EVENT_LOOP, lib.SDDL_EVENT_FINISHED
NORMAL, REVERSE, BOUNCE, REVERSED_BOUNCE = lib.SDDL_NORMAL, lib.SDDL_REVERSE, lib.SDDL_BOUNCE, lib.SDDL_REVERSED_BOUNCE
MODES = (NORMAL, REVERSE, BOUNCE, REVERSED_BOUNCE)
SKIP, NO_SKIP, CATCH_UP = lib.SDDL_SKIP, lib.SDDL_NO_SKIP, lib.SDDL_CATCH_UP
STOPPED, PLAYING, PAUSED, OVER = lib.SDDL_STOPPED, lib.SDDL_PLAYING, lib.SDDL_PAUSED, lib.SDDL_FINISHED
MS = 1_000_000


@dataclass(frozen=True)
class Event:
    flags: int
    frame: int
    loop: int
    loops_done: int
    advanced: int
    missed: int
    target: int
    serial: int
    epoch: int

    @property
    def said(self) -> str:
        """FRAME, LOOP, FINISHED as letters, with the frame: ``"F3"``, ``"FL0"``, ``"X"``."""
        letters = "".join(
            letter for letter, flag in zip("FLX", (FRAME, LOOP, FINISHED), strict=True) if self.flags & flag
        )
        return f"{letters}{self.frame}" if self.flags & FRAME else letters


@dataclass
class NativePlayer:
    """Ticks every ``period`` of virtual time; what a tick is for is shown one period later, as on a display."""

    durations: list[int] | None  # None: they come with extend()
    period: int = 10 * MS
    source: int = 0
    time: int = 0
    handle: int = field(init=False)
    mailbox: int = field(init=False)

    def __post_init__(self) -> None:
        out = ffi.new("sddl_handle *")
        self.owns_source = not self.source
        if self.owns_source:
            check(lib.sddl_source_open(lib.SDDL_CLOCK_MANUAL, 0, 1e9 / self.period, out))
            self.source = out[0]
        check(lib.sddl_mailbox_open(out))
        self.mailbox = out[0]
        durations = ffi.NULL if self.durations is None else ffi.new("int64_t[]", self.durations)
        check(lib.sddl_player_open(self.source, self.mailbox, durations, len(self.durations or ()), out))
        self.handle = out[0]

    def close(self) -> None:
        lib.sddl_subscriber_close(self.handle)
        lib.sddl_mailbox_close(self.mailbox)
        if self.owns_source:
            lib.sddl_source_close(self.source)

    def command(self, op: int, **values: Any) -> int:
        full = {"op": op, "loop": -1, **values}
        return int(lib.sddl_player_command([self.handle], 1, ffi.new("sddl_command *", full), ffi.NULL))

    def play(self) -> None:
        check(self.command(lib.SDDL_OP_PLAY))

    def pause(self) -> None:
        check(self.command(lib.SDDL_OP_PAUSE))

    def stop(self) -> None:
        check(self.command(lib.SDDL_OP_STOP))

    def seek(self, frame: int, loop: int = -1) -> None:
        check(self.command(lib.SDDL_OP_SEEK, frame=frame, loop=loop))

    def rate(self, rate: float) -> None:
        check(self.command(lib.SDDL_OP_RATE, rate=rate))

    def mode(self, mode: int) -> None:
        check(self.command(lib.SDDL_OP_MODE, value=mode))

    def loops(self, loops: int) -> None:
        check(self.command(lib.SDDL_OP_LOOPS, value=loops))

    def policy(self, policy: int) -> None:
        check(self.command(lib.SDDL_OP_POLICY, value=policy))

    def extend(self, first: int, durations: list[int], complete: bool = False) -> int:
        return int(lib.sddl_player_extend(self.handle, first, durations, len(durations), complete))

    def jump(self, time: int, missed: int = 0) -> None:
        """One tick, that much later than the last one."""
        self.time += time
        check(lib.sddl_manual_tick(self.source, self.time - self.period, self.time, missed))

    def take(self, timeout: int = 0) -> Event | None:
        """The event that is there, or comes within that time of the source's clock."""
        out = ffi.new("sddl_event *")
        if not check(lib.sddl_mailbox_wait(self.mailbox, out, 1, timeout)):
            return None
        names = ("flags", "frame", "loop", "loops_done", "advanced", "missed", "target", "serial", "epoch")
        return Event(*(int(getattr(out, name)) for name in names))

    def shown(self, event: Event | None) -> Event | None:
        if event is not None:
            check(lib.sddl_player_confirm(self.handle, event.serial))
        return event

    def tick(self, time: int | None = None) -> str:
        """One tick, and what its event said; the event counts as acted on."""
        self.jump(self.period if time is None else time)
        event = self.shown(self.take())
        return event.said if event else ""

    def ticks(self, count: int) -> list[str]:
        return [self.tick() for _ in range(count)]

    @property
    def info(self) -> Any:
        out = ffi.new("sddl_player_info *")
        check(lib.sddl_player_get_info(self.handle, out))
        return out

    @property
    def clock(self) -> Any:
        """What the source says of its clock."""
        out = ffi.new("sddl_source_info *")
        check(lib.sddl_source_get_info(self.source, out))
        return out

    def upcoming(self, capacity: int) -> list[int]:
        out = ffi.new("uint32_t[]", max(1, capacity))
        return [out[index] for index in range(check(lib.sddl_player_upcoming(self.handle, out, capacity)))]


def one_loop(count: int, mode: int) -> list[int]:
    """The frames of a loop in playing order, by the words of the specification."""
    up = list(range(count))
    if count == 1 or mode == NORMAL:
        return up
    if mode == REVERSE:
        return up[::-1]
    return up + up[-2:0:-1] if mode == BOUNCE else up[::-1] + up[1:-1]
