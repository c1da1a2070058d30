"""A movie's pixmaps in a QLabel, until the label is given something else to show."""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from sddisplaylink.views.qt.binding import QtCore, QtGui, QtWidgets, Slot

__all__ = ["LabelAttachment", "TakesPixmaps", "attachments_of"]


class TakesPixmaps(Protocol):
    """An object that can show a pixmap."""

    def setPixmap(self, pixmap: QtGui.QPixmap, /) -> object:
        """Show the pixmap."""


class LabelAttachment(QtCore.QObject):
    """Sets the pixmaps of ``movie``, held weakly, on its parent, a label, until the label shows something else.

    QLabel has no signal for ``setText()``, ``setPixmap()``, ``clear()`` or a property that replaces its content, so the
    attachment checks before each pixmap that the label shows what the attachment has set last.
    """

    def __init__(self, movie: QtCore.QObject, label: QtWidgets.QLabel) -> None:
        super().__init__(label)
        self.movie = weakref.ref(movie)
        self._label = label
        self._seen = _content(label)
        self.is_over = False
        """Whether the label shows something else by now, or the attachment has ended."""

    def holds(self) -> bool:
        """Whether the label still shows what was set here; ends the attachment if not."""
        if not self.is_over and _content(self._label) != self._seen:
            self.end()
        return not self.is_over

    @Slot(QtGui.QPixmap)
    def show(self, pixmap: QtGui.QPixmap) -> None:
        """Show the pixmap on the label."""
        if self.holds():
            self._label.setPixmap(pixmap)
            self._seen = _content(self._label)

    def end(self) -> None:
        """Leave the label as it is. Idempotent."""
        if not self.is_over:
            self.is_over = True
            self.setParent(None)
            self.deleteLater()


def attachments_of(label: QtWidgets.QLabel) -> list[LabelAttachment]:
    """The attachments that have not ended; ends those of deleted movies."""
    found: list[LabelAttachment] = label.findChildren(LabelAttachment)
    for attachment in found:
        if attachment.movie() is None:
            attachment.end()
    return [attachment for attachment in found if attachment.holds()]


def _content(label: QtWidgets.QLabel) -> tuple[Any, ...]:
    """A key that identifies the content of a label."""
    return label.pixmap().cacheKey(), label.text(), label.picture().isNull(), QtWidgets.QLabel.movie(label)
