"""An interrupt between the native scanner and the index that counts its frames loses no frame and shifts none."""

from __future__ import annotations

from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.gif.index import GifIndex
from sddisplaylink.decoders.png.index import PngIndex
from support.images import GifPicture, PngPicture, build_apng, build_gif

COUNT = 30
TILES = [GifPicture(2, 1, at % 3, at % 3, fill=at) for at in range(1, COUNT)]
PATCHES = [PngPicture(2, 2, 1, 1, (at, 0, 0, 120)) for at in range(1, COUNT)]
FILES = {
    "gif": (GifIndex, build_gif([GifPicture(), *TILES])),
    "apng": (PngIndex, build_apng([PngPicture(), *PATCHES])),
}


def pixels(image: sd.AnimatedImage | sd.IncrementalImage) -> list[bytes]:
    return [bytes(image.frame(index).rgba) for index in range(image.frame_count)]


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("kind", FILES)
def test_frames_stay_where_they_are(monkeypatch: pytest.MonkeyPatch, kind: str, at: int) -> None:
    index, data = FILES[kind]
    with sd.AnimatedImage.open(data) as image:
        expected = pixels(image)
    assert len(expected) == COUNT
    run, calls = index._run, []

    def interrupted(self: Any, frames: Any, capacity: int) -> int:
        found = run(self, frames, capacity)
        if found:
            calls.append(found)
        if found and len(calls) == at + 1:
            raise KeyboardInterrupt
        return int(found)

    monkeypatch.setattr(index, "_run", interrupted)
    image = sd.IncrementalImage()
    for begin in range(0, len(data), 100):
        try:
            image.feed(data[begin : begin + 100])
        except KeyboardInterrupt:
            image.feed(b"")
    image.finish()
    assert len(calls) > at
    assert pixels(image) == expected
    image.close()
