"""Queries tmux, if the program runs in one, for its options and its terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

TIMEOUT = 1.0

_QUESTION = "#{allow-passthrough}\t#{client_termtype}\t#{client_termname}"
_KITTY_VERSION = re.compile(r"kitty\((\d+)\.(\d+)")
_FIRST_KITTY_WITH_PLACEHOLDERS = (0, 28)


class Tmux(NamedTuple):
    """A tmux: whether it passes pictures on, and the terminal that it runs in."""

    passes: bool = False
    terminal: str = ""
    """The terminal's name for itself, such as ``"kitty(0.40.1)"``; in lower case; empty if it has said none."""
    term: str = ""
    """Its TERM, in lower case; empty while no terminal is attached."""

    @property
    def shows_placeholders(self) -> bool:
        """Whether pictures reach a terminal that supports kitty's placeholders."""
        return self.passes and self._knows_placeholders()

    def _knows_placeholders(self) -> bool:
        version = _KITTY_VERSION.search(self.terminal)
        if version is not None:
            return (int(version[1]), int(version[2])) >= _FIRST_KITTY_WITH_PLACEHOLDERS
        # of a kitty that has said no name, TERM alone is known: it is too old for placeholders
        return "ghostty" in self.terminal or "ghostty" in self.term or "kitty" in self.terminal


def ask_tmux(environ: Mapping[str, str]) -> Tmux | None:
    """Query the tmux of that environment; None outside tmux.

    A tmux that does not answer counts as passing nothing on.
    """
    if not environ.get("TMUX"):
        return None
    import subprocess  # takes milliseconds to import, and is needed nowhere else

    pane = ["-t", environ["TMUX_PANE"]] if "TMUX_PANE" in environ else []
    command = ["tmux", "display-message", "-p", *pane, _QUESTION]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, env=environ)
    except (OSError, subprocess.TimeoutExpired):
        return Tmux()
    passes, _, client = done.stdout.decode(errors="replace").strip("\n").partition("\t")
    terminal, _, term = client.lower().partition("\t")
    return Tmux(passes in ("on", "all", "1"), terminal, term)
