"""The properties of a movie: of its file, and options that do not concern playback."""

from __future__ import annotations

from PIL import Image

from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.views.qt.binding import QtCore, QtGui

ReaderError = QtGui.QImageReader.ImageReaderError
UNKNOWN = -1
"""QMovie's value for numbers of an invalid movie, and for the frame number before the first frame."""


class MovieProperties(QtCore.QObject):
    """The properties of a movie."""

    CacheMode = QtGui.QMovie.CacheMode
    CacheNone, CacheAll = CacheMode.CacheNone, CacheMode.CacheAll

    def __init__(self, parent: QtCore.QObject | None) -> None:
        super().__init__(parent)
        self._image: AnimatedImage | None = None
        self._failure: BaseException | None = None
        self._name = ""
        self._device: QtCore.QIODevice | None = None
        self._format = QtCore.QByteArray()
        self._cache_mode = self.CacheNone
        self._background = QtGui.QColor()
        self._scaled_size = QtCore.QSize()
        self._number = UNKNOWN
        self._frame: Frame | None = None

    # ---- the file ----

    def isValid(self) -> bool:
        """Whether there is a valid source."""
        return self._image is not None

    def fileName(self) -> str:
        """The file that is played; empty for other sources."""
        return self._name

    def device(self) -> QtCore.QIODevice | None:
        """The device from which the source was read."""
        return self._device

    def format(self) -> QtCore.QByteArray:
        """``"gif"``, ``"png"``, ``"webp"``, ...: the format of the image, or the one that was set."""
        return self._format if self._image is None else QtCore.QByteArray(self._image.format.lower().encode())

    def setFormat(self, format: bytes | QtCore.QByteArray) -> None:  # noqa: A002 -- QMovie's name of it
        """Accepted without effect: the format is found in the data."""
        self._format = QtCore.QByteArray(format)

    @staticmethod
    def supportedFormats() -> list[QtCore.QByteArray]:
        """The formats that may hold an animation."""
        Image.init()
        names = sorted({"gif", "png", "webp", "tiff", "avif"} & {name.lower() for name in Image.OPEN})
        return [QtCore.QByteArray(name.encode()) for name in names]

    def frameCount(self) -> int:
        """Number of frames; -1 if not valid."""
        return UNKNOWN if self._image is None else self._image.frame_count

    def loopCount(self) -> int:
        """How often the file asks to be repeated after the first play; -1 = for ever."""
        return UNKNOWN if self._image is None else self._image.loop_count - 1

    def lastError(self) -> ReaderError:
        """The kind of the last error, as in Qt."""
        kinds: dict[type[BaseException], ReaderError] = {
            FileNotFoundError: ReaderError.FileNotFoundError,
            OSError: ReaderError.DeviceError,
            ValueError: ReaderError.InvalidDataError,
        }
        found = (kind for error, kind in kinds.items() if isinstance(self._failure, error))
        return next(found, ReaderError.UnknownError)

    def lastErrorString(self) -> str:
        """The message of the last error; empty if there was none since the source was set."""
        return "" if self._failure is None else _in_words(self._failure)

    # ---- options ----

    def backgroundColor(self) -> QtGui.QColor:
        """The colour that was set, which has no effect."""
        return self._background

    def setBackgroundColor(self, colour: QtGui.QColor) -> None:
        """Accepted without effect: as with QMovie, transparent pixels stay transparent."""
        self._background = QtGui.QColor(colour)

    def scaledSize(self) -> QtCore.QSize:
        """Size of images and pixmaps; not valid if they are not scaled."""
        return QtCore.QSize(self._scaled_size)

    def setScaledSize(self, size: QtCore.QSize) -> None:
        """Scale images and pixmaps to that size in pixels; ``QSize()`` for no scaling."""
        self._scaled_size = QtCore.QSize(size)

    # ---- the frame ----

    def currentFrameNumber(self) -> int:
        """The frame that is shown or sought, from 0; -1 before the first."""
        return self._number

    def frameRect(self) -> QtCore.QRect:
        """The rectangle of the frame, at 0, 0; empty before the first."""
        return QtCore.QRect() if self._number == UNKNOWN or self._image is None else self._rectangle()

    def _rectangle(self) -> QtCore.QRect:
        if self._image is None:
            return QtCore.QRect()
        size = QtCore.QSize(*self._image.size) if self._scaled_size.isEmpty() else self._scaled_size
        return QtCore.QRect(QtCore.QPoint(0, 0), size)


def _in_words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.strerror}: {error.filename}"
    return str(error) or type(error).__name__
