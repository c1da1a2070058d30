"""Keys while `sddisplaylink play` shows something in a pseudo-terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.pty_process import PtyProcess, assert_empty, assert_given_back
from support.terminal_support import PLAY, UPDATE_END, expected_dots, frames_of, mosaic, write_gif


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    """Three frames of the size of a 40 x 16 terminal, for ever."""
    return write_gif(tmp_path / "a.gif", [mosaic(seed) for seed in range(3)])


@pytest.mark.parametrize("key", [b"q", b"Q", b"\x1b"])
def test_a_key_ends_it_in_good_order(gif: Path, key: bytes) -> None:
    with PtyProcess(*PLAY, str(gif)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.send(key)
        process.ends_with(0)
        assert process.errors == ""
        assert_given_back(process)
        assert_empty(process)


def test_arrows_step_and_space_goes_on(gif: Path) -> None:
    shown = [expected_dots(frame, 40, 16) for frame in frames_of(gif)]
    with PtyProcess(*PLAY, str(gif), "--rate", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        for key, number in ((b"\x1b[C", 1), (b"\x1bOC", 2), (b"\x1b[C", 0), (b"\x1b[D", 2), (b"\x1b[D", 1)):
            process.send(key)
            process.read_until(lambda number=number: process.terminal.dots() == shown[number])  # type: ignore[misc]
        process.send(b"q")
        process.ends_with(0)


def test_space_holds_the_frame(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.send(b" ?")  # the help is drawn when the pause has begun
        process.read_until(lambda: "space" in process.terminal.text()[-1] and process.log.endswith(UPDATE_END))
        process.send(b"??")
        before = process.terminal.dots()[:30]
        process.read_until(lambda: process.log.endswith(UPDATE_END))
        assert process.terminal.dots()[:30] == before
        process.send(b" ")
        process.read_until(lambda: process.terminal.dots()[:30] != before)
        process.send(b"q")
        process.ends_with(0)


def test_help_is_shown_and_hidden(gif: Path) -> None:
    frame = frames_of(gif)[0]
    with PtyProcess(*PLAY, str(gif), "--rate", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.send(b"?")
        process.read_until(lambda: process.terminal.text()[-1].startswith("space: pause"))
        assert process.terminal.dots()[:30] == expected_dots(frame, 40, 15)
        process.send(b"?")
        process.read_until(lambda: process.terminal.dots() == expected_dots(frame, 40, 16))
        process.send(b"q")
        process.ends_with(0)
        assert_given_back(process)
