"""Objects with native parts are not copied: one error says what to do in place of it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

import sddisplaylink as sd

BALL = Path(__file__).resolve().parents[2] / "examples" / "ball.gif"
COPIES = (copy.copy, copy.deepcopy, pickle.dumps)


class OwnImage(sd.AnimatedImage):
    """A program's own image."""


class Reopened(sd.AnimatedImage):
    """An image that a program can copy, as that program says how."""

    def __reduce__(self) -> tuple[Callable[[Path], sd.AnimatedImage], tuple[Path]]:
        return sd.AnimatedImage.open, (BALL,)


MAKERS: dict[str, Callable[[], object]] = {
    "open the file again": lambda: sd.AnimatedImage.open(BALL),
    "in another process, open the file": lambda: OwnImage.open(BALL),
    "feed another one": sd.IncrementalImage,
    r"AnimatedImagePlayer\(player.image\)": lambda: new_player(),
    "another PlayerGroup": lambda: sd.PlayerGroup([]),
    "another DisplayLink": lambda: sd.DisplayLink(clock=sd.ManualClock()),
    "another Dispatcher": lambda: sd.Dispatcher(thread=False),
    "another ManualClock": sd.ManualClock,
    "recorder.events": lambda: new_player().record(),
}
"""One of each kind, by a part of what its error says."""


def new_player() -> sd.AnimatedImagePlayer:
    return sd.AnimatedImagePlayer(BALL, clock=sd.ManualClock())


@pytest.mark.parametrize("instead", MAKERS)
@pytest.mark.parametrize("make_copy", COPIES, ids=lambda function: function.__name__)
def test_no_half_made_copies(instead: str, make_copy: Callable[[object], object]) -> None:
    thing = MAKERS[instead]()
    with pytest.raises(TypeError, match=f"^{type(thing).__name__} objects cannot be copied or pickled: .*{instead}"):
        make_copy(thing)


def test_what_the_error_says_works() -> None:
    clock = sd.ManualClock()
    with sd.AnimatedImage.open(BALL) as image, sd.AnimatedImagePlayer(image, clock=clock) as player:
        with sd.AnimatedImagePlayer(player.image, clock=clock) as other:
            assert other.image is image
        recorder = player.record()
        assert pickle.loads(pickle.dumps(copy.deepcopy(recorder.events))) == ()


def test_a_class_of_the_program_may_say_how() -> None:
    image = Reopened.open(BALL)
    assert copy.copy(image).frame_count == pickle.loads(pickle.dumps(image)).frame_count == image.frame_count
