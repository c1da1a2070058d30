"""A tmux of the test's own, in a pseudo-terminal that says it is kitty."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pyte.graphics

from sddisplaylink.views.terminal.placeholders import NUMERALS, PLACEHOLDER
from support.pty_process import PtyProcess, plain_environment
from support.requirements import unavailable

KITTY_VERSION = b"\x1bP>|kitty(0.40.1)\x1b\\"
ASK_VERSION = b"\x1b[>q"
CELL = (10, 20)


class TmuxSession(PtyProcess):
    """A tmux with one pane, in which `run` runs programs; a context manager that ends the server."""

    def __init__(self, directory: Path, *, passthrough: str, columns: int = 60, rows: int = 20) -> None:
        if shutil.which("tmux") is None:
            unavailable("tmux is not installed")
        settings = directory / "tmux.conf"
        settings.write_text(f"set -g allow-passthrough {passthrough}\nset -g status off\nset -sg escape-time 0\n")
        self._directory = directory
        self._command = ["tmux", "-S", str(directory / "socket"), "-f", str(settings)]
        program = f"import os; os.execvp('tmux', {[*self._command, 'new-session', 'cat']})"
        super().__init__(
            "-c",
            program,
            columns=columns,
            rows=rows,
            cell=CELL,
            answers=KITTY_VERSION,
            question=ASK_VERSION,
            LANG="C.UTF-8",
        )

    def __enter__(self) -> Self:
        self.read_until(lambda: ASK_VERSION in self.log)
        self.read_until(lambda: self.tmux("display-message", "-p", "#{client_termtype}") == "kitty(0.40.1)")
        return self

    def __exit__(self, *exception: object) -> None:
        self.tmux("kill-server")
        super().__exit__(*exception)

    def tmux(self, *arguments: str) -> str:
        """Run a tmux command; what it says."""
        done = subprocess.run([*self._command, *arguments], capture_output=True, text=True, timeout=30)
        return done.stdout.strip()

    def run(self, *arguments: str) -> None:
        """Run Python in the pane, and a silent `cat` when that has ended."""
        self._code_file.unlink(missing_ok=True)
        python_path = f"PYTHONPATH={plain_environment()['PYTHONPATH']}"
        program = shlex.join(["env", python_path, sys.executable, *arguments])
        error_file, code_file = shlex.quote(str(self.error_file)), shlex.quote(str(self._code_file))
        self.tmux("respawn-pane", "-k", f"{program} 2> {error_file}; echo $? > {code_file}; exec cat")

    @property
    def error_file(self) -> Path:
        """Where the standard error of the pane's program goes."""
        return self._directory / "errors"

    @property
    def _code_file(self) -> Path:
        return self._directory / "code"

    def ends_pane(self) -> int:
        """Wait for the end of the program in the pane; its exit code."""
        self.read_until(lambda: self._code_file.exists() and self._code_file.read_text().endswith("\n"))
        return int(self._code_file.read_text())

    def read_until(self, condition: Callable[[], bool]) -> None:
        """Read what tmux draws until the condition holds, checked now and then even if nothing is drawn."""
        for _ in range(600):
            if condition():
                return
            self.read_some(0.05)
        raise AssertionError(f"gave up; last output {self.log[-300:]!r}")

    def placeholders(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        """(row, column) on the screen -> (row in the image, column in the image, image id), as kitty would read it."""
        found = {}
        for row in range(self.terminal.screen.lines):
            for column in range(self.terminal.screen.columns):
                cell = self.terminal.screen.buffer[row][column]
                # of the last cell that has been read so far, the diacritics may not have arrived yet
                if cell.data.startswith(PLACEHOLDER) and len(cell.data) == 4:
                    image_row, image_column, high = map(NUMERALS.index, cell.data[1:])
                    image_id = high << 24 | pyte.graphics.FG_BG_256.index(cell.fg, 16)
                    found[row, column] = (image_row, image_column, image_id)
        return found
