"""Whether a picture's zlib stream is whole, before anything behind it says so."""

from __future__ import annotations

import zlib

__all__ = ["StreamEnd"]

_STEP = 1 << 16
_PASSES, _PIXEL_BYTES = 7, 8  # of Adam7; of 16-bit RGBA


class StreamEnd:
    """Follows one stream, each of whose bytes is inflated once; the pixels are not kept. Not thread-safe."""

    def __init__(self, first_span: int, size: tuple[int, int]) -> None:
        """`first_span`: what names the stream; `size` of the picture, which bounds what is worth inflating."""
        width, height = size
        self.first_span = first_span
        self.spans_read = 0
        self.is_whole = False
        """Whether it has come to its end."""
        self._left = (width * _PIXEL_BYTES + 1) * height + _PASSES * height
        self._inflater = zlib.decompressobj()

    def read(self, piece: bytes) -> None:
        """The next span of the stream."""
        self.spans_read += 1
        try:
            while piece and self._left >= 0 and not self.is_whole:
                self._left -= len(self._inflater.decompress(piece, _STEP))
                piece = self._inflater.unconsumed_tail
                self.is_whole = self._inflater.eof
        except zlib.error:
            self._left = -1
