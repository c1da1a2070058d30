"""Screen: the terminal as a screen to draw on, which is restored afterwards."""

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
# String terminator, end of synchronized output, default colours: repairs the effect of an interrupted write. Ctrl-C
# alone interrupts one: the system drops what the terminal has not read yet.
_END_SEQUENCE = b"\x1b\\\x1b[?2026l\x1b[m"
_CLEAR = b"\x1b[2J"
_BEGIN_UPDATE, _END_UPDATE = b"\x1b[?2026h", b"\x1b[?2026l"


class Screen:
    """The terminal behind standard output: between `enter()` and `leave()` the alternate one, without cursor or echo.

    `writer` is the descriptor for output, `reader` the one for replies and keys; both are found if not given.
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
        """Find the terminal's input, turn off its echo and query its capabilities."""
        if self._reader is None:
            self._reader, self._own_reader = _find_input()
        self._silence()
        try:
            self.ask()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave the screen if need be, and restore the terminal's settings. Idempotent."""
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

    def leave_to_other_job(self) -> None:
        """Another job has the terminal, in any state: draw nothing until the next `enter()`."""
        self._entered = self._is_silent = False

    def ask(self) -> None:
        """Query the terminal's capabilities, unless this process is in the background, where it must not read."""
        tmux = ask_tmux(os.environ)
        if not self._is_silent or self._reader is None:
            self.capabilities = Capabilities(tmux=tmux)
        else:
            self.capabilities = query(self._reader, self._writer, tmux=tmux)

    def read_keys(self) -> bytes:
        """Input from the keyboard or the terminal; call this only when `keyboard` is readable."""
        try:
            return b"" if self._reader is None else os.read(self._reader, 4096)
        except OSError:
            return b""

    def await_terminal(self) -> None:
        """Wait until the terminal, or tmux, has processed everything that was sent, and has redrawn."""
        if self._is_silent and self._reader is not None:
            await_reply(self._reader, self._writer)

    def enter(self) -> None:
        """Change to the alternate screen and hide the cursor."""
        if not self._entered:
            self._silence()
            self._entered = True
            self._write(_ENTER)

    def leave(self, last_data: bytes = b"") -> None:
        """Return to the usual screen, after sending `last_data`. Idempotent."""
        if self._entered:
            self._entered = False
            if self.is_in_background():
                return
            with contextlib.suppress(OSError):  # the terminal has been closed
                self._write(_END_SEQUENCE + last_data + _LEAVE)

    def suspend(self, last_data: bytes = b"") -> None:
        """Leave, and restore the terminal's settings until the next `enter()`."""
        self.leave(last_data)
        self._restore()

    def update(self, data: bytes, *, clear: bool = False) -> None:
        """Draw in one write, which a terminal with synchronized output shows at once."""
        self.draw(_BEGIN_UPDATE + (_CLEAR if clear else b"") + data + _END_UPDATE)

    def draw(self, data: bytes) -> None:
        """Send bytes unchanged.

        Meanwhile `drawing` is true: a signal handler may raise an exception to end a blocked write.
        """
        self.drawing = True
        self._write(data)
        self.drawing = False

    def abandon_drawing(self) -> None:
        """Clean up after an exception in `draw()`: drop what the terminal has not read, end an incomplete sequence."""
        if self.drawing:
            self.drawing = False
            with contextlib.suppress(OSError, termios.error):
                termios.tcflush(self._writer, termios.TCOFLUSH)
                self._write(_END_SEQUENCE)

    def size(self) -> Area:
        """The present size of the screen."""
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
            except BlockingIOError:  # another program has set O_NONBLOCK on the shared terminal
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
        # Flushing drops late replies, which a shell would read as input.
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._reader, termios.TCSAFLUSH, self._attributes)
            self._attributes = None


def _standard_output() -> int:
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        raise SDDisplayLinkError("standard output is not a terminal") from None


def _find_input() -> tuple[int | None, int | None]:
    """The descriptor of standard input or else of the controlling terminal, and again if opened here."""
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
