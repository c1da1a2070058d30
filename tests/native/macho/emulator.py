"""An arm64 processor (PyPI's unicorn) with the module's arm64 code in its memory; every import is a Python function."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from macho.fixups import Bind, linked
from macho.image import Image
from macho.requirements import need

unicorn, arm64 = need("unicorn"), need("unicorn.arm64_const")

PAGE = 0x4000
BASE, IMPORTS, STACKS, HEAP = (number << 32 for number in range(1, 5))
STACK_SIZE, HEAP_SIZE = 1 << 16, 1 << 24
STACK_COUNT = 16
RETURN = b"\xc0\x03\x5f\xd6"
LIMIT = 10_000_000
"""Instructions in one call; no call of ours comes near it."""


class EmulatorError(Exception):
    """The code did what it must not, or what nothing here stands for."""


class Emulator:
    """Runs functions of an image, one at a time. A thread that has to wait is left where it is, and never goes on.

    ``functions`` are the imports by name: called with the emulator, they return what the import returns, or None."""

    def __init__(self, image: Image, functions: dict[str, Callable[[Emulator], int | None]]) -> None:
        self.image = image
        self.functions = functions
        self.imports: list[str] = []
        self.trace: list[str] = []
        self.waiting = False
        self.error: Exception | None = None
        self.heap, self.stack = HEAP, STACKS
        self.cpu = unicorn.Uc(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
        self.cpu.ctl_set_cpu_model(arm64.UC_CPU_ARM64_MAX)  # lesser ones lack the atomic instructions of Apple's
        self.load()

    def load(self) -> None:
        memory = linked(self.image, BASE, self.bind)
        self.cpu.mem_map(BASE, -(-len(memory) // PAGE) * PAGE)
        self.cpu.mem_write(BASE, bytes(memory))
        self.cpu.mem_map(IMPORTS, PAGE)
        self.cpu.mem_write(IMPORTS, RETURN * (PAGE // 4))
        self.cpu.mem_map(STACKS, STACK_COUNT * STACK_SIZE)
        self.cpu.mem_map(HEAP, HEAP_SIZE)
        self.cpu.hook_add(unicorn.UC_HOOK_CODE, self.on_import, begin=IMPORTS, end=IMPORTS + PAGE)

    def bind(self, bind: Bind) -> int:
        """An address for each import, where nothing but a return is."""
        if bind.symbol not in self.imports:
            self.imports.append(bind.symbol)
        return IMPORTS + 4 + 4 * self.imports.index(bind.symbol)  # the first is where calls from outside return to

    def watch(self, name: str) -> None:
        """Have calls of one of the image's own functions appear in the trace."""
        address = BASE + self.image.addresses[name]
        self.cpu.hook_add(unicorn.UC_HOOK_CODE, lambda *_: self.trace.append(name), begin=address, end=address)

    def on_import(self, cpu: Any, address: int, size: int, data: object) -> None:
        if address == IMPORTS:
            return
        name = self.imports[(address - IMPORTS) // 4 - 1]
        self.trace.append(name)
        try:
            if name not in self.functions:
                raise EmulatorError(f"{name} has been called")
            result = self.functions[name](self)
            if result is not None:
                self.cpu.reg_write(arm64.UC_ARM64_REG_X0, result & (1 << 64) - 1)
        except Exception as error:  # unicorn loses what is raised in a hook
            self.error = error
            cpu.emu_stop()

    # ---- for the imports ----

    def argument(self, number: int) -> int:
        return int(self.cpu.reg_read(arm64.UC_ARM64_REG_X0 + number))

    def set_second_result(self, value: int) -> None:
        self.cpu.reg_write(arm64.UC_ARM64_REG_X1, value)

    def allocate(self, size: int) -> int:
        """Zeroed memory; none is ever used twice."""
        address = self.heap
        self.heap += -(-size // 16) * 16
        return address

    def read(self, address: int, layout: str) -> tuple[int, ...]:
        return struct.unpack(layout, self.cpu.mem_read(address, struct.calcsize(layout)))

    def write(self, address: int, layout: str, *values: float) -> None:
        self.cpu.mem_write(address, struct.pack(layout, *values))

    def wait(self) -> None:
        """Leave the running thread where it is."""
        self.waiting = True
        self.cpu.emu_stop()

    # ---- for the tests ----

    def call(self, function: str | int, *arguments: int, real: float = 0.0) -> int | None:
        """What a function returns, or None if it waits. ``real`` is its first floating-point argument."""
        address = BASE + self.image.addresses[function] if isinstance(function, str) else function
        for number, value in enumerate(arguments):
            self.cpu.reg_write(arm64.UC_ARM64_REG_X0 + number, value)
        self.cpu.reg_write(arm64.UC_ARM64_REG_D0, struct.unpack("<Q", struct.pack("<d", real))[0])
        self.cpu.reg_write(arm64.UC_ARM64_REG_SP, self.stack + STACK_SIZE)
        self.cpu.reg_write(arm64.UC_ARM64_REG_LR, IMPORTS)
        self.waiting, self.error = False, None
        self.cpu.emu_start(address, IMPORTS, count=LIMIT)
        if self.error:
            raise self.error
        if self.waiting:
            self.stack += STACK_SIZE  # what is on it is still its thread's
            return None
        if self.cpu.reg_read(arm64.UC_ARM64_REG_PC) != IMPORTS:
            raise EmulatorError(f"{function} does not end")
        return self.argument(0)
