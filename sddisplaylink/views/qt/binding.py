"""Which Qt for Python to use: what the program has imported already, what QT_API names, PySide6, or PyQt6."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

from sddisplaylink.errors import SDDisplayLinkError

BINDINGS = ("PySide6", "PyQt6")
PARTS = ("QtCore", "QtGui", "QtWidgets")
ENVIRONMENT = "QT_API"  # as of qtpy, matplotlib and others
INSTALL = 'pip install "sddisplaylink[qt]"'


class QtMissingError(SDDisplayLinkError, ImportError):
    """There is no Qt for Python here that these views can use."""


def candidates() -> tuple[str, ...]:
    """The bindings to try, best first. Two cannot live in one process, so one that is loaded leaves no choice."""
    loaded = tuple(name for name in BINDINGS if f"{name}.QtCore" in sys.modules)
    if loaded:
        return loaded
    wanted = os.environ.get(ENVIRONMENT, "").lower()
    named = tuple(name for name in BINDINGS if name.lower() == wanted)
    return named or BINDINGS


def load() -> tuple[str, Any, Any, Any]:
    """(name, QtCore, QtGui, QtWidgets) of the first that can be imported. Raises QtMissingError."""
    reasons = []
    for name in candidates():
        try:
            core, gui, widgets = (importlib.import_module(f"{name}.{part}") for part in PARTS)
        except ImportError as error:
            reasons.append(str(error))
        else:
            return name, core, gui, widgets
    raise QtMissingError(f"this view needs PySide6 or PyQt6 ({'; '.join(reasons)}): {INSTALL}")


if TYPE_CHECKING:
    from PySide6 import QtCore, QtGui, QtWidgets
    from PySide6.QtCore import Signal, Slot

    BINDING = "PySide6"
else:
    BINDING, QtCore, QtGui, QtWidgets = load()
    if BINDING == "PySide6":
        Signal, Slot = QtCore.Signal, QtCore.Slot
    else:
        Signal, Slot = QtCore.pyqtSignal, QtCore.pyqtSlot


def is_connected(sender: QtCore.QObject, name: str) -> bool:
    """Whether anybody listens to the sender's signal of that name.

    Not by QMetaMethod.fromSignal(): PySide6's takes a reference to the sender with it and never gives it back.
    """
    about = sender.metaObject()
    methods = (about.method(number) for number in reversed(range(about.methodCount())))
    return any(method.name() == name.encode() and sender.isSignalConnected(method) for method in methods)


__all__ = ["BINDING", "QtCore", "QtGui", "QtMissingError", "QtWidgets", "Signal", "Slot", "is_connected"]
