"""An image that is closed while another thread is at work on it: LinkClosedError, whatever the moment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.images.incremental import IncrementalImage
from support import requirements
from support.images import GifPicture, PngPicture, build_apng, build_gif

GIF = build_gif([GifPicture(), *[GifPicture(2, 1, fill=at, transparent=0) for at in range(1, 12)]])
APNG = build_apng([PngPicture(), *[PngPicture(2, 2, 1, 1, (at, 0, 0, 120), blend=1) for at in range(1, 12)]])
STEP = 37 if requirements.chosen else 149  # steps of the interpreter from one moment that is tried to the next


def incremental(data: bytes) -> IncrementalImage:
    image = IncrementalImage()
    image.feed(data[:-20])
    return image


class ClosedAt:
    """Closes an image before the n-th step of the interpreter in the library, as another thread may."""

    def __init__(self, image: sd.AnimatedImage, moment: int) -> None:
        self.left = moment
        self._image = image

    def __call__(self, frame: Any, event: str, argument: object) -> object:
        if "/sddisplaylink/" not in frame.f_code.co_filename.replace("\\", "/"):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            self.left -= 1
            if not self.left:
                sys.settrace(None)
                self._image.close()
                return None
        return self


@pytest.mark.parametrize("data", [GIF, APNG], ids=["gif", "apng"])
@pytest.mark.parametrize("make", [sd.AnimatedImage.open, incremental], ids=["open", "incremental"])
def test_at_any_moment(make: Callable[[bytes], sd.AnimatedImage], data: bytes) -> None:
    moment, closed = 1, True
    while closed:
        image = make(data)
        trace = ClosedAt(image, moment)
        sys.settrace(trace)
        try:
            assert image.frame(8).index == 8
        except sd.LinkClosedError:
            pass
        finally:
            sys.settrace(None)
        closed = trace.left <= 0
        moment += STEP
        with pytest.raises(sd.LinkClosedError):
            image.close()
            image.frame(8)
    assert moment > 740
