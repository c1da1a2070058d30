"""What dyld does to an image before its first instruction runs: its own addresses are adjusted, its imports bound."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from macho.image import SPECIAL_SECTIONS, Image, MachOError

POINTER = 8
FLAT_LOOKUP = -2
WEAK_IMPORT = 0x1
MASK = (1 << 64) - 1


class Rebase(IntEnum):
    """Opcodes of the program that lists the image's own addresses."""

    DONE = 0x00
    SET_TYPE = 0x10
    SET_SEGMENT_AND_OFFSET = 0x20
    ADD = 0x30
    ADD_POINTERS = 0x40
    DO_TIMES = 0x50
    DO_ULEB_TIMES = 0x60
    DO_ADD = 0x70
    DO_ULEB_TIMES_SKIPPING = 0x80


class Binding(IntEnum):
    """Opcodes of the programs that list the imports."""

    DONE = 0x00
    SET_LIBRARY = 0x10
    SET_LIBRARY_ULEB = 0x20
    SET_SPECIAL_LIBRARY = 0x30
    SET_SYMBOL = 0x40
    SET_TYPE = 0x50
    SET_ADDEND = 0x60
    SET_SEGMENT_AND_OFFSET = 0x70
    ADD = 0x80
    DO = 0x90
    DO_ADD = 0xA0
    DO_ADD_POINTERS = 0xB0
    DO_ULEB_TIMES_SKIPPING = 0xC0


@dataclass(frozen=True)
class Bind:
    """An address that gets an import's, which is in a library, or wherever it is found if ``library`` is None."""

    address: int = 0
    symbol: str = ""
    library: str | None = None
    weak: bool = False
    addend: int = 0


class Program:
    """A reader of opcodes and of the numbers and names between them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Opcodes with their immediate operands."""
        while self.at < len(self.data):
            byte = self.data[self.at]
            self.at += 1
            yield byte & 0xF0, byte & 0x0F

    def unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self) -> int:
        start = self.at
        value = self.unsigned()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def name(self) -> str:
        end = self.data.index(b"\0", self.at)
        value = self.data[self.at : end].decode()
        self.at = end + 1
        return value


def rebases(image: Image) -> Iterator[int]:
    """Where the image holds addresses of its own."""
    program = Program(image.dyld_info["rebase"])
    address = 0
    for opcode, immediate in program:
        count = skip = 0
        match opcode:
            case Rebase.DONE:
                return
            case Rebase.SET_TYPE if immediate == 1:
                pass
            case Rebase.SET_SEGMENT_AND_OFFSET:
                address = image.segments[immediate].address + program.unsigned()
            case Rebase.ADD:
                address += program.unsigned()
            case Rebase.ADD_POINTERS:
                address += immediate * POINTER
            case Rebase.DO_TIMES:
                count = immediate
            case Rebase.DO_ULEB_TIMES:
                count = program.unsigned()
            case Rebase.DO_ADD:
                count, skip = 1, program.unsigned()
            case Rebase.DO_ULEB_TIMES_SKIPPING:
                count, skip = program.unsigned(), program.unsigned()
            case _:
                raise MachOError(f"rebase opcode {opcode | immediate:#x}")
        for _ in range(count):
            yield address
            address += POINTER + skip


def binds(image: Image, kind: str) -> Iterator[Bind]:
    """The imports; ``kind`` is "bind", or "lazy_bind" for those that dyld may bind at their first call."""
    program = Program(image.dyld_info[kind])
    now = Bind()
    for opcode, immediate in program:
        count, skip = 0, 0
        match opcode:
            case Binding.DONE:  # ends each entry of the lazy program, pads the other
                pass
            case Binding.SET_LIBRARY:
                now = replace(now, library=image.libraries[immediate - 1].name)
            case Binding.SET_LIBRARY_ULEB:
                now = replace(now, library=image.libraries[program.unsigned() - 1].name)
            case Binding.SET_SPECIAL_LIBRARY if immediate == FLAT_LOOKUP & 0x0F:
                now = replace(now, library=None)
            case Binding.SET_SYMBOL:
                now = replace(now, symbol=program.name(), weak=bool(immediate & WEAK_IMPORT))
            case Binding.SET_TYPE if immediate == 1:
                pass
            case Binding.SET_ADDEND:
                now = replace(now, addend=program.signed())
            case Binding.SET_SEGMENT_AND_OFFSET:
                now = replace(now, address=image.segments[immediate].address + program.unsigned())
            case Binding.ADD:
                now = replace(now, address=(now.address + program.unsigned()) & MASK)
            case Binding.DO:
                count = 1
            case Binding.DO_ADD:
                count, skip = 1, program.unsigned()
            case Binding.DO_ADD_POINTERS:
                count, skip = 1, immediate * POINTER
            case Binding.DO_ULEB_TIMES_SKIPPING:
                count, skip = program.unsigned(), program.unsigned()
            case _:
                raise MachOError(f"bind opcode {opcode | immediate:#x}")
        for _ in range(count):
            yield now
            now = replace(now, address=(now.address + POINTER + skip) & MASK)


def all_binds(image: Image) -> list[Bind]:
    """Every import of the image; MachOError where it needs what this loader does not do."""
    if not image.dyld_info:
        raise MachOError("the image has chained fixups")
    if image.dyld_info["weak_bind"]:
        raise MachOError("the image has symbols that are to be coalesced")
    special = [section.name for section in image.sections if section.kind in SPECIAL_SECTIONS]
    if special:
        raise MachOError(f"the image has initializers or thread-local variables: {', '.join(special)}")
    return [*binds(image, "bind"), *binds(image, "lazy_bind")]


def linked(image: Image, base: int, resolve: Callable[[Bind], int]) -> bytearray:
    """The image's memory, ready to run at ``base``; ``resolve`` gives the imports' addresses."""
    memory = bytearray(image.size)
    for segment in image.segments:
        start, size = segment.address, segment.file_size
        memory[start : start + size] = image.data[segment.offset : segment.offset + size]
    for address in rebases(image):
        (value,) = struct.unpack_from("<Q", memory, address)
        struct.pack_into("<Q", memory, address, value + base)
    for bind in all_binds(image):
        struct.pack_into("<Q", memory, bind.address, resolve(bind) + bind.addend & MASK)
    return memory
