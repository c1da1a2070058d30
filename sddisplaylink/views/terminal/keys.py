"""Reads keys while pictures are on the screen, and separates them from the replies of the terminal."""

from __future__ import annotations

import re

from sddisplaylink.views.controls import Command

__all__ = ["ESCAPE_DELAY", "HELP", "KeyReader"]

ESCAPE_DELAY = 0.05  # seconds; an Escape that nothing follows for so long is the key
HELP = "space: pause   left, right: frame by frame   up, down: faster, slower   q: quit   ?: hide this"

_LETTERS = {
    b"q": Command.QUIT,
    b"Q": Command.QUIT,
    b" ": Command.PAUSE,
    b"?": Command.HELP,
    b"h": Command.HELP,
}
_ARROWS = {b"A": Command.FASTER, b"B": Command.SLOWER, b"C": Command.FORWARD, b"D": Command.BACK}
_TOKEN = re.compile(
    rb"""
    \x1b (?: \[ [0-?]* [ -/]* (?P<final> [@-~])          # a control sequence: arrows, answers
          | O (?P<application> [@-~])                      # arrows of a terminal in application mode
          | [_PX^\]] [^\x07\x1b]* (?: \x07 | \x1b\\)       # a string: answers
          | (?= \x1b)                                     # the key, before another one
          | [^\[O_PX^\]\x1b] )                            # a letter with Alt
    | (?P<letter> [^\x1b])
    """,
    re.VERBOSE | re.DOTALL,
)


class KeyReader:
    """Turns a terminal's input into commands, and drops all other input."""

    def __init__(self) -> None:
        self._rest = b""

    @property
    def is_waiting(self) -> bool:
        """Whether an Escape has come that may be a key or the beginning of a sequence."""
        return bool(self._rest)

    def feed(self, data: bytes) -> list[Command]:
        """The commands in what was read."""
        data = self._rest + data
        found, end = [], 0
        while (token := _TOKEN.match(data, end)) is not None:
            end = token.end()
            found.append(_command_of(token))
        self._rest = data[end:]
        return [command for command in found if command is not None]

    def flush(self) -> list[Command]:
        """The commands when nothing has come for `ESCAPE_DELAY`: a pending Escape is the key."""
        rest, self._rest = self._rest, b""
        return [Command.QUIT] if rest == b"\x1b" else []


def _command_of(token: re.Match[bytes]) -> Command | None:
    if token["letter"]:
        return _LETTERS.get(token["letter"])
    if token[0] == b"\x1b":
        return Command.QUIT
    if token["final"] and len(token[0]) > len(b"\x1b[A"):  # an arrow with Shift or Control, or a reply
        return None
    return _ARROWS.get(token["final"] or token["application"] or b"")
