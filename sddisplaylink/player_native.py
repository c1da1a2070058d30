"""Native players: opening one with all that belongs to it, and telling some of them the same thing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeAlias

from sddisplaylink.clocks import Display, ManualClock, Source, resolve_clock
from sddisplaylink.core import check, ffi, lib
from sddisplaylink.decoders.opening import Source as ImageSource
from sddisplaylink.dispatcher import Dispatcher
from sddisplaylink.image import AnimatedImage
from sddisplaylink.player_delivery import FrameFeed

PlayerSource: TypeAlias = "AnimatedImage | ImageSource"


@dataclass(frozen=True, slots=True)
class OpenedPlayer:
    """What a player holds."""

    handle: int
    source: Source
    image: AnimatedImage
    owned_image: AnimatedImage | None
    feed: FrameFeed


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
        reader = undo.enter_context(contextlib.closing(opened.open_reader(max_bytes)))
        source = undo.enter_context(contextlib.closing(resolve_clock(clock, display)))
        durations = ffi.new("int64_t[]", opened.durations_ns)
        out = ffi.new("sddl_handle *")
        check(lib.sddl_player_open(source.handle, dispatcher.mailbox, durations, len(durations), out))
        undo.pop_all()
    return OpenedPlayer(out[0], source, opened, owned, FrameFeed(out[0], reader, len(durations)))


def send(
    handles: Sequence[int],
    operation: int,
    *,
    value: int = 0,
    frame: int = 0,
    loop: int = -1,
    rate: float = 1.0,
    other: int = 0,
) -> None:
    """Give all those players one command between two ticks; on an error to none of them.

    ClockError if they are on different clocks, LinkClosedError if one is closed, ValueError for a value out of range.
    """
    if not handles:
        return
    command = {"op": operation, "value": value, "frame": frame, "loop": loop, "rate": rate, "other": other}
    players = ffi.new("sddl_handle[]", handles)
    check(lib.sddl_player_command(players, len(handles), ffi.new("sddl_command *", command)))
