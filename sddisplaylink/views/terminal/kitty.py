"""Draws pictures by the kitty graphics protocol, for kitty, Ghostty, WezTerm, Konsole and Warp.

Each frame is sent as a whole image, which replaces the one before of the same identifier: only kitty itself supports
the protocol's animations, and would pace them itself. Transparent pixels show the terminal's background.
"""

from __future__ import annotations

import base64
import itertools
import os
import zlib

from PIL import Image

from sddisplaylink.views.terminal.layout import Area, scaled
from sddisplaylink.views.terminal.renderer import Renderer

QUERY_ID = 31
CHUNK = 4096

_counter = itertools.count()


class KittyRenderer(Renderer):
    """Draws each frame as an image at the cursor."""

    def __init__(self, *, width: int | None = None) -> None:
        super().__init__(width=width)
        self._id = new_image_id()

    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture."""
        placement = self.place(image.size)
        move = b"\x1b[%d;%dH" % (placement.row + 1, placement.column + 1)
        return move + show_at_cursor(scaled(image, placement), self._id)

    def erase(self) -> bytes:
        """Removes the picture from the screen and frees its memory in the terminal."""
        return delete(self._id)

    def inline(self, image: Image.Image, screen: Area) -> bytes:
        """The picture at the cursor, with the cursor on the line after it."""
        placement = self.place(image.size, screen.without_last_row())
        # The lines are written first: a picture at the bottom of the screen would be drawn over the edge.
        lines = b"\n" * placement.rows + b"\x1b[%dA\r" % placement.rows
        return lines + show_at_cursor(scaled(image, placement), new_image_id()) + b"\x1b[%dB" % placement.rows


def unique_number() -> int:
    """A number that other programs in the terminal, which share its identifiers, are unlikely to use."""
    return os.getpid() << 12 | next(_counter) & 0xFFF


def new_image_id() -> int:
    """An identifier for an image, not 0."""
    return 1 + unique_number() % 0xFFFFFFFE


def show_at_cursor(image: Image.Image, image_id: int) -> bytes:
    """Sends an RGBA image, replacing that of the same id, and shows it at the cursor, which stays where it is."""
    return b"".join(transmit(image, b"i=%d,p=1,C=1" % image_id))


def delete(image_id: int) -> bytes:
    """Removes an image from the screen and from the terminal's memory."""
    return b"\x1b_Ga=d,d=I,i=%d,q=2\x1b\\" % image_id


def transmit(image: Image.Image, keys: bytes) -> list[bytes]:
    """The commands that send an RGBA image, shown according to `keys`."""
    opaque = image.getchannel("A").getextrema() == (255, 255)
    pixels = image.convert("RGB").tobytes() if opaque else image.tobytes()
    data = base64.b64encode(zlib.compress(pixels, level=1))
    head = b"a=T,f=%d,o=z,s=%d,v=%d,q=2," % (24 if opaque else 32, *image.size) + keys
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    commands = []
    for number, chunk in enumerate(chunks):
        more = b"m=%d" % (number < len(chunks) - 1)
        control = head + b"," + more if number == 0 else more + b",q=2"
        commands.append(b"\x1b_G" + control + b";" + chunk + b"\x1b\\")
    return commands
