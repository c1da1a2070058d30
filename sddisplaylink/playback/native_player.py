"""Native players: opening one with all that belongs to it, and telling some of them the same thing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeAlias

from sddisplaylink.clocks.choosing import resolve_clock
from sddisplaylink.clocks.displays import Display
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.clocks.source import Source
from sddisplaylink.decoders.opening import Source as ImageSource
from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.incremental import IncrementalImage
from sddisplaylink.native import check, ffi, lib
from sddisplaylink.playback.delivery import FrameFeed
from sddisplaylink.playback.player_growth import ImageFollower

PlayerSource: TypeAlias = "AnimatedImage | ImageSource"


@dataclass(frozen=True, slots=True)
class OpenedPlayer:
    """What a player holds."""

    handle: int
    source: Source
    image: AnimatedImage
    owned_image: AnimatedImage | None
    feed: FrameFeed
    follower: ImageFollower | None
    """Of an image that is still coming in."""


def open_player(
    image: PlayerSource,
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
        handle = _open_native(source, dispatcher, opened.durations_ns if growing is None else None)
        undo.pop_all()
    feed = FrameFeed(handle, reader)
    follower = None if growing is None else ImageFollower(handle, growing, feed, max_bytes)
    return OpenedPlayer(handle, source, opened, owned, feed, follower)


def _open_native(source: Source, dispatcher: Dispatcher, durations_ns: Sequence[int] | None) -> int:
    """A native player; without durations, of frames that are still to come."""
    durations = ffi.NULL if durations_ns is None else ffi.new("int64_t[]", durations_ns)
    out = ffi.new("sddl_handle *")
    check(lib.sddl_player_open(source.handle, dispatcher.mailbox, durations, len(durations_ns or ()), out))
    return int(out[0])


def send(
    handles: Sequence[int],
    operation: int,
    *,
    value: int = 0,
    frame: int = 0,
    loop: int = -1,
    rate: float = 1.0,
    other: int = 0,
) -> Any:
    """Give all those players one command between two ticks; on an error to none of them.

    Returns an ``sddl_player_info[]``, what each player is like after the command: keep it as long as an element of it.
    ClockError if they are on different clocks, LinkClosedError if one is closed, ValueError for a value out of range.
    """
    command = {"op": operation, "value": value, "frame": frame, "loop": loop, "rate": rate, "other": other}
    players = ffi.new("sddl_handle[]", handles)
    after = ffi.new("sddl_player_info[]", len(handles))
    if handles:
        check(lib.sddl_player_command(players, len(handles), ffi.new("sddl_command *", command), after))
    return after
