"""The index of a PNG file."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.frame_index import FrameIndex, Table
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.png.stream_end import StreamEnd
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import check, lib

__all__ = ["PngIndex"]

_HEADER = slice(16, 29)
_SPANS = 256
_DATA = (b"IDAT", b"fdAT")


class PngIndex(FrameIndex):
    """The index of a PNG file: structures sddl_png_frame and sddl_png_index. A still picture is one frame."""

    _frame_type = "sddl_png_frame"
    _state_type = "sddl_png_index"

    def __init__(self, data: FileData, limits: Limits, is_whole: Callable[[PngIndex, int], bool]) -> None:
        """``is_whole(index, number)``: whether a frame after whose data the file ends can be decoded."""
        super().__init__(data, limits)
        self._is_whole = is_whole
        self._spans = Table("sddl_span", _SPANS)
        self._end: StreamEnd | None = None

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture."""
        return self.state.width, self.state.height

    @property
    def header(self) -> bytes:
        """The 13 bytes of IHDR."""
        return self.data[_HEADER]

    @property
    def is_still(self) -> bool:
        """True if there is no animation, or one with a single frame."""
        return not self.state.animated or self.state.declared_frames == 1 or not self.state.frame_count

    @property
    def loop_count(self) -> int:
        """Number of plays; 0 = for ever."""
        return 1 if not self.state.animated or self.state.declared_frames == 1 else int(self.state.plays)

    @property
    def truncated(self) -> bool:
        """True if the file ends too early, or has fewer frames than it declares."""
        state = self.state
        missing = state.animated and state.frame_count < state.declared_frames
        return bool(missing or state.state != lib.SDDL_SCAN_COMPLETE)

    @property
    def palette(self) -> bytes:
        """The content of PLTE; empty without that chunk."""
        return self.data[self.state.palette.begin : self.state.palette.end]

    @property
    def transparency(self) -> bytes:
        """The content of tRNS; empty without that chunk."""
        return self.data[self.state.transparency.begin : self.state.transparency.end]

    @property
    def first_data(self) -> int:
        """Where the first piece of any picture begins."""
        return int(self._spans.at(0).begin)

    def spans(self, index: int) -> list[tuple[int, int]]:
        """The pieces of a frame's zlib stream: (begin, end) of each."""
        frame = self.frame(index)
        pieces = map(self._spans.at, range(frame.first_span, frame.first_span + frame.span_count))
        return [(span.begin, span.end) for span in pieces]

    def stream(self, index: int) -> bytes:
        """The zlib stream of a frame."""
        frame, data = self.frame(index), self.data
        if frame.span_count == 1:
            span = self._spans.at(frame.first_span)
            return data[span.begin : span.end]
        return b"".join([data[begin:end] for begin, end in self.spans(index)])

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
        frame = self.frame(index)
        first, last = frame.first_span, frame.first_span + frame.span_count - 1
        return int(self._spans.at(last).end - self._spans.at(first).begin)

    def _run(self, first: int, frames: Any, capacity: int) -> int:
        state, found, needs_data = self.state, 0, False
        while state.state == lib.SDDL_SCAN_MORE and not (found or needs_data):
            first_span = state.span_count
            spans, room = self._spans.room(first_span)
            found = lib.sddl_png_scan(*self.data.extent, state, first, frames, capacity, first_span, spans, room)
            if found < 0:
                raise ImageFormatError("the PNG file has no whole header")
            if state.frame_count != first + found:  # a signal handler has gone on meanwhile
                return int(found)
            needs_data = state.span_count < first_span + room
        if not found and state.state == lib.SDDL_SCAN_MORE:
            return self._count_whole_frame(frames)
        return int(found)

    def _count_whole_frame(self, frame: Any) -> int:
        """Count the last frame as soon as its data is complete, while more data is to come."""
        state = self.state
        is_still = not state.animated and not self.count
        if is_still and state.still_count:
            self._add_still()
        elif state.has_control and not state.counted and state.control.span_count:
            frame[0] = state.control  # so that it can be decoded
        else:
            return 0
        if not self._is_there(frame):
            return 0
        return 1 if is_still else check(lib.sddl_png_count_frame(state, frame))

    def _is_there(self, frame: Any) -> bool:
        """Whether the zlib stream of the frame that was read last is whole and can be decoded."""
        following = slice(self.state.position + 4, self.state.position + 8)
        end = self._end
        if end is None or end.first_span != frame.first_span:
            end = self._end = StreamEnd(frame.first_span, (frame.width, frame.height))
        read = frame.first_span + end.spans_read, frame.first_span + frame.span_count
        if read[0] == read[1] or self.data[following] in _DATA:
            return False
        for span in map(self._spans.at, range(*read)):
            end.read(self.data[span.begin : span.end])
        if not end.is_whole:
            return False
        self.count += 1
        try:
            return self._is_whole(self, self.count - 1)
        finally:
            self.count -= 1

    def _final_count(self, count: int) -> int:
        state = self.state
        uncertain = state.uncertain
        if not count and state.still_count:
            self._add_still()
            uncertain, count = state.state == lib.SDDL_SCAN_BROKEN, 1
        self.count = count  # so that it can be decoded
        return count - 1 if count and uncertain and not self._is_whole(self, count - 1) else count

    def _add_still(self) -> None:
        frame, state = self._frames.at(0), self.state
        frame.width, frame.height = state.width, state.height
        frame.first_span, frame.span_count = state.still_first, state.still_count
        frame.dependency.base = -1

    def _read_delays(self, frames: Any, count: int, delays: Any) -> None:
        check(lib.sddl_png_delays(frames, count, delays))
