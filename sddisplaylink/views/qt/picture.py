"""Converts frames to QImages over memory that lives as long as any copy of them."""

from __future__ import annotations

import weakref
from typing import Any

from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.pixels import PixelBuffer
from sddisplaylink.views.qt.binding import BINDING, QtGui

Layout = QtGui.QImage.Format


def image_of(frame: Frame) -> QtGui.QImage:
    """The frame as a QImage over the frame's memory; the same object as long as the frame exists.

    Pass on only copies of it (Qt's copies share the pixels): drawing on a copy does not change the frame.
    """
    image = _images.get(frame)
    if image is None:
        image = _images[frame] = _image_over(frame.buffer(), Layout.Format_RGBA8888)
    return image


class Picture:
    """A frame in the layout that Qt draws fastest: worth the conversion even if the frame is drawn only once.

    Qt would start threads for the conversion and keep them for half a minute.
    """

    __slots__ = ("__weakref__", "image")

    def __init__(self, frame: Frame) -> None:
        self.image = _image_over(frame.buffer("BGRa"), Layout.Format_ARGB32_Premultiplied)


def picture_of(frame: Frame) -> Picture:
    """The frame's picture, shared by all widgets that show the frame, and freed with the last of them."""
    picture = _pictures.get(frame)
    if picture is None:
        picture = _pictures[frame] = Picture(frame)
    return picture


_images: weakref.WeakKeyDictionary[Frame, QtGui.QImage] = weakref.WeakKeyDictionary()
_pictures: weakref.WeakValueDictionary[Frame, Picture] = weakref.WeakValueDictionary()


def _image_over(buffer: PixelBuffer, layout: Layout) -> QtGui.QImage:
    # PySide6 holds the data until the last copy goes; PyQt6 as long as the first, but what it passes to _release
    keeping: tuple[Any, ...] = () if BINDING == "PySide6" else (_release, buffer.data)
    return QtGui.QImage(buffer.data, *buffer.size, buffer.stride, layout, *keeping)


def _release(data: memoryview) -> None:
    """Release the memory: called by PyQt6 when no copy of the QImage is left."""
