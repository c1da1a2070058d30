"""Which pictures of a file that Pillow opens are frames, where its container is not read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.errors import content_errors
from sddisplaylink.decoders.pillow.quiet import load_quietly
from sddisplaylink.errors import ImageFormatError

if TYPE_CHECKING:
    from PIL import ImageFile

__all__ = ["SEEKS_AT_WILL", "Pages", "find_pages"]

# A stereo pair or thumbnails, layers, an icon in several sizes: these show their first picture.
_ONE_PICTURE = frozenset({"MPO", "PSD", "ICO", "ICNS", "CUR", "PCD", "FPX"})
SEEKS_AT_WILL = frozenset({"AVIF", "DCX", "IM", "MIC", "SPIDER", "TIFF"})
"""Formats whose frames can be decoded in any order from one open image."""
_NEEDS_NO_OTHER = SEEKS_AT_WILL - {"AVIF"}
_TELLS_DELAY_WHEN_LOADED = "AVIF"
_MILLISECOND_NS = 1_000_000

# tags of TIFF
_SUBFILE_TYPE, _OLD_SUBFILE_TYPE = 254, 255
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2
_EXTENTS = (273, 279), (324, 325)  # offsets and byte counts of strips, and of tiles
_WIDTH, _HEIGHT = 256, 257


class Pages(NamedTuple):
    """The frames of a file."""

    numbers: Sequence[int]
    """The number of each frame in Pillow's plugin."""
    delays_ns: tuple[int | None, ...]
    loop_count: int
    truncated: bool
    """Whether there are fewer than the file declares."""
    are_alone: bool
    """Whether each can be decoded without those before it."""


def find_pages(source: ImageFile.ImageFile, data_size: int, limits: Limits) -> Pages:
    """Find the frames of an open file. ImageFormatError: too many, or the first one is broken."""
    announced = _announced(source, data_size, limits)
    if announced == 1:
        return Pages((0,), (None,), 1, truncated=False, are_alone=True)
    numbers: list[int] = []
    delays: list[int | None] = []
    is_whole = True
    for number in range(announced):
        try:
            with content_errors():
                if not _goes_to(source, number):
                    break
                delay = _delay(source)
                if not _is_within(source, data_size):
                    load_quietly(source)  # to find out whether the limit matters
        except ImageFormatError:
            if not numbers:
                raise
            is_whole = False
            break
        if number and _belongs_to_another(source):
            continue
        numbers.append(number)
        delays.append(delay)
        if len(numbers) > limits.frames:
            raise ImageFormatError(f"the file has more frames than the limit of {limits.frames}")
    if len(numbers) == 1 and is_whole:
        return Pages((0,), (None,), 1, truncated=False, are_alone=True)
    plays = int(source.info.get("loop", 0))
    return Pages(numbers, tuple(delays), plays, not is_whole, source.format in _NEEDS_NO_OTHER)


def _announced(source: ImageFile.ImageFile, data_size: int, limits: Limits) -> int:
    """The largest possible number of pictures: one for each byte of the file."""
    if source.format in _ONE_PICTURE:
        return 1
    if source.format == "TIFF":  # counting its pages would read all of them
        return data_size
    announced = int(getattr(source, "n_frames", 1))
    if announced > limits.frames or announced > data_size:
        raise ImageFormatError(f"{announced} frames are more than the file holds, or the limit of {limits.frames}")
    return max(1, announced)


def _goes_to(source: ImageFile.ImageFile, number: int) -> bool:
    """Whether there is such a picture; ImageFormatError, or Pillow's exception, if it is broken."""
    if not number:
        return True  # a plugin may not be able to seek to picture 0, which it opens with
    if source.format == "TIFF":
        try:
            source.seek(number)
        except EOFError:  # the regular end of the list of pages
            return False
        return True
    source.seek(number)
    return True


def _delay(source: ImageFile.ImageFile) -> int | None:
    if source.format == _TELLS_DELAY_WHEN_LOADED:
        load_quietly(source)
    milliseconds = source.info.get("duration")
    return None if milliseconds is None else int(milliseconds * _MILLISECOND_NS)


def _belongs_to_another(source: ImageFile.ImageFile) -> bool:
    """True for a page of a TIFF that is a smaller copy, or the mask, of another one."""
    tags = getattr(source, "tag_v2", {})
    kind = tags.get(_SUBFILE_TYPE, 0)
    return bool(kind & (_REDUCED | _MASK)) or tags.get(_OLD_SUBFILE_TYPE) == _OLD_REDUCED


def _is_within(source: ImageFile.ImageFile, data_size: int) -> bool:
    """False if some of the picture's data lies beyond the end of the file, so that it may not be whole."""
    tags = getattr(source, "tag_v2", None)
    if tags is not None:
        _check_covered(source, tags)
        return all(offset + length <= data_size for offset, length in _extents(tags))
    if not source.tile:
        return True
    begin = max(int(tile[2]) for tile in source.tile)
    if begin >= data_size:
        raise ImageFormatError("the data ends before the picture begins")
    nbytes = source.size[0] * source.size[1] * len(source.getbands())
    return source.format not in _NEEDS_NO_OTHER or begin + nbytes <= data_size


def _check_covered(source: ImageFile.ImageFile, tags: object) -> None:
    """ImageFormatError if there is no data for some of the picture, which Pillow would leave black."""
    ends = [tile[1][2:] for tile in source.tile if tile[1] is not None]
    for axis, tag in enumerate((_WIDTH, _HEIGHT)):
        if ends and max(end[axis] for end in ends) < max(_values(tags, tag), default=0):
            raise ImageFormatError("the file holds a part of the picture")


def _extents(tags: object) -> Iterator[tuple[int, int]]:
    for offsets, lengths in _EXTENTS:
        yield from zip(_values(tags, offsets), _values(tags, lengths), strict=False)


def _values(tags: object, tag: int) -> tuple[int, ...]:
    values = tags.get(tag, ())  # type: ignore[attr-defined]
    return values if isinstance(values, tuple) else (values,)
