"""What tmux, if this is a pane of it, says of itself and of the terminal that it runs in."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

TIMEOUT = 1.0

_QUESTION = "#{allow-passthrough}\t#{client_termtype}\t#{client_termname}"
_KNOW_PLACEHOLDERS = ("kitty", "ghostty")


@dataclass(frozen=True)
class Tmux:
    """A tmux: whether it passes pictures on, and the name of the terminal that it runs in."""

    passes: bool = False
    terminal: str = ""

    @property
    def shows_placeholders(self) -> bool:
        """Whether pictures reach a terminal that knows kitty's placeholders."""
        return self.passes and any(name in self.terminal for name in _KNOW_PLACEHOLDERS)


def ask_tmux(environ: Mapping[str, str]) -> Tmux | None:
    """Ask the tmux of that environment; None outside of tmux. One that does not answer passes nothing on."""
    if not environ.get("TMUX"):
        return None
    pane = ["-t", environ["TMUX_PANE"]] if "TMUX_PANE" in environ else []
    command = ["tmux", "display-message", "-p", *pane, _QUESTION]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, env=environ)
    except (OSError, subprocess.TimeoutExpired):
        return Tmux()
    passes, _, terminal = done.stdout.decode(errors="replace").strip("\n").partition("\t")
    return Tmux(passes in ("on", "all", "1"), terminal.lower())
