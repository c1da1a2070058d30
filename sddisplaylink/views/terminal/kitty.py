"""Pictures by the kitty graphics protocol, which kitty, Ghostty, WezTerm, Konsole and Warp understand.

The whole image is sent anew for each frame under one identifier, which replaces the one before: only kitty itself knows
the protocol's own animations, and it would pace them, not we.
"""

from __future__ import annotations

import base64
import itertools
import os
import zlib

from PIL import Image

from sddisplaylink.views.terminal.layout import Dots, Placement, TerminalSize, place, scaled

QUERY_ID = 31
CHUNK = 4096

_USUAL_CELL = Dots(across=10, down=20)
_counter = itertools.count()


class KittyRenderer:
    """Turns frames into the bytes that transmit and place them."""

    def __init__(self, *, width: int | None = None) -> None:
        self._width = width
        self._id = new_image_id()
        self._terminal = TerminalSize(80, 24)

    def resize(self, terminal: TerminalSize) -> None:
        """The screen has been cleared and has this size."""
        self._terminal = terminal

    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture."""
        placement = self._place(image, self._terminal)
        move = b"\x1b[%d;%dH" % (placement.row + 1, placement.column + 1)
        return move + transmit(scaled(image, placement), self._id)

    def erase(self) -> bytes:
        """Takes the picture from the screen and frees its memory in the terminal."""
        return b"\x1b_Ga=d,d=I,i=%d,q=2\x1b\\" % self._id

    def inline(self, image: Image.Image, terminal: TerminalSize) -> bytes:
        """The picture at the cursor, with the cursor on the line after it; it stays when this player has gone."""
        room = TerminalSize(terminal.columns, max(1, terminal.rows - 1), terminal.cell_width, terminal.cell_height)
        placement = self._place(image, room)
        # The lines are made first: a picture that is placed at the bottom would be drawn over the edge.
        lines = b"\n" * placement.rows + b"\x1b[%dA\r" % placement.rows
        return lines + transmit(scaled(image, placement), new_image_id()) + b"\x1b[%dB" % placement.rows

    def _place(self, image: Image.Image, terminal: TerminalSize) -> Placement:
        known = terminal.cell_width > 0 and terminal.cell_height > 0
        dots = Dots(terminal.cell_width, terminal.cell_height) if known else _USUAL_CELL
        return place(image.size, terminal, dots, width=self._width, enlarge=False)


def new_image_id() -> int:
    """Unlikely to be another program's: the terminal has one space of identifiers for all that run in it."""
    return 1 + (os.getpid() << 12 | next(_counter) & 0xFFF) % 0xFFFFFFFE


def transmit(image: Image.Image, image_id: int) -> bytes:
    """Escape sequences that send an RGBA image, replacing that of the same id, and show it at the cursor."""
    opaque = image.getchannel("A").getextrema() == (255, 255)
    pixels = image.convert("RGB").tobytes() if opaque else image.tobytes()
    data = base64.b64encode(zlib.compress(pixels, level=1))
    depth = 24 if opaque else 32
    keys = b"a=T,f=%d,o=z,s=%d,v=%d,i=%d,p=1,q=2,C=1" % (depth, *image.size, image_id)
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    parts = []
    for number, chunk in enumerate(chunks):
        more = b"m=%d" % (number < len(chunks) - 1)
        head = keys + b"," + more if number == 0 else more + b",q=2"
        parts.append(b"\x1b_G" + head + b";" + chunk + b"\x1b\\")
    return b"".join(parts)
