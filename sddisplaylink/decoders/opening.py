"""From what the user gives to a decoder."""

from __future__ import annotations

import io
import os
from typing import IO, Any, TypeAlias

from sddisplaylink.decoders import apng, gif
from sddisplaylink.decoders.native_apng import NativePngSource
from sddisplaylink.decoders.native_canvas import NativeCanvas
from sddisplaylink.decoders.native_gif import NativeGifSource
from sddisplaylink.decoders.pillow_canvas import PillowCanvas
from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.decoders.sequence import SequenceDecoder
from sddisplaylink.decoders.tiles import TileDecoder
from sddisplaylink.errors import ImageFormatError

__all__ = ["Source", "open_decoder", "read_source"]

Source: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]


def read_source(source: Source) -> tuple[bytes, str]:
    """All bytes of `source`, and a name for messages. OSError as from open(); TypeError if it is none of these."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb") as file:
            return file.read(), os.fsdecode(source)
    try:
        with memoryview(_content(source)) as view:
            return view.tobytes(), _file_name(source)
    except TypeError:
        kind = type(source).__name__
        raise TypeError(f"source must be a path, bytes or a file opened in binary mode, not {kind}") from None


def open_decoder(data: bytes, limit: int | None, *, native: bool = True) -> Decoder:
    """The decoder for the format of `data`; `native`: by our own kernels where there are any, else by Pillow alone.

    ImageFormatError: no image, no whole frame, or over `limit` pixels.
    """
    if not data:
        raise ImageFormatError("the file is empty")
    if data.startswith(gif.SIGNATURES):
        frames = gif.GifSource(data, limit)
        return TileDecoder(NativeGifSource(frames), NativeCanvas) if native else TileDecoder(frames, PillowCanvas)
    if data.startswith(apng.SIGNATURE):
        parts = apng.PngSource(data, limit)
        return TileDecoder(NativePngSource(parts), NativeCanvas) if native else TileDecoder(parts, PillowCanvas)
    return SequenceDecoder(data, limit)


def _content(source: Any) -> Any:
    if isinstance(source, io.TextIOBase):
        return None  # before it is read
    return source.read() if hasattr(source, "read") else source


def _file_name(source: object) -> str:
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"
