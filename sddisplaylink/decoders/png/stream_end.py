"""Finds out whether a picture's zlib stream is whole, before a later chunk shows that."""

from __future__ import annotations

import zlib

from sddisplaylink.decoders.png.inflate import is_zlib_header

__all__ = ["StreamEnd"]

_STEP = 1 << 16
_HEADER, _CHECKSUM = 2, 4  # bytes
_PASSES, _PIXEL_BYTES = 7, 8  # of Adam7; of 16-bit RGBA


class StreamEnd:
    """Inflates one stream as it comes in, each byte once, without keeping the pixels. Not thread-safe."""

    def __init__(self, first_span: int, size: tuple[int, int]) -> None:
        """`first_span` identifies the stream; `size` of the picture limits how much is inflated."""
        width, height = size
        self.first_span = first_span
        self.spans_read = 0
        self.is_whole = False
        """Whether the stream has ended properly."""
        self._left = (width * _PIXEL_BYTES + 1) * height + _PASSES * height
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)  # the checksum is not verified
        self._header = b""
        self._following = 0  # bytes behind the end of the deflate stream

    def read(self, piece: bytes) -> None:
        """Inflate the next span of the stream."""
        self.spans_read += 1
        missing = _HEADER - len(self._header)
        self._header += piece[:missing]
        piece = piece[missing:]
        if len(self._header) == _HEADER and not is_zlib_header(self._header):
            self._left = -1
        try:
            while piece and self._left >= 0 and not self._inflater.eof:
                self._left -= len(self._inflater.decompress(piece, _STEP))
                piece = self._inflater.unused_data or self._inflater.unconsumed_tail
        except zlib.error:
            self._left = -1
        if self._inflater.eof:
            self._following += len(piece)
            self.is_whole = self._following >= _CHECKSUM
