"""The terminal as a screen to draw on: entered, written to, and given back as it was."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import struct
import sys
import termios
from typing import Any

from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.views.terminal.layout import Area
from sddisplaylink.views.terminal.query import Capabilities, await_reply, query
from sddisplaylink.views.terminal.tmux import ask_tmux

_ENTER = b"\x1b[?1049h\x1b[?25l\x1b[2J\x1b[H"
_LEAVE = b"\x1b[?25h\x1b[?1049l"
# String terminator, end of synchronized output, default colours: after this a write that was cut short does no harm.
# Ctrl-C alone may cut it: the system drops what the terminal has not yet taken.
_END_SEQUENCE = b"\x1b\\\x1b[?2026l\x1b[m"
_CLEAR = b"\x1b[2J"
_BEGIN_UPDATE, _END_UPDATE = b"\x1b[?2026h", b"\x1b[?2026l"


class Screen:
    """The terminal behind standard output: between `enter()` and `leave()` the alternate one, without cursor or echo.

    `writer` is its descriptor for output, `reader` the one that its replies and keys come from; both are found if not
    given.
    """

    def __init__(self, writer: int | None = None, reader: int | None = None) -> None:
        """Raises SDDisplayLinkError if standard output (or `writer`) is no terminal that can show pictures."""
        self._writer = _standard_output() if writer is None else writer
        if not os.isatty(self._writer):
            raise SDDisplayLinkError("standard output is not a terminal")
        if os.environ.get("TERM") == "dumb":
            raise SDDisplayLinkError("this terminal cannot show pictures (TERM=dumb)")
        self._reader = reader
        self._own_reader: int | None = None
        self._attributes: list[Any] | None = None
        self._is_silent = False
        self._entered = False
        self.capabilities = Capabilities()
        self.drawing = False

    def __enter__(self) -> Screen:
        self.open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def open(self) -> None:
        """Find the terminal's input, silence its echo and ask what it can do."""
        if self._reader is None:
            self._reader, self._own_reader = _find_input()
        self._silence()
        try:
            self.ask()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave the screen if that has not been done, and give the terminal its settings back. Idempotent."""
        try:
            self.leave()
        finally:
            self._restore()
            if self._own_reader is not None:
                os.close(self._own_reader)
                self._reader = self._own_reader = None

    @property
    def keyboard(self) -> int | None:
        """A descriptor of keys and replies; None where the terminal must not be read."""
        return self._reader if self._is_silent else None

    @property
    def is_entered(self) -> bool:
        """Whether the alternate screen is on, as far as is known."""
        return self._entered

    def is_in_background(self) -> bool:
        """Whether the terminal belongs to another job of its shell at this moment, so that nothing may be drawn."""
        try:
            return os.tcgetpgrp(self._writer) != os.getpgrp()
        except OSError:  # it is not the terminal that controls this process
            return False

    def lose(self) -> None:
        """Another job has the terminal, and has made of it what it likes: draw nothing until the next `enter()`."""
        self._entered = self._is_silent = False

    def ask(self) -> None:
        """Ask what it can do, if it can be asked: a process in the background must not read."""
        tmux = ask_tmux(os.environ)
        if not self._is_silent or self._reader is None:
            self.capabilities = Capabilities(tmux=tmux)
        else:
            self.capabilities = query(self._reader, self._writer, tmux=tmux)

    def read_keys(self) -> bytes:
        """What has been typed, or said by the terminal; only when `keyboard` is readable."""
        try:
            return b"" if self._reader is None else os.read(self._reader, 4096)
        except OSError:
            return b""

    def settle(self) -> None:
        """Wait until the terminal, or the tmux before it, has taken in what it was sent, and has redrawn."""
        if self._is_silent and self._reader is not None:
            await_reply(self._reader, self._writer)

    def enter(self) -> None:
        """Change to the alternate screen and hide the cursor."""
        if not self._entered:
            self._silence()
            self._entered = True
            self._write(_ENTER)

    def leave(self, farewell: bytes = b"") -> None:
        """Back to the usual screen, as it was; `farewell` is sent before. Idempotent."""
        if self._entered:
            self._entered = False
            if self.is_in_background():
                return
            with contextlib.suppress(OSError):  # a terminal that has gone needs nothing back
                self._write(_END_SEQUENCE + farewell + _LEAVE)

    def suspend(self, farewell: bytes = b"") -> None:
        """Leave, and give the terminal its settings back until the next `enter()`."""
        self.leave(farewell)
        self._restore()

    def update(self, data: bytes, *, clear: bool = False) -> None:
        """Draw: one write, which a terminal that knows synchronized output shows at one go."""
        self.draw(_BEGIN_UPDATE + (_CLEAR if clear else b"") + data + _END_UPDATE)

    def draw(self, data: bytes) -> None:
        """Send bytes as they are. Meanwhile `drawing` is true: a signal handler may raise to end a blocked write."""
        self.drawing = True
        self._write(data)
        self.drawing = False

    def abandon_drawing(self) -> None:
        """After an exception ended `draw()`: drop what the terminal has not taken yet, end what it has taken half."""
        if self.drawing:
            self.drawing = False
            with contextlib.suppress(OSError, termios.error):
                termios.tcflush(self._writer, termios.TCOFLUSH)
                self._write(_END_SEQUENCE)

    def size(self) -> Area:
        """Of the screen at this moment."""
        packed = fcntl.ioctl(self._writer, termios.TIOCGWINSZ, bytes(8))
        rows, columns, width, height = struct.unpack("HHHH", packed)
        rows, columns = rows or 24, columns or 80
        if width and height:
            return Area(columns, rows, width // columns, height // rows)
        return Area(columns, rows, self.capabilities.cell_width, self.capabilities.cell_height)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._writer, rest) :]
            except BlockingIOError:  # somebody has set O_NONBLOCK on the terminal that we share
                select.select([], [self._writer], [])

    def _silence(self) -> None:
        if self._is_silent or self._reader is None or not _in_foreground(self._reader):
            return
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self._reader) if self._attributes is None else self._attributes
            self._attributes = attributes
            quiet = [*attributes]
            quiet[3] = attributes[3] & ~(termios.ECHO | termios.ICANON)
            quiet[6] = [*attributes[6]]
            quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._reader, termios.TCSADRAIN, quiet)
            self._is_silent = True

    def _restore(self) -> None:
        is_silent, self._is_silent = self._is_silent, False
        if not is_silent or self._attributes is None or self._reader is None or not _in_foreground(self._reader):
            return
        # Flushing drops replies that came too late, which a shell would take for input.
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._reader, termios.TCSAFLUSH, self._attributes)
            self._attributes = None


def _standard_output() -> int:
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        raise SDDisplayLinkError("standard output is not a terminal") from None


def _find_input() -> tuple[int | None, int | None]:
    """Where replies are read, and the descriptor opened for that: standard input, else the controlling terminal."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        if os.isatty(sys.stdin.fileno()):
            return sys.stdin.fileno(), None
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None, None
    return terminal, terminal


def _in_foreground(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
