"""Graphics libraries, toolkits and FFmpeg."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.peers.peer import NotOfferedError, Peer, Pixels

__all__ = ["PyAV", "PyAVThreads", "Pygame", "Pyglet", "QtMovie", "QtReader", "Skia"]


class Skia(Peer):
    """SkCodec (Wuffs), each frame drawn over the one before wherever that is the one it needs."""

    name = "skia-python"
    distribution = "skia-python"
    formats = frozenset({"GIF"})

    def __init__(self) -> None:
        self._skia = import_module("skia")
        self._numpy = import_module("numpy")

    def frames(self, path: Path) -> Iterator[Pixels]:
        codec, data = self._open(path)
        canvas = self._canvas(codec)
        for _ in self._draw(codec, canvas):
            yield canvas.tobytes()
        del data  # which the codec needs, but does not hold

    def in_place(self, path: Path) -> Iterator[None]:
        codec, data = self._open(path)
        yield from self._draw(codec, self._canvas(codec))
        del data

    def durations(self, path: Path) -> Sequence[float]:
        codec, data = self._open(path)
        durations = [frame.fDuration / 1000 for frame in codec.getFrameInfo()] or [0.0]
        del data
        return durations

    def pick(self, path: Path, indices: Sequence[int]) -> Iterator[Pixels]:
        codec, data = self._open(path)
        for index in indices:
            canvas = self._canvas(codec)
            self._decode(codec, canvas, index, None)
            yield canvas.tobytes()
        del data

    def _open(self, path: Path) -> tuple[Any, Any]:
        data = self._skia.Data.MakeFromFileName(str(path))
        return self._skia.Codec.MakeFromData(data), data

    def _canvas(self, codec: Any) -> Any:
        width, height = codec.dimensions()
        return self._numpy.zeros((height, width, 4), self._numpy.uint8)

    def _draw(self, codec: Any, canvas: Any) -> Iterator[None]:
        for index, frame in enumerate(codec.getFrameInfo() or [None]):
            kept = index - 1 if frame is not None and frame.fRequiredFrame == index - 1 >= 0 else None
            self._decode(codec, canvas, index, kept)
            yield

    def _decode(self, codec: Any, canvas: Any, index: int, kept: int | None) -> None:
        skia = self._skia
        options = skia.Codec.Options()
        options.fFrameIndex = index
        if kept is not None:
            options.fPriorFrame = kept
        size = codec.dimensions()
        info = skia.ImageInfo.Make(size.width(), size.height(), skia.kRGBA_8888_ColorType, skia.kUnpremul_AlphaType)
        result = codec.getPixels(info, canvas, canvas.strides[0], options)
        if result not in (skia.Codec.kSuccess, skia.Codec.kIncompleteInput):
            raise ValueError(str(result))


class QtReader(Peer):
    """QImageReader."""

    name = "QImageReader"
    distribution = "PySide6-Essentials"
    formats = frozenset({"GIF"})

    def __init__(self) -> None:
        self._gui = import_module("PySide6.QtGui")

    def frames(self, path: Path) -> Iterator[Pixels]:
        reader = self._gui.QImageReader(str(path))
        while not (image := reader.read()).isNull():
            yield image.convertToFormat(self._gui.QImage.Format.Format_RGBA8888)

    def durations(self, path: Path) -> Sequence[float]:
        reader, durations = self._gui.QImageReader(str(path)), []
        while not reader.read().isNull():
            durations.append(reader.nextImageDelay() / 1000)
        return durations

    def rgba(self, picture: Pixels) -> bytes:
        return bytes(picture.constBits())  # rows of 32-bit pixels have no gaps


class QtMovie(QtReader):
    """QMovie, as it plays: from frame to frame."""

    name = "QMovie"

    def __init__(self) -> None:
        super().__init__()
        gui = self._gui
        self._application = gui.QGuiApplication.instance() or gui.QGuiApplication(["", "-platform", "offscreen"])

    def frames(self, path: Path) -> Iterator[Pixels]:
        movie = self._gui.QMovie(str(path))
        for _ in range(max(1, movie.frameCount())):
            if not movie.jumpToNextFrame():
                raise ValueError("it stops")
            yield movie.currentImage().convertToFormat(self._gui.QImage.Format.Format_RGBA8888)

    def durations(self, path: Path) -> Sequence[float]:
        raise NotOfferedError


class PyAV(Peer):
    """FFmpeg, one thread."""

    name = "PyAV"
    distribution = "av"
    threading: ClassVar[str] = "NONE"

    def __init__(self) -> None:
        self._av = import_module("av")
        self._reformatter = import_module("av.video.reformatter").VideoReformatter

    def frames(self, path: Path) -> Iterator[Pixels]:
        reformatter = self._reformatter()
        with self._av.open(str(path)) as container:
            container.streams.video[0].thread_type = self.threading
            for frame in container.decode(video=0):
                yield reformatter.reformat(frame, format="rgba").to_ndarray()

    def durations(self, path: Path) -> Sequence[float]:
        with self._av.open(str(path)) as container:
            packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
            return [float((packet.duration or 0) * packet.time_base) for packet in packets]


class PyAVThreads(PyAV):
    """FFmpeg with a thread for each of several frames."""

    name = "PyAV, frame threads"
    threading = "FRAME"


class Pygame(Peer):
    """``load_animation``."""

    name = "pygame-ce"
    distribution = "pygame-ce"
    formats = frozenset({"GIF"})
    holds_everything = True

    def __init__(self) -> None:
        os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
        self._image = import_module("pygame.image")

    def frames(self, path: Path) -> Iterator[Pixels]:
        for surface, _ in self._image.load_animation(str(path)):
            yield self._image.tobytes(surface, "RGBA")

    def durations(self, path: Path) -> Sequence[float]:
        return [milliseconds / 1000 for _, milliseconds in self._image.load_animation(str(path))]


class Pyglet(Peer):
    """``load_animation``."""

    name = "pyglet"
    distribution = "pyglet"
    formats = frozenset({"GIF"})
    holds_everything = True

    def __init__(self) -> None:
        import_module("pyglet").options.shadow_window = False
        self._image = import_module("pyglet.image")

    def frames(self, path: Path) -> Iterator[Pixels]:
        for frame in self._image.load_animation(str(path)).frames:
            data = frame.image.get_image_data()
            yield data.get_data("RGBA", -4 * data.width)

    def durations(self, path: Path) -> Sequence[float]:
        return [frame.duration or 0.0 for frame in self._image.load_animation(str(path)).frames]
