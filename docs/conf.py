"""Sphinx: `python -m sphinx -W docs docs/_build` makes the pages."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pyglet
from sphinx.application import Sphinx
from sphinx.ext.napoleon.docstring import GoogleDocstring

import sddisplaylink
from sddisplaylink.playback.observer import PlayerObserver

if sys.platform != "darwin":  # the tests' stand-in for PyObjC, so that the AppKit view can be read here
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "fakes" / "appkit"))

os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
pyglet.options["shadow_window"] = False  # it is imported where there is no display

project = "sddisplaylink"
copyright = "The sddisplaylink contributors"  # noqa: A001 - Sphinx's name for it
release = sddisplaylink.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"sddisplaylink {release}"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
default_role = "py:obj"  # docstrings name things as Markdown does


def read_sections(app: Sphinx, what: Any, name: str, thing: object, options: Any, lines: list[str]) -> None:
    """Args and Raises of docstrings. An attribute has none, and Napoleon would take its first words for a type."""
    if what not in ("attribute", "property"):
        lines[:] = GoogleDocstring(lines, what=what, name=name, obj=thing, options=options).lines()


def leave_out(app: Sphinx, what: str, name: str, thing: object, skip: bool, options: Any) -> bool | None:
    """Methods that the player, a dispatcher or the toolkit calls, not the user. None: as Sphinx would have it."""
    if thing is vars(PlayerObserver).get(name):
        return None  # what views of the user's own override
    word = name.replace("_", "").lower()  # Qt's methods have two names
    is_called_back = name in vars(PlayerObserver) or word.endswith(("event", "eventfilter", "connectnotify"))
    return True if is_called_back or name.startswith("initWith") else None


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-docstring", read_sections)
