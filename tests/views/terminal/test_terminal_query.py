"""Asking terminals that answer well, partly, in pieces, late, or not at all."""

from __future__ import annotations

import os
import threading
import time
import tty
from collections.abc import Iterator

import pytest

from sddisplaylink.views.terminal.query import QUESTIONS, TMUX_QUESTIONS, Capabilities, parse_replies, query
from sddisplaylink.views.terminal.tmux import Tmux
from support.terminal_support import KITTY_OK

BACKGROUND = b"\x1b]11;rgb:1c1c/2020/ffff\x1b\\"
CELL = b"\x1b[6;20;10t"
ATTRIBUTES = b"\x1b[?62;22c"
SIXEL_ATTRIBUTES = b"\x1b[?62;4;22c"
NAME = b"\x1bP>|WezTerm 20240203-110809\x1b\\"
EVERYTHING = Capabilities(True, True, True, (0x1C, 0x20, 0xFF), 10, 20, "wezterm")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """(master, slave) of a pseudo-terminal in raw mode."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)
    os.close(slave)


def answer(master: int, *pieces: bytes, questions: bytes = QUESTIONS) -> threading.Thread:
    """A terminal that reads the questions and then sends the pieces, one by one."""

    def run() -> None:
        asked = b""
        while len(asked) < len(questions):
            asked += os.read(master, 4096)
        assert asked == questions
        for piece in pieces:
            os.write(master, piece)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_all_answers(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    thread = answer(master, KITTY_OK + BACKGROUND + CELL + NAME + SIXEL_ATTRIBUTES)
    found = query(slave, slave, timeout=10)
    thread.join()
    assert found == EVERYTHING


def test_inside_tmux_only_tmux_knows_of_kitty_graphics(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    thread = answer(master, BACKGROUND + ATTRIBUTES, questions=TMUX_QUESTIONS)
    tmux = Tmux(passes=True, terminal="kitty")
    found = query(slave, slave, timeout=10, tmux=tmux)
    thread.join()
    assert found == Capabilities(True, True, background=(0x1C, 0x20, 0xFF), tmux=tmux)
    assert b"\x1b_" not in TMUX_QUESTIONS


def test_answers_in_pieces(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    replies = KITTY_OK + BACKGROUND + CELL + NAME + SIXEL_ATTRIBUTES
    thread = answer(master, *(replies[i : i + 1] for i in range(len(replies))))
    found = query(slave, slave, timeout=10)
    thread.join()
    assert found == EVERYTHING


def test_the_attributes_alone_end_the_wait(terminal: tuple[int, int]) -> None:
    master, slave = terminal
    thread = answer(master, ATTRIBUTES)
    begin = time.monotonic()
    found = query(slave, slave, timeout=60)
    thread.join()
    assert time.monotonic() - begin < 30
    assert found == Capabilities(answered=True)


def test_a_terminal_that_does_not_reply_costs_the_timeout(terminal: tuple[int, int]) -> None:
    _, slave = terminal
    assert query(slave, slave, timeout=0.05) == Capabilities()


def test_a_closed_terminal(terminal: tuple[int, int]) -> None:
    _, slave = terminal
    nothing, other_end = os.pipe()
    os.close(other_end)
    assert query(nothing, slave, timeout=10) == Capabilities()
    os.close(nothing)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        (b"", Capabilities()),
        (b"\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\" + ATTRIBUTES, Capabilities(answered=True)),
        (b"\x1b_Gi=7;OK\x1b\\" + ATTRIBUTES, Capabilities(answered=True)),
        (b"typed" + KITTY_OK + b"\x1b[A" + ATTRIBUTES, Capabilities(answered=True, kitty_graphics=True)),
        (SIXEL_ATTRIBUTES, Capabilities(answered=True, sixel=True)),
        (b"\x1b[?4c", Capabilities(answered=True)),  # a class of terminals, not a feature
        (b"\x1b]11;rgb:ff/80/00\x07", Capabilities(background=(255, 128, 0))),
        (b"\x1b]11;rgba:f/0/0/8\x1b\\", Capabilities(background=(255, 0, 0))),
        (b"\x1b]11;rgb:zz/00/00\x07\x1b[6;x;yt", Capabilities()),
        (b"\x1b[6;99999;10t", Capabilities()),
        (b"\x1bP>|foot(1.16.2)\x1b\\", Capabilities(name="foot")),
        (b"\x1bP>|VTE(7006)\x1b\\" + ATTRIBUTES, Capabilities(answered=True, name="vte")),
        (b"\x1bP>|\x1b\\", Capabilities()),
        (b"\x1bP>|foot", Capabilities()),
    ],
)
def test_parse_replies(replies: bytes, expected: Capabilities) -> None:
    assert parse_replies(replies) == expected
