"""QLabel, for programs that set their movies on labels."""

from __future__ import annotations

from sddisplaylink.views.qt.binding import QtGui, QtWidgets
from sddisplaylink.views.qt.movie import AnimatedMovie

__all__ = ["AnimatedLabel"]


class AnimatedLabel(QtWidgets.QLabel):
    """A QLabel whose ``setMovie`` also takes an AnimatedMovie; the rest is QLabel's."""

    _animated: AnimatedMovie | None = None

    def setMovie(self, movie: AnimatedMovie | QtGui.QMovie | None) -> None:
        """Show the movie's frames; start it yourself. As with QLabel, the movie is not the label's to delete."""
        if self._animated is not None:
            self._animated.detach(self)
        self._animated = movie if isinstance(movie, AnimatedMovie) else None
        if self._animated is not None:
            self.clear()
            self._animated.attach(self)
        else:
            super().setMovie(movie)  # type: ignore[arg-type]

    def movie(self) -> AnimatedMovie | QtGui.QMovie | None:  # type: ignore[override]
        """What was set."""
        return super().movie() if self._animated is None else self._animated
