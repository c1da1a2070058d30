"""Shares one image among all views of a file, so that it is indexed and decoded once."""

from __future__ import annotations

import os
import weakref
from typing import TypeAlias

from sddisplaylink.decoders.opening import ImageInput
from sddisplaylink.images.image import AnimatedImage

__all__ = ["open_shared"]

_Key: TypeAlias = "tuple[int, str | bytes, int, int, int, int]"

_images: weakref.WeakValueDictionary[_Key, AnimatedImage] = weakref.WeakValueDictionary()


def open_shared(source: AnimatedImage | ImageInput) -> AnimatedImage:
    """The image of ``source``, opened if need be.

    A file that another view has open, and that has not changed, is shared.

    Do not close a shared image: it is freed with its last user. Raises what `AnimatedImage.open` raises.
    """
    if isinstance(source, AnimatedImage):
        return source
    if not isinstance(source, str | os.PathLike):
        return AnimatedImage.open(source)
    key = _key(source)
    image = _images.get(key)
    if image is None:  # two threads at once may both open it: neither waits for the other
        image = _images.setdefault(key, AnimatedImage.open(source))
    return image


def _key(path: str | os.PathLike[str]) -> _Key:
    """The process, the file's path, and properties that change with its content.

    A forked child cannot use an image of its parent.
    """
    about = os.stat(path)  # noqa: PTH116 - a user's path may be no Path
    return os.getpid(), os.path.abspath(path), about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size  # noqa: PTH100
