"""The bytes of an image file that comes in pieces, in one block of memory that decoders can read meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.native import ffi

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["IncomingData"]

_FIRST_ROOM = 1 << 16


class IncomingData(FileData):
    """The block grows by doubling, so that each byte is moved once on average.

    A pointer to an earlier block stays valid.

    A bytearray with an exported pointer cannot be resized: a larger one replaces it, and the smaller one is freed with
    the last pointer to it. One thread at a time appends pieces; any thread may read.
    """

    def __init__(self) -> None:
        super().__init__(b"")
        self.is_growing = True
        self._memory = bytearray()

    def append(self, data: ReadableBuffer) -> None:
        """Append a copy of `data`. TypeError if `data` is no buffer, MemoryError; then nothing is appended."""
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
        """No more data will come: move the bytes to memory of exactly their size."""
        if self.is_growing:
            self._content = self.whole()
            self.extent = ffi.from_buffer("uint8_t[]", self._content), self.size
            self.is_growing = False
            self._memory = bytearray()

    def whole(self) -> bytes:
        """All bytes so far."""
        return self[:]

    def close(self) -> None:
        """Release the bytes."""
        super().close()
        self.is_growing = False
        self._memory = bytearray()

    def __getitem__(self, span: slice) -> bytes:
        if not self.is_growing:
            return super().__getitem__(span)
        memory, size = self._memory, self.size  # read in this order, the memory has at least `size` bytes
        return bytes(memoryview(memory)[:size][span])

    def _larger(self, room: int, size: int) -> bytearray:
        larger = bytearray(room)
        larger[:size] = memoryview(self._memory)[:size]
        return larger
