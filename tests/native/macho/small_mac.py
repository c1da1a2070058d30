"""As much of macOS as the module needs to run on the emulator: one thread at a time, one display, pools that count."""

from __future__ import annotations

from macho.emulator import Emulator, EmulatorError
from macho.image import Image

DISPLAY, LINK = 1, 0xC0FFEE
RATE = 60
NUMERATOR, DENOMINATOR = 125, 3  # nanoseconds per tick of mach's clock, on Apple's own processors
SECOND = 1_000_000_000
OBJECTS_PER_CALLBACK = 3
STAMP = "<IiqQdq24xQQ"  # a CVTimeStamp
STAMP_SIZE = 80
ALL_VALID = 0b11011

NOTHING_TO_DO = (
    "_pthread_atfork", "_pthread_cond_broadcast", "_pthread_cond_destroy", "_pthread_cond_init", "_pthread_detach",
    "_pthread_mutex_destroy", "_pthread_mutex_init", "_pthread_mutex_lock", "_pthread_mutex_unlock",
    "_pthread_set_qos_class_self_np", "_pthread_setname_np", "_pthread_sigmask", "_free",
    "_CVDisplayLinkStart",
)  # fmt: skip
"""Calls that succeed, and that mean nothing where one thread runs at a time and memory is never used twice."""


class SmallMac:
    """The imports' functions, and the accounts that they keep."""

    def __init__(self, image: Image) -> None:
        self.now = SECOND  # in ticks
        self.threads: list[tuple[int, int]] = []
        self.callback = self.context = 0
        self.pools: list[int] = []  # objects in each open pool
        self.pushes = self.pops = self.made = self.freed = 0
        self.in_callback = False
        self.emulator = Emulator(
            image,
            {name: (lambda _: 0) for name in NOTHING_TO_DO}
            | {
                "_calloc": lambda cpu: cpu.allocate(cpu.argument(0) * cpu.argument(1)),
                "_malloc": lambda cpu: cpu.allocate(cpu.argument(0)),
                "_realloc": self.reallocate,
                "_bzero": lambda cpu: cpu.cpu.mem_write(cpu.argument(0), bytes(cpu.argument(1))),
                "_pthread_create": self.create_thread,
                "_pthread_cond_wait": Emulator.wait,
                "_pthread_cond_timedwait_relative_np": Emulator.wait,
                "_mach_absolute_time": lambda _: self.now,
                "_mach_timebase_info": self.tell_timebase,
                "_objc_autoreleasePoolPush": self.push,
                "_objc_autoreleasePoolPop": self.pop,
                "_CGMainDisplayID": lambda _: DISPLAY,
                "_CVDisplayLinkCreateWithCGDisplay": self.create_link,
                "_CVDisplayLinkGetCurrentCGDisplay": lambda _: DISPLAY,
                "_CVDisplayLinkGetNominalOutputVideoRefreshPeriod": self.tell_period,
                "_CVDisplayLinkSetOutputCallback": self.set_callback,
            },
        )

    # ---- libSystem ----

    def reallocate(self, cpu: Emulator) -> int:
        old, size = cpu.argument(0), cpu.argument(1)
        new = cpu.allocate(size)
        if old:  # more may be copied than the old one held: all of it is the heap's
            cpu.cpu.mem_write(new, bytes(cpu.cpu.mem_read(old, min(size, new - old))))
        return new

    def create_thread(self, cpu: Emulator) -> int:
        self.threads.append((cpu.argument(2), cpu.argument(3)))
        cpu.write(cpu.argument(0), "<Q", len(self.threads))
        return 0

    def tell_timebase(self, cpu: Emulator) -> int:
        """Called within each callback: the place where its objects are autoreleased."""
        cpu.write(cpu.argument(0), "<II", NUMERATOR, DENOMINATOR)
        if self.in_callback:
            self.made += OBJECTS_PER_CALLBACK
            self.in_callback = False
            if self.pools:
                self.pools[-1] += OBJECTS_PER_CALLBACK
        return 0

    # ---- pools ----

    def push(self, cpu: Emulator) -> int:
        self.pushes += 1
        self.pools.append(0)
        return len(self.pools)

    def pop(self, cpu: Emulator) -> int:
        if cpu.argument(0) != len(self.pools):
            raise EmulatorError("what is popped is not the innermost pool")
        self.pops += 1
        self.freed += self.pools.pop()
        return 0

    # ---- CoreVideo ----

    def create_link(self, cpu: Emulator) -> int:
        cpu.write(cpu.argument(1), "<Q", LINK)
        return 0

    def tell_period(self, cpu: Emulator) -> int:
        """A CVTime: 16 bytes, in two registers."""
        cpu.set_second_result(RATE)
        return 1

    def set_callback(self, cpu: Emulator) -> int:
        self.callback, self.context = cpu.argument(1), cpu.argument(2)
        return 0

    # ---- what happens by itself on a Mac ----

    def run_threads(self) -> None:
        """Run each new thread until it waits or ends."""
        while self.threads:
            self.emulator.call(*self.threads.pop(0))

    def tick(self) -> int | None:
        """One refresh of the display: CoreVideo's thread calls back. Returns what the callback does."""
        self.now += SECOND // RATE * DENOMINATOR // NUMERATOR
        output = self.emulator.allocate(STAMP_SIZE)
        period = SECOND // RATE
        video_time = self.now * NUMERATOR // DENOMINATOR
        self.emulator.write(output, STAMP, 0, SECOND, video_time, self.now, 1.0, period, ALL_VALID, 0)
        self.in_callback = True
        return self.emulator.call(self.callback, LINK, output, output, 0, self.emulator.allocate(8), self.context)
