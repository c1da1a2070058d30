"""Image libraries: Pillow and those that decode for arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.peers.peer import Peer, Pixels

__all__ = ["ImageIO", "Imagecodecs", "OpenCV", "Pillow", "Pyvips"]


class Pillow(Peer):
    """Its documented loop: seek, convert, take the bytes. The default image of an APNG is left out."""

    name = "Pillow"
    distribution = "pillow"

    def frames(self, path: Path) -> Iterator[Pixels]:
        with Image.open(path) as image:
            for index in self._indices(image):
                image.seek(index)
                yield image.convert("RGBA").tobytes()

    def in_place(self, path: Path) -> Iterator[None]:
        with Image.open(path) as image:
            for index in self._indices(image):
                image.seek(index)
                image.load()
                yield

    def durations(self, path: Path) -> Sequence[float]:
        durations = []
        with Image.open(path) as image:
            for index in self._indices(image):
                image.seek(index)
                durations.append(image.info.get("duration", 0) / 1000)
        return durations

    def pick(self, path: Path, indices: Sequence[int]) -> Iterator[Pixels]:
        with Image.open(path) as image:
            first = self._indices(image)[0]
            for index in indices:
                image.seek(first + index)
                yield image.convert("RGBA").tobytes()

    def _indices(self, image: Any) -> range:
        hidden = 1 if getattr(image, "default_image", False) else 0
        return range(hidden, getattr(image, "n_frames", 1))


class ImageIO(Peer):
    """Over Pillow."""

    name = "imageio"
    distribution = "imageio"

    def __init__(self) -> None:
        self._imageio = import_module("imageio.v3")

    def frames(self, path: Path) -> Iterator[Pixels]:
        return iter(self._imageio.imiter(path, plugin="pillow", mode="RGBA"))

    def pick(self, path: Path, indices: Sequence[int]) -> Iterator[Pixels]:
        with self._imageio.imopen(path, "r", plugin="pillow") as file:
            for index in indices:
                yield file.read(index=index, mode="RGBA")


class OpenCV(Peer):
    """``imreadanimation``, which gives BGRA."""

    name = "OpenCV"
    distribution = "opencv-python-headless"
    holds_everything = True

    def __init__(self) -> None:
        self._cv2 = import_module("cv2")
        _ = self._cv2.imreadanimation  # newer than some versions

    def frames(self, path: Path) -> Iterator[Pixels]:
        for frame in self._read(path).frames:
            yield self._cv2.cvtColor(frame, self._cv2.COLOR_BGRA2RGBA)

    def durations(self, path: Path) -> Sequence[float]:
        return [milliseconds / 1000 for milliseconds in self._read(path).durations]

    def pick(self, path: Path, indices: Sequence[int]) -> Iterator[Pixels]:
        for index in indices:
            (frame,) = self._read(path, index, 1).frames
            yield self._cv2.cvtColor(frame, self._cv2.COLOR_BGRA2RGBA)

    def _read(self, path: Path, *span: int) -> Any:
        done, animation = self._cv2.imreadanimation(str(path), *span)
        if not done:
            raise ValueError("it refuses the file")
        return animation


class Pyvips(Peer):
    """All pages as one tall image, read in order; a single page by its number."""

    name = "pyvips"
    distribution = "pyvips"
    formats = frozenset({"GIF"})

    def __init__(self) -> None:
        self._vips = import_module("pyvips")
        self._vips.cache_set_max(0)  # or it remembers the pictures of the round before

    def frames(self, path: Path) -> Iterator[Pixels]:
        pages = self._vips.Image.new_from_file(str(path), n=-1, access="sequential")
        width, height = pages.width, pages.get("page-height")
        rgba = pages if pages.bands == 4 else pages.colourspace("srgb").addalpha()
        for top in range(0, pages.height, height):
            yield rgba.crop(0, top, width, height).write_to_memory()

    def durations(self, path: Path) -> Sequence[float]:
        delays = self._vips.Image.new_from_file(str(path), n=-1, access="sequential").get("delay")
        return [milliseconds / 1000 for milliseconds in delays]

    def pick(self, path: Path, indices: Sequence[int]) -> Iterator[Pixels]:
        for index in indices:
            page = self._vips.Image.new_from_file(str(path), page=index)
            rgba = page if page.bands == 4 else page.colourspace("srgb").addalpha()
            yield rgba.write_to_memory()


class Imagecodecs(Peer):
    """All frames as one array; RGB where it leaves alpha out."""

    name = "imagecodecs"
    distribution = "imagecodecs"
    holds_everything = True

    def __init__(self) -> None:
        self._codecs = import_module("imagecodecs")
        self._numpy = import_module("numpy")

    def frames(self, path: Path) -> Iterator[Pixels]:
        data = path.read_bytes()
        pictures = self._codecs.gif_decode(data) if data.startswith(b"GIF") else self._codecs.apng_decode(data)
        for picture in pictures if pictures.ndim == 4 else pictures[None]:
            yield self._with_alpha(picture)

    def _with_alpha(self, picture: Any) -> Any:
        if picture.shape[2] == 4:
            return picture.copy()
        rgba = self._numpy.full((*picture.shape[:2], 4), 255, self._numpy.uint8)
        rgba[..., :3] = picture
        return rgba
