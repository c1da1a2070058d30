"""Queries the capabilities of a terminal.

All queries are sent in one write. Every terminal answers the last one (primary device attributes): once that reply has
come, queries without a reply are not supported.
"""

from __future__ import annotations

import os
import re
import select
import time
from typing import NamedTuple

from sddisplaylink.views.terminal.colour import RGB
from sddisplaylink.views.terminal.kitty import QUERY_ID
from sddisplaylink.views.terminal.tmux import Tmux

TIMEOUT = 0.3

_KITTY = b"\x1b_Gi=%d,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\" % QUERY_ID
_BACKGROUND = b"\x1b]11;?\x1b\\"
_CELL_SIZE = b"\x1b[16t"
_NAME = b"\x1b[>q"  # XTVERSION
_DEVICE_ATTRIBUTES = b"\x1b[c"
# A terminal without support for APC strings may print the first query; that text is erased.
QUESTIONS = b"\x1b7" + _KITTY + _BACKGROUND + _CELL_SIZE + _NAME + b"\x1b8\x1b[J" + _DEVICE_ATTRIBUTES
# tmux would use an APC string as the title of its pane.
TMUX_QUESTIONS = _BACKGROUND + _CELL_SIZE + _DEVICE_ATTRIBUTES

_KITTY_REPLY = re.compile(rb"\x1b_Gi=%d[^;\x1b]*;([^\x1b]*)\x1b\\" % QUERY_ID)
_BACKGROUND_REPLY = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")
_CELL_SIZE_REPLY = re.compile(rb"\x1b\[6;(\d{1,4});(\d{1,4})t")
_NAME_REPLY = re.compile(rb"\x1bP>\|([A-Za-z]+)[^\x1b]*\x1b\\")
_DEVICE_ATTRIBUTES_REPLY = re.compile(rb"\x1b\[\?([\d;]*)c")
_SIXEL_ATTRIBUTE = b"4"
_MOST_REPLY_BYTES = 1 << 16


class Capabilities(NamedTuple):
    """The capabilities that a terminal has reported; the defaults are for a terminal that does not answer."""

    answered: bool = False
    kitty_graphics: bool = False
    sixel: bool = False
    background: RGB | None = None
    cell_width: int = 0
    cell_height: int = 0
    name: str = ""
    """The terminal's name for itself, such as ``"foot"``: letters, in lower case."""
    tmux: Tmux | None = None
    """The tmux that the program runs in, which passes kitty graphics to its terminal."""


def query(reader: int, writer: int, timeout: float = TIMEOUT, tmux: Tmux | None = None) -> Capabilities:
    """Query the terminal, and wait at most `timeout` seconds.

    `reader` must be its input, without echo and line editing.

    Input before the replies, such as typed keys, is lost.
    """
    deadline = time.monotonic() + timeout
    os.write(writer, QUESTIONS if tmux is None else TMUX_QUESTIONS)
    found = parse_replies(_read_replies(reader, deadline))
    return found if tmux is None else found._replace(tmux=tmux, kitty_graphics=tmux.shows_placeholders)


def await_reply(reader: int, writer: int, timeout: float = TIMEOUT) -> None:
    """Return when the terminal has processed everything that was sent, or after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    os.write(writer, _DEVICE_ATTRIBUTES)
    _read_replies(reader, deadline)


def _read_replies(reader: int, deadline: float) -> bytes:
    replies = b""
    while not _DEVICE_ATTRIBUTES_REPLY.search(replies) and len(replies) < _MOST_REPLY_BYTES:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            break
        data = os.read(reader, 4096)
        if not data:
            break
        replies += data
    return replies


def parse_replies(replies: bytes) -> Capabilities:
    """Find the replies in a terminal's input, which may hold other bytes as well."""
    kitty = _KITTY_REPLY.search(replies)
    background = _BACKGROUND_REPLY.search(replies)
    cell = _CELL_SIZE_REPLY.search(replies)
    name = _NAME_REPLY.search(replies)
    attributes = _DEVICE_ATTRIBUTES_REPLY.search(replies)
    return Capabilities(
        answered=attributes is not None,
        kitty_graphics=kitty is not None and kitty[1] == b"OK",
        # The first number is the terminal's class, not a feature.
        sixel=attributes is not None and _SIXEL_ATTRIBUTE in attributes[1].split(b";")[1:],
        background=None if background is None else _rgb(background),
        cell_width=int(cell[2]) if cell else 0,
        cell_height=int(cell[1]) if cell else 0,
        name=name[1].decode().lower() if name else "",
    )


def _rgb(match: re.Match[bytes]) -> RGB:
    red, green, blue = (round(int(digits, 16) * 255 / (16 ** len(digits) - 1)) for digits in match.groups())
    return red, green, blue
