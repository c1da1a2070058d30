"""Kitty graphics inside tmux: images pass through tmux to the terminal, and text in the pane shows them.

Every cell of a picture holds the placeholder U+10EEEE; combining characters give the row and column of the image that
it shows, its colour gives the image. As tmux treats placeholders as text, the picture moves, scrolls and is covered
with its pane. kitty and Ghostty support placeholders, other terminals with kitty graphics do not.
"""

from __future__ import annotations

from PIL import Image

from sddisplaylink.views.terminal.kitty import delete, transmit, unique_number
from sddisplaylink.views.terminal.layout import Area, Placement, Size, scaled
from sddisplaylink.views.terminal.renderer import Renderer

PLACEHOLDER = "\U0010eeee"

# The protocol's list of combining characters: the position in the list is the number.
_RANGES = """
305 30D-30E 310 312 33D-33F 346 34A-34C 350-352 357 35B 363-36F 483-487 592-595 597-599 59C-5A1 5A8-5A9 5AB-5AC 5AF 5C4
610-617 657-65B 65D-65E 6D6-6DC 6DF-6E2 6E4 6E7-6E8 6EB-6EC 730 732-733 735-736 73A 73D 73F-741 743 745 747 749-74A
7EB-7F1 7F3 816-819 81B-823 825-827 829-82D 951 953-954 F82-F83 F86-F87 135D-135F 17DD 193A 1A17 1A75-1A7C 1B6B
1B6D-1B73 1CD0-1CD2 1CDA-1CDB 1CE0 1DC0-1DC1 1DC3-1DC9 1DCB-1DCC 1DD1-1DE6 1DFE 20D0-20D1 20D4-20D7 20DB-20DC 20E1 20E7
20E9 20F0 2CEF-2CF1 2DE0-2DFF A66F A67C-A67D A6F0-A6F1 A8E0-A8F1 AAB0 AAB2-AAB3 AAB7-AAB8 AABE-AABF AAC1 FE20-FE26
10A0F 10A38 1D185-1D189 1D1AA-1D1AD 1D242-1D244
"""
NUMERALS = "".join(
    chr(code)
    for first, _, last in (item.partition("-") for item in _RANGES.split())
    for code in range(int(first, 16), int(last or first, 16) + 1)
)

# Colours of the palette that tmux passes on unchanged, and that have no duplicates.
_FIRST_COLOUR, _COLOURS = 16, 240


class PlaceholderRenderer(Renderer):
    """Sends frames through tmux. The placeholders are written once and show every later frame."""

    passes_through_tmux = True

    def __init__(self, *, width: int | None = None) -> None:
        super().__init__(width=width)
        self._id = new_image_id()
        self._is_placed = False
        self._before_inline = b""

    def resize(self, area: Area) -> None:
        """The screen has been cleared, and this part of it is for the picture."""
        super().resize(area)
        self._is_placed = False

    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture."""
        placement = self.place(image.size)
        sent = send(image, placement, self._id)
        if self._is_placed:
            return sent
        self._is_placed = True
        lines = enumerate(placeholder_lines(self._id, placement))
        moved = (b"\x1b[%d;%dH" % (placement.row + row + 1, placement.column + 1) + line for row, line in lines)
        return sent + b"".join(moved)

    def erase(self) -> bytes:
        """Frees the picture's memory in the terminal."""
        return through_tmux(delete(self._id))

    def inline(self, image: Image.Image, screen: Area) -> bytes:
        """The picture at the cursor, with the cursor on the line after it."""
        placement, image_id = self.place(image.size, screen.without_last_row()), new_image_id()
        self._before_inline = send(image, placement, image_id)
        return b"".join(line + b"\r\n" for line in placeholder_lines(image_id, placement))

    def before_inline(self) -> bytes:
        """The picture itself: after a change of the screen tmux redraws it, and loses what is sent meanwhile."""
        return self._before_inline

    def place(self, size: Size, area: Area | None = None) -> Placement:
        """The place of a picture of that size; there are numerals for at most 297 rows or columns."""
        area = self._area if area is None else area
        columns, rows = min(area.columns, len(NUMERALS)), min(area.rows, len(NUMERALS))
        column, row = area.column + (area.columns - columns) // 2, area.row + (area.rows - rows) // 2
        return super().place(size, area._replace(columns=columns, rows=rows, column=column, row=row))


def new_image_id() -> int:
    """An identifier whose low byte is a colour of the palette and whose high byte a numeral."""
    high, colour = divmod(unique_number() % (255 * _COLOURS), _COLOURS)
    return (high + 1) << 24 | _FIRST_COLOUR + colour


def through_tmux(command: bytes) -> bytes:
    """The sequence that makes tmux pass a command to its terminal unchanged."""
    return b"\x1bPtmux;" + command.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"


def send(image: Image.Image, placement: Placement, image_id: int) -> bytes:
    """Sends an RGBA image, replacing that of the same id, to be shown wherever its placeholders are."""
    keys = b"U=1,c=%d,r=%d,i=%d" % (placement.columns, placement.rows, image_id)
    return b"".join(map(through_tmux, transmit(scaled(image, placement), keys)))


def placeholder_lines(image_id: int, placement: Placement) -> list[bytes]:
    """The text that shows the image, row by row."""
    high, colour = NUMERALS[image_id >> 24], image_id & 0xFF
    lines = []
    for row in range(placement.rows):
        cells = (PLACEHOLDER + NUMERALS[row] + NUMERALS[column] + high for column in range(placement.columns))
        lines.append(b"\x1b[38;5;%dm" % colour + "".join(cells).encode() + b"\x1b[39m")
    return lines
