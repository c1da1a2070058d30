"""Sphinx: `python -m sphinx -W docs docs/_build` makes the pages."""

from __future__ import annotations

import importlib.metadata

project = "sddisplaylink"
copyright = "The sddisplaylink contributors"  # noqa: A001 - Sphinx's name for it
release = importlib.metadata.version("sddisplaylink")
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
