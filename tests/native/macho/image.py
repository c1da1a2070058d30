"""What a Mach-O file says of itself: architectures, segments, libraries, symbols, signature."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

FAT_MAGIC = 0xCAFEBABE
MAGIC_64 = 0xFEEDFACF
MACHINES = {0x01000007: "x86_64", 0x0100000C: "arm64"}
BUNDLE = 8

LC_SYMTAB, LC_DYSYMTAB, LC_SEGMENT_64, LC_CODE_SIGNATURE, LC_BUILD_VERSION = 0x2, 0xB, 0x19, 0x1D, 0x32
LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_DYLD_INFO_ONLY = 0xC, 0x80000018, 0x80000022
LOADING = {LC_LOAD_DYLIB: False, LC_LOAD_WEAK_DYLIB: True}
# what a loader has to run, or to make for each thread, before the first call
SPECIAL_SECTIONS = {0x9, 0xA, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16}
SYMBOL_STUBS = 0x8

N_EXT, N_TYPE_MASK, N_STAB_MASK, N_SECT = 0x01, 0x0E, 0xE0, 0x0E

CODE_DIRECTORY = 0xFADE0C02
ADHOC = 0x2


class MachOError(Exception):
    """The file is not what this reader expects."""


@dataclass(frozen=True)
class Section:
    name: str
    address: int
    size: int
    offset: int
    flags: int
    first_indirect: int
    stub_size: int

    @property
    def kind(self) -> int:
        return self.flags & 0xFF


@dataclass(frozen=True)
class Segment:
    name: str
    address: int
    size: int
    offset: int
    file_size: int
    protection: int
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Library:
    name: str
    weak: bool


@dataclass(frozen=True)
class Symbol:
    name: str
    defined: bool
    external: bool
    address: int


@dataclass
class Image:
    """One architecture's part of a file."""

    data: bytes
    machine: str = ""
    file_type: int = 0
    minimum_os: str = ""
    segments: list[Segment] = field(default_factory=list)
    libraries: list[Library] = field(default_factory=list)
    symbols: list[Symbol] = field(default_factory=list)
    indirect: tuple[int, ...] = ()
    dyld_info: dict[str, bytes] = field(default_factory=dict)
    signature: bytes = b""
    signature_offset: int = 0

    @property
    def size(self) -> int:
        """Bytes of address space, from 0 on."""
        return max(segment.address + segment.size for segment in self.segments)

    @property
    def sections(self) -> Iterator[Section]:
        return (section for segment in self.segments for section in segment.sections)

    @cached_property
    def addresses(self) -> dict[str, int]:
        """Where the defined symbols are, the file's private ones included."""
        return {symbol.name: symbol.address for symbol in self.symbols if symbol.defined}

    @property
    def imports(self) -> set[str]:
        return {symbol.name for symbol in self.symbols if not symbol.defined}

    @property
    def exports(self) -> set[str]:
        return {symbol.name for symbol in self.symbols if symbol.defined and symbol.external}

    @cached_property
    def stubs(self) -> dict[int, str]:
        """The import that each jump stub leads to, by the stub's address."""
        found = {}
        for section in self.sections:
            if section.kind == SYMBOL_STUBS:
                for number in range(section.size // section.stub_size):
                    symbol = self.symbols[self.indirect[section.first_indirect + number]]
                    found[section.address + number * section.stub_size] = symbol.name
        return found

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the file by their address."""
        for segment in self.segments:
            if segment.address <= address < segment.address + segment.file_size:
                start = segment.offset + address - segment.address
                return self.data[start : start + size]
        raise MachOError(f"nothing in the file is at {address:#x}")


def text(data: bytes, offset: int) -> str:
    """The string that ends with a zero byte."""
    return data[offset : data.index(b"\0", offset)].decode()


def parse_segment(data: bytes, at: int) -> Segment:
    name, address, size, offset, file_size, _, protection, count, _ = struct.unpack_from("<16s4Q4I", data, at + 8)
    sections = []
    for number in range(count):
        fields = struct.unpack_from("<16s16s2Q8I", data, at + 72 + 80 * number)
        section, _, start, length, where, _, _, _, flags, reserved1, reserved2, _ = fields
        sections.append(Section(section.rstrip(b"\0").decode(), start, length, where, flags, reserved1, reserved2))
    return Segment(name.rstrip(b"\0").decode(), address, size, offset, file_size, protection, tuple(sections))


def parse_symbols(data: bytes, at: int) -> list[Symbol]:
    start, count, strings, _ = struct.unpack_from("<4I", data, at + 8)
    symbols = []
    for number in range(count):
        name, kind, _, _, value = struct.unpack_from("<IBBHQ", data, start + 16 * number)
        defined = kind & N_TYPE_MASK == N_SECT or bool(kind & N_STAB_MASK)
        symbols.append(Symbol(text(data, strings + name), defined, bool(kind & N_EXT), value))
    return symbols


def parse_dyld_info(data: bytes, at: int) -> dict[str, bytes]:
    places = struct.unpack_from("<8I", data, at + 8)
    names = ("rebase", "bind", "weak_bind", "lazy_bind")
    return {name: data[places[2 * i] : places[2 * i] + places[2 * i + 1]] for i, name in enumerate(names)}


def parse_command(image: Image, command: int, at: int) -> None:
    """Note what one load command says."""
    data = image.data
    if command == LC_SEGMENT_64:
        image.segments.append(parse_segment(data, at))
    elif command in LOADING:
        image.libraries.append(Library(text(data, at + struct.unpack_from("<I", data, at + 8)[0]), LOADING[command]))
    elif command == LC_SYMTAB:
        image.symbols = parse_symbols(data, at)
    elif command == LC_DYSYMTAB:
        start, count = struct.unpack_from("<2I", data, at + 56)
        image.indirect = struct.unpack_from(f"<{count}I", data, start)
    elif command == LC_DYLD_INFO_ONLY:
        image.dyld_info = parse_dyld_info(data, at)
    elif command == LC_BUILD_VERSION:
        minimum = struct.unpack_from("<I", data, at + 12)[0]
        image.minimum_os = f"{minimum >> 16}.{minimum >> 8 & 0xFF}"
    elif command == LC_CODE_SIGNATURE:
        image.signature_offset, size = struct.unpack_from("<2I", data, at + 8)
        image.signature = data[image.signature_offset : image.signature_offset + size]


def parse_image(data: bytes) -> Image:
    """One architecture's part; MachOError unless it is a 64-bit one that this reader knows."""
    magic, cpu, _, file_type, count, _, _, _ = struct.unpack_from("<8I", data)
    if magic != MAGIC_64 or cpu not in MACHINES:
        raise MachOError("not a 64-bit Mach-O file for x86_64 or arm64")
    image = Image(data, MACHINES[cpu], file_type)
    at = 32
    for _ in range(count):
        command, size = struct.unpack_from("<2I", data, at)
        parse_command(image, command, at)
        at += size
    return image


def read_images(path: Path) -> dict[str, Image]:
    """The parts of a universal file, or of one for a single architecture, by architecture."""
    data = path.read_bytes()
    magic, count = struct.unpack_from(">2I", data)
    if magic != FAT_MAGIC:
        image = parse_image(data)
        return {image.machine: image}
    places = [struct.unpack_from(">5I", data, 8 + 20 * number)[2:4] for number in range(count)]
    images = [parse_image(data[offset : offset + size]) for offset, size in places]
    return {image.machine: image for image in images}


def is_signed_ad_hoc(image: Image) -> bool:
    """Whether there is a signature without a signer whose hashes are those of the file's pages."""
    if not image.signature:
        return False
    (blobs,) = struct.unpack_from(">I", image.signature, 8)
    offsets = [struct.unpack_from(">2I", image.signature, 12 + 8 * number)[1] for number in range(blobs)]
    kinds = {struct.unpack_from(">I", image.signature, at)[0]: at for at in offsets}
    directory = image.signature[kinds[CODE_DIRECTORY] :]
    flags, hashes, _, _, count, limit, size, _, _, page_bits = struct.unpack_from(">6I4B", directory, 12)
    if not flags & ADHOC or limit != image.signature_offset:
        return False
    page = 1 << page_bits
    digests = [hashlib.sha256(image.data[at : min(at + page, limit)]).digest() for at in range(0, limit, page)]
    return digests == [directory[hashes + size * number : hashes + size * (number + 1)] for number in range(count)]
