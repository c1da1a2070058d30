"""What a command returns owns its memory: no other allocation changes it as long as it is referenced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.native import ffi
from sddisplaylink.playback.delivery import Delivery
from sddisplaylink.playback.engine import PlaybackEngine
from support.images import GifPicture, build_gif

GIF = build_gif([GifPicture(fill=number, delay=5) for number in range(4)], loop=0)
COMMANDS: dict[str, Callable[[sd.AnimatedImagePlayer], object]] = {
    "mode": lambda player: setattr(player, "mode", sd.PlaybackMode.BOUNCE),
    "loop_count": lambda player: setattr(player, "loop_count", 7),
    "late_policy": lambda player: setattr(player, "late_policy", sd.LatePolicy.NO_SKIP),
    "rate": lambda player: setattr(player, "rate", -2.0),
    "seek": lambda player: player.seek(3, loop=2),
    "stop": lambda player: player.stop(),
    "play": lambda player: (player.stop(), player.play()),
}
FIELDS = [name for name, _ in ffi.typeof("sddl_player_info").fields]


def overwrite_free_memory() -> list[Any]:
    """Allocate, and fill, the memory that an info which was just freed has occupied."""
    size = ffi.sizeof("sddl_player_info")
    blocks = [ffi.new("sddl_player_info[]", 1) for _ in range(64)]
    for block in blocks:
        ffi.memmove(block, b"\xff" * size, size)
    return blocks


def noting(method: Callable[..., Any], seen: list[dict[str, Any]]) -> Callable[..., Any]:
    """The method, which first notes what the info holds once the freed memory is used for other things."""

    def note(owner: Any, info: Any, *rest: Any) -> Any:
        blocks = overwrite_free_memory()
        seen.append({field: getattr(info, field) for field in FIELDS})
        del blocks
        return method(owner, info, *rest)

    return note


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_returns_stays_as_it_is(
    name: str, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    with sd.AnimatedImagePlayer(GIF, clock=clock) as player:
        player.play()
        clock.advance(0.1)
        for owner, method in [(Delivery, "prefetch"), (PlaybackEngine, "move"), (PlaybackEngine, "begin_run")]:
            monkeypatch.setattr(owner, method, noting(getattr(owner, method), seen))
        COMMANDS[name](player)
        assert seen
        assert seen[-1]["frame"] == player.frame_index
        assert seen[-1]["rate"] == player.rate
        assert seen[-1]["loop"] == player.loop_index
