"""Chooses a binding of Qt: the one that the program has imported already, that QT_API names, PySide6, or PyQt6."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from sddisplaylink.errors import SDDisplayLinkError, how_to_install

BINDINGS = ("PySide6", "PyQt6")
PARTS = ("QtCore", "QtGui", "QtWidgets")
ENVIRONMENT = "QT_API"  # as of qtpy, matplotlib and others
_TRUE_PROPERTY = 2  # the bit of that feature of PySide6
_Class = TypeVar("_Class", bound=type)


class QtMissingError(SDDisplayLinkError, ImportError):
    """No binding of Qt that these views can use is installed."""


def candidates() -> tuple[str, ...]:
    """The bindings to try, best first. A process can only load one, so a loaded one is the only candidate."""
    loaded = tuple(name for name in BINDINGS if f"{name}.QtCore" in sys.modules)
    if loaded:
        return loaded
    wanted = os.environ.get(ENVIRONMENT, "").lower()
    named = tuple(name for name in BINDINGS if name.lower() == wanted)
    return named or BINDINGS


def load() -> tuple[str, Any, Any, Any]:
    """(name, QtCore, QtGui, QtWidgets) of the first binding that can be imported. Raises QtMissingError."""
    reasons = []
    for name in candidates():
        try:
            core, gui, widgets = (importlib.import_module(f"{name}.{part}") for part in PARTS)
        except ImportError as error:
            reasons.append(str(error))
        else:
            return name, core, gui, widgets
    raise QtMissingError(f"this view needs PySide6 or PyQt6 ({'; '.join(reasons)}): {how_to_install('qt')}")


def keep_names_of_qt() -> None:
    """Let the modules of this package use Qt's own names when the program has a feature of PySide6 on.

    ``from __feature__ import snake_case`` is for the module that says it. But PySide6 lets any module that does not
    have "PySide6" in its source have the names that its caller has.
    """
    package = sys.modules[__package__]
    for module in pkgutil.iter_modules(package.__path__, f"{__package__}."):
        _features()[module.name] = 0


def _features() -> dict[str, int]:
    """PySide6's features by the names of the modules that have them on, as bits."""
    feature = sys.modules.get("PySide6.support.feature")  # which importing QtCore has loaded
    features: dict[str, int] = getattr(feature, "pyside_feature_dict", {})
    return features


def use_names_of_qt(instance: QtCore.QObject) -> None:
    """Have ``super()`` find Qt's own names in a method of that object: PySide6 switches names when a type is asked."""
    type(instance).metaObject  # noqa: B018


if TYPE_CHECKING:
    from PySide6 import QtCore, QtGui, QtWidgets
    from PySide6.QtCore import Property, Signal, Slot

    BINDING = "PySide6"
else:
    BINDING, QtCore, QtGui, QtWidgets = load()
    if BINDING == "PySide6":
        keep_names_of_qt()
        Property, Signal, Slot = QtCore.Property, QtCore.Signal, QtCore.Slot
    else:
        Property, Signal, Slot = QtCore.pyqtProperty, QtCore.pyqtSignal, QtCore.pyqtSlot


class MethodProperty(Property):
    """A Qt property of which the Python name is its getter, as QMovie has them: ``movie.speed()``.

    In a module with PySide6's feature true_property on, the name is the value: ``movie.speed``.
    """

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        getter = self.fget.__get__(instance, owner)
        reader = sys._getframe(1).f_globals.get("__name__", "")
        return getter() if _features().get(reader, 0) & _TRUE_PROPERTY else getter


def add_snake_case(cls: _Class) -> _Class:
    """Let the camelCase methods of a class be called by snake_case names, too, as PySide6's feature of that name does.

    The feature itself knows only of methods that are Qt's.
    """
    inherited = (vars(base) for base in reversed(cls.__mro__) if base.__module__.startswith(__package__))
    own = {name: value for members in inherited for name, value in members.items()}
    for name, value in own.items():
        snake = re.sub("(?=[A-Z])", "_", name).lower()
        method = value.fget if isinstance(value, MethodProperty) else value
        if snake != name and name[0].islower() and (inspect.isfunction(method) or isinstance(method, staticmethod)):
            # PyQt6, which has no such features, would make a second Qt property of the same one
            setattr(cls, snake, value if BINDING == "PySide6" else method)
    return cls


def is_connected(sender: QtCore.QObject, name: str) -> bool:
    """Whether a slot is connected to the sender's signal of that name.

    Without QMetaMethod.fromSignal(), which leaks a reference to the sender in PySide6.
    """
    about = sender.metaObject()
    methods = (about.method(number) for number in reversed(range(about.methodCount())))
    return any(method.name() == name.encode() and sender.isSignalConnected(method) for method in methods)


__all__ = [
    "BINDING",
    "MethodProperty",
    "Property",
    "QtCore",
    "QtGui",
    "QtMissingError",
    "QtWidgets",
    "Signal",
    "Slot",
    "add_snake_case",
    "is_connected",
    "use_names_of_qt",
]
