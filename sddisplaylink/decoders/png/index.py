"""The index of a PNG file."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from copy import copy
from typing import Any

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.frame_index import FrameIndex, Progress
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.png.stream_end import StreamEnd
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import check, lib

__all__ = ["PngIndex", "is_still", "stream_size"]

_HEADER = slice(16, 29)
_DATA = (b"IDAT", b"fdAT")


class PngIndex(FrameIndex):
    """The index of a PNG file: structures sddl_png_frame and sddl_png_index. A still picture is one frame."""

    _frame_type = "sddl_png_frame"
    _state_type = "sddl_png_index"

    def __init__(self, data: FileData, limits: Limits, is_whole: Callable[[PngIndex, int], bool]) -> None:
        """``is_whole(index, number)``: whether a frame after whose data the file ends can be decoded."""
        super().__init__(data, limits)
        self._is_whole = is_whole
        self._ends: list[StreamEnd] = []

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture."""
        state = self.state
        return state.width, state.height

    @property
    def header(self) -> bytes:
        """The 13 bytes of IHDR."""
        return self.data[_HEADER]

    @property
    def is_still(self) -> bool:
        """True if there is no animation, or one with a single frame."""
        return is_still(self.state)

    @property
    def loop_count(self) -> int:
        """Number of plays; 0 = for ever."""
        state = self.state
        return 1 if not state.animated or state.declared_frames == 1 else int(state.plays)

    @property
    def truncated(self) -> bool:
        """True if the file ends too early, or has fewer frames than it declares."""
        state = self.state
        missing = state.animated and state.frame_count < state.declared_frames
        return bool(missing or state.state != lib.SDDL_SCAN_COMPLETE)

    @property
    def palette(self) -> bytes:
        """The content of PLTE; empty without that chunk."""
        state = self.state  # held, as its parts do not own its memory
        return self.data[state.palette.begin : state.palette.end]

    @property
    def transparency(self) -> bytes:
        """The content of tRNS; empty without that chunk."""
        state = self.state
        return self.data[state.transparency.begin : state.transparency.end]

    @property
    def first_data(self) -> int:
        """Where the first piece of any picture begins."""
        return int(self.progress.spans.at(0).begin)

    def spans(self, index: int) -> list[tuple[int, int]]:
        """The pieces of a frame's zlib stream: (begin, end) of each."""
        known = self.progress_at(index)
        return _spans(known, known.frames.at(index))

    def stream(self, index: int) -> bytes:
        """The zlib stream of a frame."""
        known = self.progress_at(index)
        return self.stream_of(known, known.frames.at(index))

    def stream_of(self, known: Progress, frame: Any) -> bytes:
        """The zlib stream of an sddl_png_frame."""
        if frame.span_count == 1:
            span = known.spans.at(frame.first_span)
            return self.data[span.begin : span.end]
        return b"".join([self.data[begin:end] for begin, end in _spans(known, frame)])

    def has_right_checksums(self, index: int) -> bool:
        """Whether the checksums of the IDAT chunks of a frame are right; fdAT, an ancillary chunk, is not checked."""
        data = self.data
        for begin, end in self.spans(index):
            kind_and_body = data[begin - 4 : end]
            if kind_and_body.startswith(b"IDAT") and zlib.crc32(kind_and_body) != int.from_bytes(
                data[end : end + 4], "big"
            ):
                return False
        return True

    def stream_size(self, index: int) -> int:
        """The approximate number of bytes of a frame's zlib stream."""
        known = self.progress_at(index)
        return stream_size(known, known.frames.at(index))

    def _run(self, found: Progress, wanted: int, *, extend: bool) -> int:
        state, first, count, needs_data = found.state, found.count, 0, False
        found.frames, frames, room = found.frames.room(first, extend=extend)
        while state.state == lib.SDDL_SCAN_MORE and not (count or needs_data):
            first_span = state.span_count
            found.spans, spans, span_room = found.spans.room(first_span, extend=extend)
            count = lib.sddl_png_scan(*self.data.extent, state, frames, min(room, wanted), spans, span_room)
            if count < 0:
                raise ImageFormatError("the PNG file has no whole header")
            needs_data = state.span_count < first_span + span_room
        if not count and state.state == lib.SDDL_SCAN_MORE:
            return self._count_whole_frame(found, frames)
        return int(count)

    def _count_whole_frame(self, found: Progress, frame: Any) -> int:
        """Count the last frame as soon as its data is complete, while more data is to come."""
        state = found.state
        is_lone = not state.animated and not found.count
        if is_lone and state.still_count:
            _add_still(found)
        elif state.has_control and not state.counted and state.control.span_count:
            frame[0] = state.control  # so that it can be decoded
        else:
            return 0
        if not self._is_there(found, frame):
            return 0
        return 1 if is_lone else check(lib.sddl_png_count_frame(state, frame))

    def _is_there(self, found: Progress, frame: Any) -> bool:
        """Whether the zlib stream of the frame that was read last is whole and can be decoded."""
        following = slice(found.state.position + 4, found.state.position + 8)
        end = self._stream_end(frame)
        read = frame.first_span + end.spans_read, frame.first_span + frame.span_count
        if read[0] < read[1] and self.data[following] not in _DATA:
            for span in map(found.spans.at, range(*read)):
                end.read(self.data[span.begin : span.end])
            is_whole = end.is_whole and self._can_decode(found, found.count)
        else:
            is_whole = False
        self._ends = [end]
        return is_whole

    def _stream_end(self, frame: Any) -> StreamEnd:
        """How far the stream of that frame has been inflated. No other thread has the object meanwhile."""
        try:
            end = self._ends.pop()
        except IndexError:
            end = None
        if end is not None and end.first_span == frame.first_span and end.spans_read <= frame.span_count:
            return end
        return StreamEnd(frame.first_span, (frame.width, frame.height))

    def _can_decode(self, found: Progress, number: int) -> bool:
        """Whether frame `number`, which has been found but not counted, can be decoded."""
        counted = copy(self)
        counted._progress = found.copy()
        counted._progress.count = number + 1
        return self._is_whole(counted, number)

    def _final_count(self, found: Progress) -> int:
        state, count = found.state, found.count
        uncertain = state.uncertain
        if not count and state.still_count:
            _add_still(found)
            uncertain, count = state.state == lib.SDDL_SCAN_BROKEN, 1
        return count - 1 if count and uncertain and not self._can_decode(found, count - 1) else count

    def _read_delays(self, frames: Any, count: int, delays: Any) -> None:
        check(lib.sddl_png_delays(frames, count, delays))


def is_still(state: Any) -> bool:
    """True if an sddl_png_index has no animation, or one with a single frame."""
    return not state.animated or state.declared_frames == 1 or not state.frame_count


def stream_size(known: Progress, frame: Any) -> int:
    """The approximate number of bytes of the zlib stream of an sddl_png_frame."""
    first = last = known.spans.at(frame.first_span)
    if frame.span_count > 1:
        last = known.spans.at(frame.first_span + frame.span_count - 1)
    return int(last.end - first.begin)


def _spans(known: Progress, frame: Any) -> list[tuple[int, int]]:
    pieces = map(known.spans.at, range(frame.first_span, frame.first_span + frame.span_count))
    return [(span.begin, span.end) for span in pieces]


def _add_still(found: Progress) -> None:
    frame, state = found.frames.at(0), found.state
    frame.width, frame.height = state.width, state.height
    frame.first_span, frame.span_count = state.still_first, state.still_count
    frame.dependency.base = -1
