"""Runs the Qt programs of the tests in a process and a binding of their own."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

BINDINGS = ("PySide6", "PyQt6")


class QtProgram:
    """``program("scenario", ...)``: what that scenario of a driver saw, with one of the bindings."""

    def __init__(self, name: str, binding: str, screen: VirtualScreen) -> None:
        if importlib.util.find_spec(binding) is None:
            unavailable(f"{binding} is not installed")
        self.binding = binding
        self._path = Path(__file__).parents[1] / "views" / "qt" / name
        self._screen = screen

    def __call__(self, scenario: str, *arguments: str, **more: str) -> Any:
        """`more`: environment variables."""
        return self._screen.run(self._path, scenario, *arguments, QT_API=self.binding.lower(), **more)
