"""The bytes of an image file: given, or copied from a path."""

from __future__ import annotations

import io
import mmap
import os
import stat
from typing import IO, Any, TypeAlias

from sddisplaylink.errors import ImageFormatError, LinkClosedError
from sddisplaylink.native import ffi

__all__ = ["FileData", "ImageInput", "open_input"]

ImageInput: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]

_PIECE = 1 << 20  # bytes
_BEGINNING = 16  # bytes by which a format is recognised
IN_MEMORY = 64 << 20
"""Bytes of a file that are read into memory; a larger file is copied to a temporary one, which is mapped."""
LARGEST = 4 << 30
"""Bytes of a file above which nothing is copied: more than any image has, but a sparse file may claim it."""


class FileData:
    """Read-only bytes that the kernels and Python can both look at, and nobody else can change."""

    is_growing = False
    """Whether more bytes are to come."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        self._content: bytes | mmap.mmap = content
        self.extent: tuple[Any, int] = ffi.from_buffer("uint8_t[]", content), len(content)
        """Pointer and number of bytes, to be read together, as data may be coming in."""
        self.is_closed = False

    @property
    def pointer(self) -> Any:
        """The address of the bytes: at least those that were there when any known frame was found."""
        return self.extent[0]

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.extent[1]

    def __getitem__(self, span: slice) -> bytes:
        found = self._content[span]
        self.check()  # afterwards: a thread that closes says so before it takes the bytes away
        return found

    def startswith(self, *beginnings: bytes) -> bool:
        """True if the file begins with one of these byte strings."""
        return self[:_BEGINNING].startswith(beginnings)

    def whole(self) -> bytes:
        """All bytes."""
        return self[:]

    def check(self) -> None:
        """LinkClosedError."""
        if self.is_closed:
            raise LinkClosedError("the image is closed")

    def close(self) -> None:
        """Release the bytes; a mapping ends once no kernel uses it."""
        self.is_closed = True
        self.extent = ffi.NULL, self.size
        self._content = b""


def open_input(source: ImageInput) -> tuple[FileData, str]:
    """The bytes of `source`, and a name for messages. OSError as from open(); TypeError for other types."""
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
    name = os.fsdecode(path)
    with io.FileIO(path) as file:  # without the buffer that open() would add
        return FileData(_copy(file, name)), name


def _copy(file: io.FileIO, name: str) -> bytes | mmap.mmap:
    """What a file holds now, in memory that is ours alone.

    A mapping of the file itself would change with it, and where another program cuts the file off, the system would
    end the process. The temporary file has no name: nobody else can get at it.
    """
    about = os.fstat(file.fileno())
    if stat.S_ISCHR(about.st_mode):  # one such as /dev/zero never ends
        raise ImageFormatError(f"{name}: a device is no image")
    size = about.st_size
    if size <= IN_MEMORY:
        return file.readall()
    if size > LARGEST:
        raise ImageFormatError(f"{name}: {size} bytes are too many for an image")
    import shutil  # these take their time, and are seldom needed
    import tempfile

    with tempfile.TemporaryFile(buffering=0) as copy:
        shutil.copyfileobj(file, copy, _PIECE)
        return mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ)


def _content(source: Any) -> Any:
    if isinstance(source, io.TextIOBase):
        return None  # refused without reading it
    return source.read() if hasattr(source, "read") else source


def _file_name(source: object) -> str:
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"
