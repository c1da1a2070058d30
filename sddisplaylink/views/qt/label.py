"""AnimatedLabel: a QLabel for programs that set their movies on labels."""

from __future__ import annotations

from sddisplaylink.views.qt.binding import QtGui, QtWidgets, add_snake_case, use_names_of_qt
from sddisplaylink.views.qt.movie import AnimatedMovie

__all__ = ["AnimatedLabel"]


@add_snake_case
class AnimatedLabel(QtWidgets.QLabel):
    """A QLabel whose ``setMovie`` also accepts an AnimatedMovie.

    ``setText``, ``setPixmap``, ``setPicture``, ``setNum`` and ``clear`` end the showing of a movie.
    """

    _animated: AnimatedMovie | None = None

    def setMovie(self, movie: AnimatedMovie | QtGui.QMovie | None) -> None:
        """Show the frames of a movie, which has to be started separately.

        As with QLabel, the label does not own the movie.
        """
        self._leave()
        if isinstance(movie, AnimatedMovie):
            super().clear()
            self._animated = movie
            movie.attach(self)
        else:
            use_names_of_qt(self)
            super().setMovie(movie)  # type: ignore[arg-type]

    def movie(self) -> AnimatedMovie | QtGui.QMovie | None:  # type: ignore[override]
        """What was set; None once the label has been given something else."""
        if self._animated is not None and not self._animated.is_attached(self):
            self._animated = None
        return super().movie() if self._animated is None else self._animated

    def clear(self) -> None:
        """Show nothing."""
        self._leave()
        super().clear()

    def _leave(self) -> None:
        if self._animated is not None:
            self._animated.detach(self)
            self._animated = None
