"""Animated images in Qt: AnimatedImageWidget, and AnimatedMovie in place of QMovie. For PySide6 and PyQt6.

This package uses the binding that the program has imported already, or else the one that the environment variable
QT_API names, PySide6, or PyQt6: ``BINDING`` is its name. QtMissingError (an ImportError) if there is none.
"""

from sddisplaylink.views.qt.binding import BINDING, QtMissingError
from sddisplaylink.views.qt.dispatcher import QtDispatcher
from sddisplaylink.views.qt.label import AnimatedLabel
from sddisplaylink.views.qt.movie import AnimatedMovie
from sddisplaylink.views.qt.widget import AnimatedImageWidget

__all__ = ["BINDING", "AnimatedImageWidget", "AnimatedLabel", "AnimatedMovie", "QtDispatcher", "QtMissingError"]
