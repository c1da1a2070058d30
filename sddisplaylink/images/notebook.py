"""MIME bundles, by which notebooks show an image: the file itself, which the browser plays."""

from __future__ import annotations

import base64
from collections.abc import Collection

__all__ = ["mime_bundle"]

# Formats that browsers show and notebooks allow, by Pillow's names.
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

    ``include``: the only types to return; ``exclude``: types not to return.
    """
    bundle = {"text/plain": text}
    if data is not None and kind in _TYPES:
        bundle[_TYPES[kind]] = base64.b64encode(data).decode("ascii")
    return {
        name: value
        for name, value in bundle.items()
        if (include is None or name in include) and (exclude is None or name not in exclude)
    }
