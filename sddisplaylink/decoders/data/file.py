"""The bytes of an image file: given, read, or mapped."""

from __future__ import annotations

import io
import mmap
import os
from typing import IO, Any, TypeAlias

from sddisplaylink.errors import ImageFormatError, LinkClosedError
from sddisplaylink.native import ffi

__all__ = ["FileData", "Source", "open_source"]

Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]

_BEGINNING = 16  # bytes: as many as any format is known by
_MAPPED_FROM = 1 << 20  # smaller files are read: that is as fast, and needs no open file


class FileData:
    """Read-only bytes that the kernels and Python can both look at.

    Of a mapped file, what another program has cut off in the meantime must not be touched: the system would end the
    process. So `check` comes before each use. What is left is a cut in the middle of one; who expects that gives bytes.
    """

    is_growing = False
    """Whether more bytes are to come."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        self._content: bytes | mmap.mmap = content
        self.extent: tuple[Any, int] = ffi.from_buffer("uint8_t[]", content), len(content)
        """Pointer and number of bytes; to be read at once, as more may be coming."""
        self.is_closed = False

    @property
    def pointer(self) -> Any:
        """Where the bytes are: at least all that were there when a frame of theirs was found."""
        return self.extent[0]

    @property
    def size(self) -> int:
        """How many there are."""
        return self.extent[1]

    def __getitem__(self, span: slice) -> bytes:
        return self._content[span]

    def startswith(self, *beginnings: bytes) -> bool:
        """True if the file begins with one of these."""
        return self[:_BEGINNING].startswith(beginnings)

    def whole(self) -> bytes:
        """All of it."""
        return self._content[:]

    def check(self) -> None:
        """ImageFormatError if the file has become shorter than it was; LinkClosedError."""
        if self.is_closed:
            raise LinkClosedError("the image is closed")
        if isinstance(self._content, mmap.mmap) and self._content.size() < self.size:
            raise ImageFormatError("the file has been cut short since it was opened")

    def close(self) -> None:
        """Let go of the bytes; a mapping ends as soon as no kernel is at work on it."""
        self.is_closed = True
        self.extent = ffi.NULL, self.size
        self._content = b""


def open_source(source: Source) -> tuple[FileData, str]:
    """The bytes of `source`, and a name for messages. OSError as from open(); TypeError if it is none of these."""
    if isinstance(source, bytes):
        return FileData(source), "<bytes>"
    if isinstance(source, str) or hasattr(source, "__fspath__"):
        return _read(os.fspath(source))
    try:
        with memoryview(_content(source)) as view:
            return FileData(view.tobytes()), _file_name(source)
    except TypeError:
        kind = type(source).__name__
        raise TypeError(f"source must be a path, bytes or a file opened in binary mode, not {kind}") from None


def _read(path: str | bytes) -> tuple[FileData, str]:
    with io.FileIO(path) as file:  # without the buffer that open() would put in front of it
        return FileData(_mapped(file) or file.readall()), os.fsdecode(path)


def _mapped(file: io.FileIO) -> mmap.mmap | None:
    """A mapping of a large file; None of what is small, or is no file of a disk."""
    try:
        if os.fstat(file.fileno()).st_size >= _MAPPED_FROM:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        pass
    return None


def _content(source: Any) -> Any:
    if isinstance(source, io.TextIOBase):
        return None  # before it is read
    return source.read() if hasattr(source, "read") else source


def _file_name(source: object) -> str:
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"
