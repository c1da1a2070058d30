"""The bytes of an image file that come in pieces, in one block of memory that decoders can read meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.native import ffi

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["IncomingData"]

_FIRST_ROOM = 1 << 16


class IncomingData(FileData):
    """Grows by doubling, so that each byte is moved once on average; a pointer to an earlier block stays good.

    A bytearray that somebody looks into cannot be resized: a larger one takes its place, and the smaller one goes with
    the last pointer to it. Pieces are appended by one thread at a time; any thread may read.
    """

    def __init__(self) -> None:
        super().__init__(b"")
        self.is_growing = True
        self._memory = bytearray()

    def append(self, data: ReadableBuffer) -> None:
        """Take in a copy of `data`. TypeError if it has no bytes, MemoryError; then nothing is taken in."""
        with memoryview(data) as piece, piece.cast("B") as content:
            pointer, size = self.extent
            end = size + len(content)
            memory = self._memory
            if end > len(memory):
                memory = self._larger(max(_FIRST_ROOM, end, 2 * len(memory)), size)
                pointer = ffi.from_buffer("uint8_t[]", memory)
            memory[size:end] = content
            self._memory, self.extent = memory, (pointer, end)

    def end(self) -> None:
        """No more will come: the bytes move to memory of their own size."""
        if self.is_growing:
            self._content = self.whole()
            self.extent = ffi.from_buffer("uint8_t[]", self._content), self.size
            self.is_growing = False
            self._memory = bytearray()

    def whole(self) -> bytes:
        """All that there is."""
        return self[:]

    def close(self) -> None:
        """Let go of the bytes."""
        super().close()
        self.is_growing = False
        self._memory = bytearray()

    def __getitem__(self, span: slice) -> bytes:
        if not self.is_growing:
            return super().__getitem__(span)
        memory, size = self._memory, self.size  # in this order they belong together, or the memory has more
        return bytes(memoryview(memory)[:size][span])

    def _larger(self, room: int, size: int) -> bytearray:
        larger = bytearray(room)
        larger[:size] = memoryview(self._memory)[:size]
        return larger
