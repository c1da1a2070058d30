"""The colours of an AVIF file that its boxes give as numbers; Pillow finds ICC profiles."""

from __future__ import annotations

from collections.abc import Container, Iterator

from sddisplaylink.decoders.appearance import Appearance
from sddisplaylink.decoders.avif.boxes import Box, Reader, boxes, find, find_all
from sddisplaylink.decoders.colour.cicp import cicp_name, cicp_profile
from sddisplaylink.errors import ImageFormatError

__all__ = ["avif_colours", "is_grey_avif"]

_FULL_BOX = 4  # bytes of version and flags
_ENTRY, _SAMPLE = 8, 78  # bytes before the first description of samples, and before the boxes in it
_SRGB_PRIMARIES, _SRGB_CURVE = 1, 13
_PRIMARIES = frozenset({1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 22})
_OTHER_CURVES = frozenset({4, 5, 7, 8, 16, 17, 18})  # all others, those of cameras too, are taken as sRGB's
_RESERVED_CURVES = (0, 3)
_UNKNOWN_MATRIX = 12  # one made of the primaries: Chromium then takes the colours for those of sRGB
_MOST_ITEMS = 4096
_KINDS = (b"colr", b"clli", b"mdcv")
_CODEC, _CODEC_FLAGS, _WITHOUT_CHROMA = b"av1C", 2, 0x10
_LIGHT_UNIT = 10_000


def avif_colours(data: bytes, *, is_sequence: bool) -> Appearance:
    """The colours of the first track, or of the main picture; those of sRGB if the file gives none."""
    try:
        said = list(_described(data, is_sequence, _KINDS))
        numbers = next((Reader(data, _shifted(box, 4))("HHH") for box in said if _is_in_numbers(data, box)), None)
        peak = _peak(data, {box.kind: box for box in said})
    except ImageFormatError:
        return Appearance()
    if numbers is None or not numbers[0] or numbers[1] in _RESERVED_CURVES or numbers[2] == _UNKNOWN_MATRIX:
        return Appearance()
    primaries = numbers[0] if numbers[0] in _PRIMARIES else _SRGB_PRIMARIES
    curve = numbers[1] if numbers[1] in _OTHER_CURVES else _SRGB_CURVE
    return Appearance(profile=cicp_profile(primaries, curve) or b"", colours=cicp_name(primaries, curve), peak=peak)


def is_grey_avif(data: bytes, *, is_sequence: bool) -> bool:
    """Whether the first track, or the main picture, has no chroma."""
    try:
        box = next(_described(data, is_sequence, (_CODEC,)), None)
    except ImageFormatError:
        return False
    at = 0 if box is None else box.begin + _CODEC_FLAGS
    return box is not None and at < box.end and bool(data[at] & _WITHOUT_CHROMA)


def _described(data: bytes, is_sequence: bool, kinds: Container[bytes]) -> Iterator[Box]:
    """The boxes of those types that describe the first track, or the main picture."""
    top = {box.kind: box for box in boxes(data, 0, len(data)) if box.end <= len(data)}
    found = _of_track(data, top.get(b"moov")) if is_sequence else _of_picture(data, top.get(b"meta"))
    return (box for box in found if box.kind in kinds)


def _is_in_numbers(data: bytes, box: Box) -> bool:
    return box.kind == b"colr" and data[box.begin : box.begin + 4] == b"nclx"


def _peak(data: bytes, said: dict[bytes, Box]) -> float:
    """Candelas per square metre of the brightest pixel, or of the screen that the picture was made on."""
    levels = Reader(data, said[b"clli"])("HH")[0] if b"clli" in said else 0
    screen = Reader(data, said[b"mdcv"])("8HII")[8] / _LIGHT_UNIT if b"mdcv" in said else 0
    return levels or screen


def _shifted(box: Box, nbytes: int) -> Box:
    """The box without the beginning of its content."""
    return box._replace(begin=box.begin + nbytes)


def _of_track(data: bytes, movie: Box | None) -> Iterator[Box]:
    """The complete boxes that describe the samples of the first track that is not another's alpha."""
    for track in () if movie is None else find_all(data, movie, b"trak"):
        table = find(data, track, b"mdia", b"minf", b"stbl", b"stsd")
        if table is not None and find(data, track, b"tref", b"auxl") is None:
            entry = next(boxes(data, table.begin + _ENTRY, table.end), None)
            if entry is not None:
                inner = _shifted(entry, _SAMPLE)
                yield from (box for box in boxes(data, inner.begin, inner.end) if box.end <= inner.end)
            return


def _of_picture(data: bytes, meta: Box | None) -> Iterator[Box]:
    """The properties of the main item."""
    if meta is None:
        return
    content = _shifted(meta, _FULL_BOX)
    main, properties = find(data, content, b"pitm"), find(data, content, b"iprp", b"ipco")
    if main is None or properties is None:
        return
    read = Reader(data, main)
    version, _ = read.version_and_flags()
    (item,) = read("I" if version else "H")
    known = list(boxes(data, properties.begin, properties.end))
    for association in find_all(data, find(data, content, b"iprp") or meta, b"ipma"):
        for number in _properties_of(Reader(data, association), item):
            if 0 < number <= len(known):
                yield known[number - 1]


def _properties_of(read: Reader, item: int) -> Iterator[int]:
    """The numbers, from 1, of an item's properties."""
    version, flags = read.version_and_flags()
    (items,) = read("I")
    for _ in range(min(items, _MOST_ITEMS)):
        (this,) = read("I" if version else "H")
        (count,) = read("B")
        for (number,) in list(read.table("H" if flags & 1 else "B", count)):
            if this == item:
                yield number & (0x7FFF if flags & 1 else 0x7F)
