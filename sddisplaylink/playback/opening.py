"""Opens the parts of a player, all or none."""

from __future__ import annotations

import contextlib
from contextlib import ExitStack
from typing import NamedTuple, TypeAlias

from sddisplaylink.clocks.choosing import resolve_clock
from sddisplaylink.clocks.displays import Display
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.clocks.source import ClockSource
from sddisplaylink.decoders.opening import ImageInput
from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.incremental import IncrementalImage
from sddisplaylink.playback.delivery import Delivery
from sddisplaylink.playback.native_player import NativePlayer
from sddisplaylink.playback.timeline_feed import TimelineFeed

__all__ = ["OpenedPlayer", "Playable", "open_player"]

Playable: TypeAlias = "AnimatedImage | ImageInput"


class OpenedPlayer(NamedTuple):
    """The parts of a player that have to be opened, and the dispatcher that its callbacks run on."""

    native: NativePlayer
    source: ClockSource
    """The source of the clock that the player follows."""
    image: AnimatedImage
    owned_image: AnimatedImage | None
    """The image if the player has opened it, and so has to close it."""
    delivery: Delivery
    feed: TimelineFeed | None
    """Set for an image that is still coming in."""
    dispatcher: Dispatcher


def open_player(
    image: Playable,
    max_bytes: int | None,
    clock: str | ManualClock | None,
    display: Display | int | None,
    dispatcher: Dispatcher,
) -> OpenedPlayer:
    """Open a native player for that image; on an error nothing stays open."""
    with ExitStack() as undo:
        if isinstance(image, AnimatedImage):
            opened, owned = image, None
        else:
            opened = owned = undo.enter_context(AnimatedImage.open(image))
        growing = opened if isinstance(opened, IncrementalImage) else None
        if growing is not None:
            growing.raise_error()
        reader = undo.enter_context(contextlib.closing(opened.open_reader(max_bytes))) if growing is None else None
        source = undo.enter_context(contextlib.closing(resolve_clock(clock, display)))
        durations = opened.durations_ns if growing is None else None
        native = NativePlayer(source.handle, dispatcher.mailbox, durations)
        undo.pop_all()
    delivery = Delivery(native, reader)
    feed = None if growing is None else TimelineFeed(native, growing, delivery, max_bytes)
    return OpenedPlayer(native, source, opened, owned, delivery, feed, dispatcher)
