"""No call of an image that grows waits for the thread that feeds it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable

import pytest

import sddisplaylink as sd
from sddisplaylink.images.incremental import IncrementalImage
from support.frame_ends import last_bytes
from support.incremental import GIF, described, fed

PATIENCE = 20.0


def while_processing(image: IncrementalImage, call: Callable[[], object]) -> list[object]:
    """Have ``call`` run once while a piece is processed; what it returned or raised, as soon as that has happened."""
    results: list[object] = []
    find_decoder = image._decoding.find_decoder

    def interrupted() -> object:
        if not results:
            results.append(None)  # only once, also if the call processes pieces
            try:
                results[0] = call()
            except (sd.SDDisplayLinkError, IndexError) as error:
                results[0] = error
        return find_decoder()

    image._decoding.find_decoder = interrupted  # type: ignore[assignment, method-assign]
    return results


def on_another_thread(call: Callable[[], object]) -> Callable[[], object]:
    def run() -> object:
        results: list[object] = []
        thread = threading.Thread(target=lambda: results.append(call()), daemon=True)
        thread.start()
        thread.join(PATIENCE)
        return results[0] if results else "still waits"

    return run


CALLS: dict[str, Callable[[IncrementalImage], object]] = {
    "feed": lambda image: image.feed(b""),
    "finish": lambda image: image.finish(),
    "properties": lambda image: (image.frame_count, image.loop_count, image.durations, image.duration, repr(image)),
    "frame": lambda image: image.frame(0).index,
    "player": lambda image: sd.AnimatedImagePlayer(image, clock="timer").close(),
    "purge": lambda image: image.purge(),
    "close": lambda image: image.close(),
}


@pytest.mark.parametrize("where", [on_another_thread, lambda call: call], ids=["thread", "handler"])
@pytest.mark.parametrize("name", CALLS)
def test_no_call_waits_for_the_thread_that_feeds(name: str, where: Callable[..., Callable[[], object]]) -> None:
    """That thread may be inside a finaliser, or a signal handler, that waits for the one which makes the call."""
    ends = last_bytes(GIF)
    image = fed(GIF[: ends[0]])
    results = while_processing(image, where(lambda: CALLS[name](image)))
    try:
        image.feed(GIF[ends[0] : ends[2]])
        image.feed(GIF[ends[2] :])
    except sd.LinkClosedError:
        assert name in ("close", "finish")
    assert results[0] != "still waits"
    assert not isinstance(results[0], Exception)
    if name == "close":
        assert image._incoming.is_closed
        with pytest.raises(sd.LinkClosedError):
            image.frame(0)
    elif name != "finish":
        assert described(image) == described(sd.AnimatedImage.open(GIF))


@pytest.mark.parametrize("where", [on_another_thread, lambda call: call], ids=["thread", "handler"])
def test_pieces_that_come_while_one_is_processed_follow_it(where: Callable[..., Callable[[], object]]) -> None:
    image = sd.IncrementalImage()
    second = bytearray(GIF[300:])

    def feed_second() -> None:
        image.feed(second)
        second[:] = bytes(len(second))  # the piece has been copied
        image.finish()

    results = while_processing(image, where(feed_second))
    image.feed(GIF[:300])
    assert results == [None]
    assert image.is_finished
    assert described(image) == described(sd.AnimatedImage.open(GIF))
    with pytest.raises(sd.LinkClosedError):
        image.feed(b"more")


def test_a_child_forked_while_a_piece_is_processed_does_not_wait() -> None:
    image = fed(GIF[: last_bytes(GIF)[0]])

    def fork() -> object:
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1]
        signal.alarm(round(PATIENCE))
        with contextlib.suppress(sd.ForkedProcessError):
            image.feed(b"x")
        with contextlib.suppress(sd.ForkedProcessError):
            image.finish()
        image.progress_since(0)
        image.close()
        os._exit(0)

    results = while_processing(image, on_another_thread(fork))
    image.feed(GIF[last_bytes(GIF)[0] :])
    assert results == [0]
