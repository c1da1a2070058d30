"""The machine code that a Mac with Apple's own processor would run, on an emulated one, from start to events."""

from __future__ import annotations

from pathlib import Path

import pytest

from macho.image import read_images
from macho.small_mac import DENOMINATOR, DISPLAY, NUMERATOR, OBJECTS_PER_CALLBACK, RATE, SmallMac

pytest_plugins = ["macho.fixtures"]
pytestmark = pytest.mark.timeout(600)  # whichever runs first builds

COREVIDEO = 2
EVENT = "<QQIIqqqqq"  # the part of an sddl_event that a link fills in
FIELDS = ("subscriber", "serial", "epoch", "flags", "sequence", "timestamp", "target", "period", "missed")
TICKS = 1000
PERIOD = 1_000_000_000 // RATE
TICK_OF_MACH_TIME = NUMERATOR // DENOMINATOR + 1


class Library:
    """The C API of the module, on an emulated Mac whose display link has been started."""

    def __init__(self, module: Path) -> None:
        self.mac = SmallMac(read_images(module)["arm64"])
        self.emulator = self.mac.emulator
        self.event = self.emulator.allocate(256)
        assert self.emulator.call("_sddl_init") == 0
        source = self.open("_sddl_source_open", COREVIDEO, DISPLAY, real=RATE)
        self.mailbox = self.open("_sddl_mailbox_open")
        self.link = self.open("_sddl_link_open", source, self.mailbox)
        assert self.emulator.call("_sddl_link_start", self.link) == 0
        self.mac.run_threads()
        self.emulator.watch("_sddl_source_tick")

    def open(self, function: str, *arguments: int, real: float = 0.0) -> int:
        out = self.emulator.allocate(8)
        assert self.emulator.call(function, *arguments, out, real=real) == 0
        return self.emulator.read(out, "<Q")[0]

    def take(self) -> dict[str, int]:
        """The link's pending event."""
        assert self.emulator.call("_sddl_mailbox_wait", self.mailbox, self.event, 1, 0) == 1
        return dict(zip(FIELDS, self.emulator.read(self.event, EVENT), strict=True))

    def tick(self) -> list[str]:
        """One refresh of the display; the imports and watched functions that were called, in order."""
        self.emulator.trace.clear()
        assert self.mac.tick() == 0
        return list(self.emulator.trace)


@pytest.fixture(scope="module")
def library(macho_module: Path) -> Library:
    return Library(macho_module)


def test_a_tick_is_handled_inside_the_callbacks_pool(library: Library) -> None:
    trace = library.tick()
    assert trace[0] == "_objc_autoreleasePoolPush"
    assert "_sddl_source_tick" in trace
    assert trace[-1] == "_objc_autoreleasePoolPop"
    assert sum("autoreleasePool" in name for name in trace) == 2


def test_a_tick_becomes_an_event(library: Library) -> None:
    library.tick()
    first = library.take()
    library.tick()
    event = library.take()
    assert event["subscriber"] == library.link
    assert event["sequence"] == first["sequence"] + 1
    assert event["period"] == PERIOD
    assert event["missed"] == 0
    assert event["target"] == event["timestamp"] + PERIOD
    assert abs(event["target"] - first["target"] - PERIOD) <= TICK_OF_MACH_TIME
    assert abs(event["target"] - library.mac.now * NUMERATOR // DENOMINATOR) <= TICK_OF_MACH_TIME


def test_every_object_of_a_thousand_ticks_is_freed(macho_module: Path) -> None:
    library = Library(macho_module)
    mac = library.mac
    pushes = mac.pushes
    for _ in range(TICKS):
        library.tick()
    event = library.take()
    assert (event["sequence"], event["missed"]) == (TICKS, TICKS - 1)
    assert mac.pushes - pushes == TICKS
    assert (mac.pushes, mac.made) == (mac.pops, mac.freed)
    assert mac.made == TICKS * OBJECTS_PER_CALLBACK


def test_without_the_pool_no_object_is_freed(without_pool: Path) -> None:
    library = Library(without_pool)
    trace = library.tick()
    assert "_sddl_source_tick" in trace
    assert not [name for name in trace if "autoreleasePool" in name]
    assert library.take()["sequence"] == 1
    assert (library.mac.made, library.mac.freed) == (OBJECTS_PER_CALLBACK, 0)
