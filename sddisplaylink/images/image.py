"""AnimatedImage: an image file, its properties, and its frames."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Collection, Iterator
from itertools import count, takewhile
from types import TracebackType
from typing import Literal, Self, SupportsIndex, get_args

from sddisplaylink.copying import refuse_copies
from sddisplaylink.decoders.appearance import IN_BROWSERS, Presentation
from sddisplaylink.decoders.colour.transform import colour_name
from sddisplaylink.decoders.data.file import FileData, ImageInput, open_input
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.decoders.protocol import ImageFacts
from sddisplaylink.errors import ImageFormatError, SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.pool import FramePool, PoolReader
from sddisplaylink.frames.timeline import TIMING_RULES, Timeline, TimingRule
from sddisplaylink.images.notebook import mime_bundle

__all__ = ["AnimatedImage"]

DecoderName = Literal["auto", "pillow"]
_DECODERS = get_args(DecoderName)
_LONGEST_NAME = 4096  # bytes


def check_names(timing: str, decoder: str) -> None:
    """ValueError unless both are known names."""
    if decoder not in _DECODERS:
        raise ValueError(f'decoder must be "auto" or "pillow", not {decoder!r}')
    if timing not in TIMING_RULES:
        raise ValueError(f'timing must be "browser" or "raw", not {timing!r}')


class _NameAsDataError(ImageFormatError, TypeError):
    """Bytes are no image: probably they were meant as the name of a file."""


def _may_be_name(data: bytes) -> bool:
    """Whether bytes that are no image look like a file's name: short, with a slash, and no control characters."""
    return len(data) <= _LONGEST_NAME and b"/" in data and min(data) >= ord(" ")


class AnimatedImage:
    """An image with one or more frames; open it with `open`.

    A sequence of frames as well: ``image[i]``, ``len(image)``, ``for frame in image``; and a context manager.

    All methods may be called from any thread. Decoded frames are held in a pool that all players of the image share. In
    a forked child, an image that the parent opened raises ForkedProcessError.
    """

    __slots__ = ("__weakref__", "_data", "_frames", "_name", "_timeline", "pool")

    def __init__(
        self,
        data: FileData,
        name: str,
        timing: TimingRule,
        limits: Limits,
        decoder: DecoderName,
        presentation: Presentation = IN_BROWSERS,
    ) -> None:
        """Used by `open`."""
        try:
            frames = open_decoder(data, limits, native=decoder == "auto", presentation=presentation)
        except ImageFormatError as error:
            raise ImageFormatError(f"{name}: {error}") from error
        self._data = data
        self._name = name
        self._frames: ImageFacts = frames
        self._timeline = Timeline(frames, timing)
        self.pool = FramePool(frames, self._timeline, name)

    @classmethod
    def open(
        cls,
        source: ImageInput,
        *,
        timing: TimingRule = "browser",
        decoder: DecoderName = "auto",
        max_pixels: int | None = None,
        max_frames: int | None = None,
        orient: bool = True,
        to_srgb: bool = True,
    ) -> Self:
        """Open a GIF, an APNG or any other image that Pillow can read.

        Args:
            source: a path, bytes, or a binary file, which is read to its end from where it stands and left open.
            timing: ``"browser"`` shows frames with a delay of less than 11 ms (or none) for 100 ms, as all browsers do;
                ``"raw"`` takes the delays as they are stored. A still image counts as a frame without a delay.
            decoder: ``"auto"`` for the fastest decoder, ``"pillow"`` for Pillow's codecs alone.
            max_pixels: how many pixels a frame may have; by default Pillow's ``Image.MAX_IMAGE_PIXELS``.
            max_frames: how many frames the image may have; a million by default.
            orient: turn and mirror frames as the file says, like browsers; False for the pictures as stored.
            to_srgb: convert colours to sRGB if the file has another colour space, like browsers; False for the
                values as stored.

        Raises:
            ImageFormatError: not an image, no whole frame in it, or more pixels than allowed.
            OSError: as ``open()`` raises it, when the path cannot be read.
            TypeError, ValueError: an argument is not one of the above.
        """
        check_names(timing, decoder)
        limits = Limits.of(max_pixels, max_frames)
        data, name = open_input(source)
        try:
            return cls(data, name, timing, limits, decoder, Presentation(orient, to_srgb))
        except ImageFormatError as error:
            if isinstance(source, bytes) and _may_be_name(source):
                raise _NameAsDataError(f"{error}; a file's name must be a str, not bytes: os.fsdecode()") from error
            raise

    @property
    def format(self) -> str:
        """Pillow's name of the format: ``"GIF"``, ``"PNG"``, ``"WEBP"``, ..."""
        return self._frames.format

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of every frame in pixels."""
        return self._frames.size

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self._frames.size[0]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self._frames.size[1]

    @property
    def frame_count(self) -> int:
        """Number of whole frames, at least 1."""
        return len(self._frames.info.delays_ns)

    @property
    def loop_count(self) -> int:
        """The number of plays that the file asks for; 0 = for ever. A still image is played once."""
        return self._frames.loop_count

    @property
    def durations(self) -> tuple[float, ...]:
        """How long each frame is shown, in seconds, by the timing rule."""
        return self._timeline.durations

    @property
    def durations_ns(self) -> tuple[int, ...]:
        """The durations in whole nanoseconds, as they are scheduled: exact, and 1 where ``"raw"`` timing has 0."""
        return self._timeline.durations_ns

    @property
    def duration(self) -> float:
        """Duration of all frames together, in seconds."""
        return self._timeline.duration

    @property
    def is_animated(self) -> bool:
        """True if there is more than one frame."""
        return self.frame_count > 1

    @property
    def truncated(self) -> bool:
        """True if data is missing or broken after the frames that are there."""
        return self._frames.info.truncated

    @property
    def orientation(self) -> int:
        """The orientation that the file asks for, from 1 (as stored) to 8, as in EXIF.

        Frames are turned already, unless the image was opened with ``orient=False``.
        """
        return self._frames.info.appearance.orientation

    @property
    def colour_profile(self) -> str | None:
        """The name of the file's colour space, such as ``"Display P3"``; None if the file has none: sRGB.

        Frames are in sRGB already, unless the image was opened with ``to_srgb=False``.
        """
        return colour_name(self._frames.info.appearance)

    def frame(self, index: SupportsIndex) -> Frame:
        """Frame `index`, decoded on this thread if it is not held already; negative numbers count from the end.

        Raises:
            IndexError: there is no such frame.
            ImageFormatError: its data is broken.
            LinkClosedError: the image is closed.
        """
        number = operator.index(index)
        if number >= 0 and self._has_frame(number):  # needs no frame count
            return self.pool.frame(number)
        count = self.frame_count
        if not -count <= number < 0:
            raise IndexError(f"frame {number} is out of range: the image has {count}")
        return self.pool.frame(number + count)

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """A player's access to the frames, which decodes ahead within `max_bytes` (None: as far as memory allows)."""
        return self.pool.open_reader(max_bytes)

    def purge(self) -> None:
        """Release the memory of every decoded frame that no player shows now, and all working memory.

        Frames that were handed out stay valid. Frames that are needed next are decoded again, so a playing player may
        show its next frame a little late. The library purges all images itself when the system reports that memory is
        short (on Linux, by its pressure stall information). From any thread; never waits: if a frame is being decoded,
        memory is released after that. Does nothing if the image is closed. ForkedProcessError in a forked child.
        """
        self.pool.purge()

    def close(self) -> None:
        """Release the data and the decoded frames; frames that were handed out stay valid. Idempotent."""
        self.pool.close()
        self._data.close()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """For IPython and Jupyter: the file itself, which the browser plays, and a line of text."""
        data = None
        with contextlib.suppress(SDDisplayLinkError):  # closed
            self._data.check()
            data = self._data.whole()
        return mime_bundle(repr(self), self.format, data, include, exclude)

    def _has_frame(self, index: int) -> bool:
        """Whether there is a frame `index`, from 0 on; reads the file no further than that frame."""
        return index < self._timeline.known_frames or self._frames.has_frame(index)

    def _existing_frame(self, index: int) -> Frame:
        return self.pool.frame(index)

    def __getitem__(self, index: SupportsIndex) -> Frame:
        return self.frame(index)

    def __len__(self) -> int:
        return self.frame_count

    def __iter__(self) -> Iterator[Frame]:
        return map(self._existing_frame, takewhile(self._has_frame, count()))  # reads no further than it has got

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    __reduce__ = refuse_copies(
        "one image serves any number of players and threads; in another process, open the file again"
    )

    def __repr__(self) -> str:
        known = f"<{type(self).__name__} {self._name!r}"
        if self.format:  # that of an IncrementalImage may still be unknown
            known += f" {self.format} {self.width}x{self.height}"
        try:
            frames = "1 frame" if self.frame_count == 1 else f"{self.frame_count} frames"
            return f"{known}, {frames}, {self.duration:.3f} s>"
        except SDDisplayLinkError:  # closed before all frames were found, or broken
            return f"{known}>"
