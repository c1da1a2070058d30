"""The Apple clock without the core: its functions, and the ticks it makes of given time stamps."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from standin import Standin

SECOND = 1_000_000_000
PERIOD = 16_666_667
VIDEO_TIME, HOST_TIME, REFRESH_PERIOD, RATE_SCALAR = 1, 2, 8, 16
ALL_FLAGS = VIDEO_TIME | HOST_TIME | REFRESH_PERIOD | RATE_SCALAR


class Stamp(ctypes.Structure):
    """A CVTimeStamp."""

    _fields_ = (
        ("version", ctypes.c_uint32),
        ("time_scale", ctypes.c_int32),
        ("video_time", ctypes.c_int64),
        ("host_time", ctypes.c_uint64),
        ("rate_scalar", ctypes.c_double),
        ("refresh_period", ctypes.c_int64),
        ("smpte", ctypes.c_uint8 * 24),
        ("flags", ctypes.c_uint64),
        ("reserved", ctypes.c_uint64),
    )


class _Tick(ctypes.Structure):
    _fields_ = (
        ("context", ctypes.c_uint64),
        *((n, ctypes.c_int64) for n in ("timestamp", "target", "period", "missed")),
    )


class _Display(ctypes.Structure):
    _fields_ = (("id", ctypes.c_uint32), ("is_main", ctypes.c_int32), ("refresh_rate", ctypes.c_double))


@dataclass(frozen=True)
class Tick:
    context: int
    timestamp: int
    target: int
    period: int
    missed: int


def stamp(host_time: int = 5 * SECOND, **fields: Any) -> Stamp:
    """The time stamp of a 60 Hz display, but for ``fields``."""
    values = {
        "time_scale": SECOND,
        "video_time": host_time,
        "rate_scalar": 1.0,
        "refresh_period": PERIOD,
        "flags": ALL_FLAGS,
    }
    return Stamp(host_time=host_time, **(values | fields))


class ClockDriver:
    """``libclock.so``: the clock's functions. Those that CoreVideo's clock exports take and give what clock.h says."""

    def __init__(self, library: Path) -> None:
        self.standin = Standin(library)
        self.library = self.standin.library
        self.library.sddl_now.restype = ctypes.c_int64
        self.library.sddl_host_time_to_ns.restype = ctypes.c_int64
        self.library.driver_wait_until.restype = ctypes.c_bool
        self.library.driver_wait_for_notify.restype = ctypes.c_bool

    def create(self, display: int = 1, context: int = 77) -> ctypes.c_void_p:
        """A clock; raises RuntimeError with the status if there is none."""
        clock = ctypes.c_void_p()
        status = self.library.driver_create(ctypes.c_uint32(display), ctypes.c_uint64(context), ctypes.byref(clock))
        if status != 0:
            raise RuntimeError(status)
        return clock

    def start(self, clock: ctypes.c_void_p) -> int:
        return int(self.library.driver_start(clock))

    def stop(self, clock: ctypes.c_void_p) -> None:
        self.library.driver_stop(clock)

    def destroy(self, clock: ctypes.c_void_p) -> None:
        self.library.driver_destroy(clock)

    def displays(self, capacity: int = 8) -> tuple[int, list[tuple[int, bool, float]]]:
        """How many displays there are, and those written: id, whether main, rate."""
        out = (_Display * capacity)()
        count = int(self.library.driver_displays(out, capacity))
        return count, [(d.id, bool(d.is_main), d.refresh_rate) for d in out[: min(count, capacity)]]

    def take(self) -> list[Tick]:
        """The ticks made since the last call."""
        out = (_Tick * 64)()
        count = self.library.driver_take(out)
        return [Tick(t.context, t.timestamp, t.target, t.period, t.missed) for t in out[:count]]

    def deliver(self, *stamps: Stamp, late: bool = False) -> list[Tick]:
        """The ticks that running links (``late``: released ones) make of these output time stamps."""
        call = self.library.standin_deliver_late if late else self.library.standin_deliver
        for output in stamps:
            call(ctypes.byref(stamp()), ctypes.byref(output))
        return self.take()

    def now(self) -> int:
        return int(self.library.sddl_now())

    def host_time_to_ns(self, ticks: int) -> int:
        return int(self.library.sddl_host_time_to_ns(ctypes.c_uint64(ticks)))

    def wait_until(self, deadline: int) -> bool:
        """Waits on a monitor that is never notified: True if the wait reports that it ended in time."""
        return bool(self.library.driver_wait_until(ctypes.c_int64(deadline)))

    def wait_for_notify(self, deadline: int) -> bool:
        """Waits on a monitor that another thread notifies."""
        return bool(self.library.driver_wait_for_notify(ctypes.c_int64(deadline)))
