"""One image for all views of one file: indexed once, decoded once."""

from __future__ import annotations

import os
import threading
import weakref
from typing import TypeAlias

from sddisplaylink.decoders.opening import Source
from sddisplaylink.images.image import AnimatedImage

__all__ = ["open_shared"]

_Key: TypeAlias = "tuple[str | bytes, int, int, int, int]"

_images: weakref.WeakValueDictionary[_Key, AnimatedImage] = weakref.WeakValueDictionary()
_lock = threading.Lock()


def open_shared(source: AnimatedImage | Source) -> AnimatedImage:
    """The image, opened unless it is one. A file that another view has open, unchanged since, is not read again.

    Close none of them: they go with whoever shows them last. Raises what :meth:`AnimatedImage.open` raises.
    """
    if isinstance(source, AnimatedImage):
        return source
    if not isinstance(source, str | os.PathLike):
        return AnimatedImage.open(source)
    key = _key(source)
    with _lock:
        image = _images.get(key)
        if image is None:
            image = _images[key] = AnimatedImage.open(source)
        return image


def _key(path: str | os.PathLike[str]) -> _Key:
    """Where the file is, and what changes when it does."""
    about = os.stat(path)  # noqa: PTH116 - what users call a path may be no Path
    return os.path.abspath(path), about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size  # noqa: PTH100
