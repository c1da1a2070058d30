"""PlayerGroup: players that show the same instant."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Self, SupportsIndex

from sddisplaylink.copying import refuse_copies
from sddisplaylink.dispatch.closing import ClosedByWith, close_all
from sddisplaylink.errors import LinkClosedError
from sddisplaylink.native import deadline_after
from sddisplaylink.playback import commands
from sddisplaylink.playback.engine import PlaybackEngine
from sddisplaylink.playback.options import PlayerState, to_rate
from sddisplaylink.playback.player import AnimatedImagePlayer

__all__ = ["PlayerGroup"]

_ACTIVE_STATES = (PlayerState.PLAYING, PlayerState.PAUSED)


class PlayerGroup(ClosedByWith):
    """Players on one timeline: each command reaches all of them between the same two ticks.

    They must be on one clock and display; ClockError if not. The first member that plays or is paused, else the first
    member, leads: the others get its state, rate and media time. Members whose images differ in length loop and finish
    independently. A command to a single member affects only that one. Closed members are left out.

    All methods may be called from any thread and inside callbacks.
    """

    def __init__(self, players: Iterable[AnimatedImagePlayer] = ()) -> None:
        self._players: list[AnimatedImagePlayer] = []
        members = list(players)
        for player in members:
            self._check_new(player)
            self._players.append(player)
        leader = self._leader()
        if leader is not None and len(members) > 1:
            commands.align([player.engine for player in members if player is not leader], leader.engine)

    @property
    def players(self) -> tuple[AnimatedImagePlayer, ...]:
        """The members that are not closed."""
        return tuple(player for player in self._players if not player.is_closed)

    def add(self, player: AnimatedImagePlayer) -> None:
        """Add a player, which shows the same instant as the others from now on."""
        self._check_new(player)
        leader = self._leader()
        if leader is not None:
            commands.align([player.engine], leader.engine)
        self._players.append(player)

    def remove(self, player: AnimatedImagePlayer) -> None:
        """Remove a player, which continues alone. ValueError if it is not a member."""
        if player not in self._players:
            raise ValueError("that player is not in this group")
        self._players.remove(player)

    def play(self) -> None:
        """Start all members, or resume those that are paused.

        Finished ones start over only if no member plays or is paused.
        """
        members = self.players
        active = [player for player in members if player.state in _ACTIVE_STATES]
        commands.play([player.engine for player in active or members])

    def pause(self) -> None:
        """Hold all members at the same media time."""
        commands.pause(self._engines())

    def stop(self) -> None:
        """Stop all members: they go back to the start."""
        commands.stop(self._engines())

    def seek(self, index: SupportsIndex, loop: int | None = None) -> None:
        """Go to the start of that frame in all members.

        IndexError, and no member is moved, if one has no such frame.
        """
        commands.seek(self._engines(), index, loop)

    @property
    def rate(self) -> float:
        """The rate of the leading member, 1.0 if there is none. Setting it sets all members'."""
        leader = self._leader()
        return 1.0 if leader is None else leader.rate

    @rate.setter
    def rate(self, value: float) -> None:
        commands.set_rate(self._engines(), to_rate(value))

    def wait(self, timeout: float | None = None) -> bool:
        """Block until playback of all members has ended; False after ``timeout`` seconds.

        Raises an exception that stopped one; ValueError for a timeout that is not finite.
        """
        deadline = deadline_after(timeout)
        return all(player.wait(_left(deadline)) for player in self._players)

    def close(self) -> None:
        """Close all members. Then raises an exception that stopped one of them; those of others are its context."""
        close_all(player.close for player in self._players)

    def __enter__(self) -> Self:
        return self

    __reduce__ = refuse_copies("make another PlayerGroup, of other players")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.players)}>"

    def _engines(self) -> list[PlaybackEngine]:
        return [player.engine for player in self.players]

    def _leader(self) -> AnimatedImagePlayer | None:
        members = self.players
        return next((player for player in members if player.state in _ACTIVE_STATES), members[0] if members else None)

    def _check_new(self, player: AnimatedImagePlayer) -> None:
        if not isinstance(player, AnimatedImagePlayer):
            raise TypeError(f"members must be AnimatedImagePlayers, not {type(player).__name__}")
        if player.state is PlayerState.CLOSED:
            raise LinkClosedError("a closed player cannot be in a group")
        if player in self._players:
            raise ValueError("that player is in this group already")


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())
