"""Refuses copies of objects that own native handles or threads' work: a copy would share them, and end them twice."""

from __future__ import annotations

from typing import NoReturn

from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.display_link import DisplayLink
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.incremental import IncrementalImage
from sddisplaylink.playback.group import PlayerGroup
from sddisplaylink.playback.pacing import PacingRecorder
from sddisplaylink.playback.player import AnimatedImagePlayer

__all__ = ["refuse_copies"]

INSTEAD: dict[type, str] = {
    AnimatedImage: "one image serves any number of players and threads; in another process, open the file again",
    IncrementalImage: "one image serves any number of players and threads; in another process, feed another one",
    AnimatedImagePlayer: "AnimatedImagePlayer(player.image) plays the same image, and decodes no frame twice",
    PlayerGroup: "make another PlayerGroup, of other players",
    DisplayLink: "make another DisplayLink; links of one display share its clock",
    Dispatcher: "make another Dispatcher; any number of links and players can share one",
    ManualClock: "make another ManualClock; any number of links and players can share one",
    PacingRecorder: "copy recorder.events, or save recorder.to_json()",
}
"""By class, what to do in place of copying its objects."""


def refuse_copies() -> None:
    """Let ``copy.copy()``, ``copy.deepcopy()`` and ``pickle`` raise a TypeError that says what to do instead.

    A subclass that knows how to be copied defines ``__reduce__``, ``__copy__`` or ``__deepcopy__`` itself.
    """
    for cls, instead in INSTEAD.items():
        cls.__reduce__ = _refusal(instead)  # type: ignore[method-assign, assignment]


def _refusal(instead: str) -> object:
    def __reduce__(self: object) -> NoReturn:  # noqa: N807 -- the name in tracebacks
        raise TypeError(f"{type(self).__name__} objects cannot be copied or pickled: {instead}")

    return __reduce__
