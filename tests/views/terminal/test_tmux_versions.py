"""Which terminals around tmux know kitty's placeholders."""

from __future__ import annotations

import pytest

from sddisplaylink.views.terminal.choice import choose_renderer
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer
from sddisplaylink.views.terminal.query import Capabilities
from sddisplaylink.views.terminal.tmux import Tmux


@pytest.mark.parametrize(
    ("terminal", "shows"),
    [
        ("kitty(0.28.0)\txterm-kitty", True),
        ("kitty(0.27.1)\txterm-kitty", False),
        ("kitty(0.26.5)\txterm-kitty", False),
        ("kitty(1.0.0)\txterm-kitty", True),
        ("\txterm-kitty", False),
        ("\txterm-ghostty", True),
        ("ghostty 1.0.1\txterm-256color", True),
        ("foot(1.13.1)\tfoot", False),
    ],
)
def test_placeholders(terminal: str, shows: bool) -> None:
    name, term = terminal.split("\t")
    assert Tmux(passes=True, terminal=name, term=term).shows_placeholders is shows


def test_an_old_kitty_gets_half_blocks() -> None:
    tmux = Tmux(passes=True, terminal="kitty(0.26.5)", term="xterm-kitty")
    found = Capabilities(answered=True, kitty_graphics=tmux.shows_placeholders, tmux=tmux)
    assert isinstance(choose_renderer("auto", found)(), HalfBlockRenderer)
