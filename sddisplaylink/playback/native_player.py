"""NativePlayer: all calls of the native core that concern a player."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sddisplaylink.errors import LinkClosedError
from sddisplaylink.native import check, ffi, lib, owned_handle

__all__ = ["NativePlayer", "command_all"]


class NativePlayer:
    """One player of the native core, which decides by the clock which frame is due.

    An ``sddl_player_info`` that a method returns is a copy, to be kept. Raises LinkClosedError once the player is
    closed, and ForkedProcessError in a forked child. Closing or dropping the player ends its events.
    """

    __slots__ = ("_owner", "_shown_info", "handle", "source")

    def __init__(self, source: int, mailbox: int, durations_ns: Sequence[int] | None) -> None:
        """Open a player on that clock source.

        ``durations_ns`` is None if frames are still to come (see `extend`).
        """
        durations = ffi.NULL if durations_ns is None else ffi.new("int64_t[]", durations_ns)
        self._owner = owned_handle()
        check(lib.sddl_player_open(source, mailbox, durations, len(durations_ns or ()), self._owner))
        self.handle: int = self._owner[0]
        self.source = source
        self._shown_info: Any = ffi.new("sddl_shown_info *")

    def close(self) -> None:
        """Stop for good. Idempotent, and does not wait."""
        lib.sddl_release(self._owner)

    def info(self) -> Any:
        """The ``sddl_player_info``."""
        info = ffi.new("sddl_player_info *")
        _check_player(lib.sddl_player_get_info(self.handle, info))
        return info

    def command(self, operation: int, *, value: int = 0) -> Any:
        """Execute one command, and return the player's info after it."""
        after = ffi.new("sddl_player_info *")  # not an element of an array, which would not keep the array's memory
        _execute([self.handle], after, {"op": operation, "value": value})
        return after

    def extend(self, first: int, durations_ns: Sequence[int], *, is_complete: bool) -> None:
        """Add further frames, from index ``first`` on; ``is_complete`` if they are the last."""
        durations = ffi.new("int64_t[]", durations_ns)
        _check_player(lib.sddl_player_extend(self.handle, first, durations, len(durations_ns), is_complete))

    def is_current(self, epoch: int) -> bool:
        """Whether no command has made the events of that epoch void."""
        return bool(lib.sddl_subscriber_is_current(self.handle, epoch) == 1)

    def is_forked(self) -> bool:
        """Whether the player belongs to the parent of this process."""
        return bool(lib.sddl_subscriber_is_current(self.handle, 0) == lib.SDDL_E_FORKED)

    def check_process(self) -> None:
        """ForkedProcessError in a forked child."""
        if self.is_forked():
            check(lib.SDDL_E_FORKED)

    def confirm_shown(self, epoch: int, serial: int) -> Any | None:
        """Confirm an event whose frame is about to be shown. None if a command has made the event void.

        Returns the ``sddl_shown_info``: the time, and the frames that follow. It is valid until the next call.
        """
        shown_info = self._shown_info
        return shown_info if lib.sddl_player_confirm_shown(self.handle, epoch, serial, shown_info) == 1 else None

    def confirm_handled(self, serial: int) -> None:
        """Confirm an event without a frame, which is being handled."""
        lib.sddl_player_confirm(self.handle, serial)

    def set_starved(self, is_starved: bool) -> None:
        """Say whether the frame that is due is still being decoded: then the player does not leave the present loop."""
        lib.sddl_player_set_starved(self.handle, is_starved)

    def upcoming(self, most: int) -> list[int]:
        """The frames that follow the one that is due, in playing order; none if the player is closed."""
        out = ffi.new("uint32_t[]", most)
        count = lib.sddl_player_upcoming(self.handle, out, most)
        return ffi.unpack(out, count) if count > 0 else []


def command_all(
    handles: Sequence[int],
    operation: int,
    *,
    value: int = 0,
    frame: int = 0,
    loop: int = -1,
    rate: float = 1.0,
    other: int = 0,
) -> Any:
    """Execute one command on the players with those handles, between two ticks; on an error on none of them.

    Returns an ``sddl_player_info[]``, the state of each player after the command: keep it as long as an element of it.
    ClockError if they are on different clocks, LinkClosedError if one is closed, ValueError for a value out of range.
    """
    after = ffi.new("sddl_player_info[]", len(handles))
    if handles:
        fields = {"op": operation, "value": value, "frame": frame, "loop": loop, "rate": rate, "other": other}
        _execute(handles, after, fields)
    return after


def _execute(handles: Sequence[int], after: Any, fields: Mapping[str, float]) -> None:
    players = ffi.new("sddl_handle[]", handles)
    status = lib.sddl_player_command(players, len(handles), ffi.new("sddl_command *", fields), after)
    if status < 0:
        _check_player(status)


def _check_player(status: int) -> None:
    if status == lib.SDDL_E_HANDLE:
        raise LinkClosedError("this player has been closed")
    if status < 0:
        check(status)
