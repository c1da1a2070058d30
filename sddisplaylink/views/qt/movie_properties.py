"""What a QMovie says of its file, and what can be set of it that does not concern playing."""

from __future__ import annotations

from PIL import Image

from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.views.qt.binding import MethodProperty, QtCore, QtGui

ReaderError = QtGui.QImageReader.ImageReaderError
UNKNOWN = -1
"""What QMovie says of a movie that is not valid, and of the number of the frame before the first."""


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
        self._cache_mode = QtGui.QMovie.CacheMode.CacheNone
        self._background = QtGui.QColor()
        self._scaled_size = QtCore.QSize()
        self._number = UNKNOWN
        self._frame: Frame | None = None

    # ---- the file ----

    def isValid(self) -> bool:
        """Whether there is something to play."""
        return self._image is not None

    def fileName(self) -> str:
        """The file it plays; empty for other sources."""
        return self._name

    def device(self) -> QtCore.QIODevice | None:
        """The device that it was read from."""
        return self._device

    def format(self) -> QtCore.QByteArray:
        """``"gif"``, ``"png"``, ``"webp"``, ...: of the image if there is one, else what was set."""
        return self._format if self._image is None else QtCore.QByteArray(self._image.format.lower().encode())

    def setFormat(self, format: bytes | QtCore.QByteArray) -> None:  # noqa: A002 -- QMovie's name of it
        """Accepted: what the data is shows in the data."""
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
        """How often the file wants to be repeated after the first time; -1 = for ever."""
        return UNKNOWN if self._image is None else self._image.loop_count - 1

    def lastError(self) -> ReaderError:
        """The kind of the last error, in Qt's words."""
        kinds: dict[type[BaseException], ReaderError] = {
            FileNotFoundError: ReaderError.FileNotFoundError,
            OSError: ReaderError.DeviceError,
            ValueError: ReaderError.InvalidDataError,
        }
        found = (kind for error, kind in kinds.items() if isinstance(self._failure, error))
        return next(found, ReaderError.UnknownError)

    def lastErrorString(self) -> str:
        """The last error in words; empty if there was none since the source was set."""
        return "" if self._failure is None else _in_words(self._failure)

    # ---- how it is shown ----

    def _get_cache_mode(self) -> QtGui.QMovie.CacheMode:
        """What was set."""
        return self._cache_mode

    def setCacheMode(self, mode: QtGui.QMovie.CacheMode) -> None:
        """Accepted: decoded frames are always kept, as far as ``max_buffer_bytes`` allows, and shared."""
        self._cache_mode = QtGui.QMovie.CacheMode(mode)

    cacheMode = MethodProperty(QtGui.QMovie.CacheMode, _get_cache_mode, setCacheMode)

    def backgroundColor(self) -> QtGui.QColor:
        """What was set."""
        return self._background

    def setBackgroundColor(self, colour: QtGui.QColor) -> None:
        """Accepted; as with QMovie, transparent pixels of the formats played here stay transparent."""
        self._background = QtGui.QColor(colour)

    def scaledSize(self) -> QtCore.QSize:
        """Size of the images and pixmaps; not valid if they are as large as the file's."""
        return QtCore.QSize(self._scaled_size)

    def setScaledSize(self, size: QtCore.QSize) -> None:
        """Have images and pixmaps of that size in pixels; ``QSize()`` for that of the file."""
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
