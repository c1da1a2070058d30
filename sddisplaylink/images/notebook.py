"""How notebooks show an image: the file itself, which the browser plays."""

from __future__ import annotations

import base64
from collections.abc import Collection

__all__ = ["mime_bundle"]

# What browsers show and notebooks let through, by Pillow's names.
_TYPES = {
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
}


def mime_bundle(
    text: str, kind: str, data: bytes | None, include: Collection[str] | None, exclude: Collection[str] | None
) -> dict[str, str]:
    """The data by its MIME type, base64 as Jupyter's messages have it, and ``text``. ``kind``: its format.

    ``include`` and ``exclude`` are the types that are wanted alone, and not wanted.
    """
    bundle = {"text/plain": text}
    if data is not None and kind in _TYPES:
        bundle[_TYPES[kind]] = base64.b64encode(data).decode("ascii")
    return {
        name: value
        for name, value in bundle.items()
        if (include is None or name in include) and (exclude is None or name not in exclude)
    }
