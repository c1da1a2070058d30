"""Keys are separated from replies of the terminal, and control players."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.views.controls import Command, apply_command
from sddisplaylink.views.terminal.keys import KeyReader

MakeImage = Callable[..., Any]
ANSWERS = (
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b]11;rgb:1c1c/2020/ffff\x1b\\",
    b"\x1b]11;rgb:1c1c/2020/ffff\x07",
    b"\x1b[6;20;10t",
    b"\x1b[?62;4;22c",
    b"\x1bP>|XTerm(379)\x1b\\",
)
OTHERS = (b"x", b"\x1bq", b"\x1b[1;5C", b"A", b"\xc3\xa9", b"\x1b[Z")
KEYS = {
    b"q": Command.QUIT,
    b"Q": Command.QUIT,
    b" ": Command.PAUSE,
    b"?": Command.HELP,
    b"\x1b[A": Command.FASTER,
    b"\x1bOB": Command.SLOWER,
    b"\x1b[C": Command.FORWARD,
    b"\x1bOD": Command.BACK,
}


@pytest.mark.parametrize("key", KEYS)
def test_keys(key: bytes) -> None:
    assert KeyReader().feed(key) == [KEYS[key]]
    assert KeyReader().feed(key * 3) == [KEYS[key]] * 3
    pieces = KeyReader()
    assert [command for byte in key for command in pieces.feed(bytes([byte]))] == [KEYS[key]]


@pytest.mark.parametrize(
    "data", [*ANSWERS, b"".join(ANSWERS), b"x", b"\x1bq", b"\x1b[1;5C", b"A", b"\xc3\xa9", b"\x1b[Z"]
)
def test_what_is_no_key(data: bytes) -> None:
    assert KeyReader().feed(data) == []
    assert KeyReader().feed(data + b"q") == [Command.QUIT]
    pieces = KeyReader()
    assert [command for byte in data for command in pieces.feed(bytes([byte]))] == []
    assert pieces.flush() == []


def test_escape_is_a_key_when_nothing_follows() -> None:
    reader = KeyReader()
    assert reader.feed(b"\x1b") == []
    assert reader.is_waiting
    assert reader.flush() == [Command.QUIT]
    assert not reader.is_waiting
    assert reader.feed(b"\x1b\x1b") == [Command.QUIT]


def test_no_frame_to_step_to() -> None:
    with sd.AnimatedImagePlayer(sd.IncrementalImage()) as player:
        apply_command(Command.FORWARD, sd.PlayerGroup([player]))
        assert player.frame_index == 0


def test_commands(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    players = [sd.AnimatedImagePlayer(make_gif([100] * frames), clock=clock) for frames in (3, 4)]
    with sd.PlayerGroup(players) as group:
        group.play()
        clock.advance(0.15)
        apply_command(Command.PAUSE, group)
        assert [player.state for player in players] == [sd.PlayerState.PAUSED] * 2
        apply_command(Command.FORWARD, group)
        apply_command(Command.FORWARD, group)
        assert [player.frame_index for player in players] == [0, 3]
        apply_command(Command.BACK, group)
        assert [player.frame_index for player in players] == [2, 2]
        apply_command(Command.FASTER, group)
        assert group.rate == 2
        apply_command(Command.SLOWER, group)
        apply_command(Command.SLOWER, group)
        assert group.rate == 0.5
        apply_command(Command.PAUSE, group)
        assert [player.state for player in players] == [sd.PlayerState.PLAYING] * 2
    apply_command(Command.PAUSE, group)  # closed
