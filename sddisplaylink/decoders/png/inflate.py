"""Inflates zlib streams, by libdeflate if that is installed."""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import Any

__all__ = ["inflated", "inflated_unchecked", "is_zlib_header"]


def _libdeflate() -> Any:
    try:
        return import_module("deflate")
    except ImportError:  # not available for this platform
        return None


_deflate = _libdeflate()


def inflated(stream: bytes, size: int) -> bytearray | None:
    """The `size` bytes of a zlib stream; None if it has more or fewer bytes, or is invalid."""
    filtered = _by_libdeflate(stream, size) if _deflate else _by_zlib(stream, size)
    return filtered if filtered is not None and len(filtered) == size else None


def inflated_unchecked(stream: bytes, size: int) -> bytearray | None:
    """The same without checking the stream's checksum, which may be missing: for streams that `inflated` refuses."""
    if not is_zlib_header(stream[:2]):
        return None
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        filtered = inflater.decompress(memoryview(stream)[2:], size + 1)
    except zlib.error:
        return None
    return bytearray(filtered) if inflater.eof and len(filtered) == size else None


def is_zlib_header(header: bytes) -> bool:
    """True if these two bytes begin a zlib stream, without a dictionary."""
    if len(header) != 2:
        return False
    method, flags = header
    return method & 15 == 8 and method >> 4 <= 7 and not flags & 32 and (method << 8 | flags) % 31 == 0


def _by_libdeflate(stream: bytes, size: int) -> bytearray | None:
    try:
        filtered: bytearray = _deflate.zlib_decompress(stream, size)
    except _deflate.DeflateError:
        return None
    return filtered


def _by_zlib(stream: bytes, size: int) -> bytearray | None:
    inflater = zlib.decompressobj()
    try:
        filtered = inflater.decompress(stream, size + 1)
    except zlib.error:
        return None
    return bytearray(filtered) if inflater.eof else None
