"""Draws pictures as sixels, with at most 256 colours, for xterm, foot, mlterm, Windows Terminal, iTerm2 and tmux.

The encoder is that of textual-image, a maintained package with wheels for every system.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable

from PIL import Image

from sddisplaylink.errors import SDDisplayLinkError, how_to_install
from sddisplaylink.views.terminal.colour import BLACK, RGB
from sddisplaylink.views.terminal.layout import Area, Placement, Size, scaled
from sddisplaylink.views.terminal.renderer import Renderer

MOST_KNOWN_BYTES = 32_000_000

Encoder = Callable[[Image.Image], str]

_DEFINITION = re.compile(rb"#(\d+);2;\d+;\d+;\d+")


def load_encoder() -> Encoder:
    """The function that encodes an RGB picture. Raises SDDisplayLinkError where the library for it is missing."""
    try:
        # The function is not public, so the extra names the exact versions that have it.
        encoder: Encoder = importlib.import_module("textual_image._sixel").image_to_sixels
    except (ImportError, AttributeError):
        message = f"the sixel renderer needs textual-image 0.12: {how_to_install('sixel')}"
        raise SDDisplayLinkError(message) from None
    return encoder


class SixelRenderer(Renderer):
    """Encodes frames, and caches the results: encoding is slow, and an animation shows the same frames again.

    A sixel has no alpha: pictures are blended over `background`, or over black if that is not known.
    """

    def __init__(self, encoder: Encoder, *, background: RGB | None = None, width: int | None = None) -> None:
        super().__init__(width=width)
        self._encoder = encoder
        self._background = background or BLACK
        self._known: dict[bytes, bytes] = {}
        self._known_bytes = 0

    def place(self, size: Size, area: Area | None = None) -> Placement:
        """The place of a picture of that size: never in the last row, as the terminal would scroll."""
        return super().place(size, (self._area if area is None else area).without_last_row())

    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture."""
        placement = self.place(image.size)
        move = b"\x1b[%d;%dH" % (placement.row + 1, placement.column + 1)
        return move + self._encode(scaled(image, placement))

    def inline(self, image: Image.Image, screen: Area) -> bytes:
        """The picture at the cursor, with the cursor on the line after it."""
        placement = self.place(image.size, screen)
        lines = b"\n" * placement.rows + b"\x1b[%dA\r" % placement.rows
        picture = b"\x1b7" + self._encode(scaled(image, placement)) + b"\x1b8"
        return lines + picture + b"\x1b[%dB" % placement.rows

    def _encode(self, image: Image.Image) -> bytes:
        import hashlib  # takes milliseconds to import, and is needed for sixels alone

        key = hashlib.blake2b(image.tobytes(), digest_size=16).digest() + b"%dx%d" % image.size
        data = self._known.get(key)
        if data is None:
            backdrop = Image.new("RGBA", image.size, (*self._background, 255))
            data = select_defined(self._encoder(Image.alpha_composite(backdrop, image).convert("RGB")).encode())
            # The first frames are kept: evicting the oldest would evict all of a long loop before it starts again.
            if self._known_bytes + len(data) <= MOST_KNOWN_BYTES:
                self._known[key] = data
                self._known_bytes += len(data)
        return data


def select_defined(data: bytes) -> bytes:
    """The same sixels with every colour register selected where it is defined.

    The encoder defines a register where it first uses one and takes it for selected. Most terminals agree; on a VT340,
    in xterm and in foot a definition selects nothing, and the pixels would get the colour of the register before.
    """
    return _DEFINITION.sub(rb"\g<0>#\1", data)
