"""An interrupt between the native scanner and the index that counts its frames loses no frame and shifts none."""

from __future__ import annotations

import os
import signal
import threading
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

    def interrupted(self: Any, *arguments: Any, **options: Any) -> int:
        found = run(self, *arguments, **options)
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


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("asked", ["next", "all"])
@pytest.mark.parametrize("kind", FILES)
def test_a_handler_on_the_thread_that_scans_may_ask_for_frames(
    monkeypatch: pytest.MonkeyPatch, kind: str, asked: str, when: str, at: int
) -> None:
    index, data = FILES[kind]
    with sd.AnimatedImage.open(data) as image:
        expected = pixels(image)
    run, calls = index._run, []

    def handled(self: Any, *arguments: Any, **options: Any) -> int:
        calls.append(None)
        must_ask = len(calls) == at + 1

        def ask() -> None:
            if asked == "all":
                assert image.frame_count == COUNT
            elif self.count < COUNT:
                assert self.has(self.count)

        if must_ask and when == "before":
            ask()
        found = run(self, *arguments, **options)
        if must_ask and when == "after":
            ask()
        return int(found)

    image = sd.AnimatedImage.open(data)
    monkeypatch.setattr(index, "_run", handled)
    asking = threading.Thread(target=lambda: image.frame_count, daemon=True)
    asking.start()
    asking.join(10)
    assert not asking.is_alive()
    assert len(calls) > at
    assert pixels(image) == expected
    image.close()


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", FILES)
def test_a_finaliser_may_wait_for_another_thread_that_asks(
    monkeypatch: pytest.MonkeyPatch, kind: str, when: str, at: int
) -> None:
    index, data = FILES[kind]
    with sd.AnimatedImage.open(data) as image:
        expected = pixels(image)
    run, mine, calls, counts = index._run, threading.get_ident(), [], []

    def finaliser() -> None:
        other = threading.Thread(target=lambda: counts.append(len(image)), daemon=True)
        other.start()
        other.join(10)
        counts.append("finaliser")

    def handled(self: Any, *arguments: Any, **options: Any) -> int:
        is_mine = threading.get_ident() == mine
        if is_mine:
            calls.append(None)
        must_wait = is_mine and len(calls) == at + 1
        if must_wait and when == "before":
            finaliser()
        found = run(self, *arguments, **options)
        if must_wait and when == "after":
            finaliser()
        return int(found)

    image = sd.AnimatedImage.open(data)
    monkeypatch.setattr(index, "_run", handled)
    assert len(image) == COUNT
    assert counts == [COUNT, "finaliser"]
    assert pixels(image) == expected
    image.close()


def test_a_forked_child_does_not_wait_for_a_thread_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    index, data = FILES["gif"]
    run, is_scanning, may_go_on = index._run, threading.Event(), threading.Event()

    def slow(self: Any, *arguments: Any, **options: Any) -> int:
        if threading.current_thread() is asking:
            is_scanning.set()
            may_go_on.wait(10)
        return int(run(self, *arguments, **options))

    image = sd.AnimatedImage.open(data)
    monkeypatch.setattr(index, "_run", slow)
    asking = threading.Thread(target=lambda: image.frame_count)
    asking.start()
    is_scanning.wait(10)

    child = os.fork()
    if not child:
        signal.alarm(10)
        try:
            len(image)
        except sd.ForkedProcessError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    may_go_on.set()
    asking.join()
    assert len(image) == COUNT
    image.close()
