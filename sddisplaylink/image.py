"""Animated images: opening them, what they say of themselves, and their frames."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from types import TracebackType
from typing import Literal, Self, SupportsIndex, get_args

from sddisplaylink.decoders.opening import Source, open_decoder, read_source
from sddisplaylink.decoders.pillow_guard import pixel_limit
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frame import Frame
from sddisplaylink.frame_pool import FramePool, PoolReader
from sddisplaylink.timing import Timeline, TimingRule

__all__ = ["AnimatedImage"]

DecoderName = Literal["auto", "pillow"]


class AnimatedImage:
    """An image with one or more frames; open it with :meth:`open`.

    All methods may be called from any thread. Decoded frames are held in a pool that all players of the image share. In
    a forked child, frames cannot be had from an image that the parent opened (ForkedProcessError).
    """

    __slots__ = ("__weakref__", "_info", "_name", "_pool", "_timeline")

    def __init__(self, data: bytes, name: str, timing: TimingRule, limit: int | None, decoder: DecoderName) -> None:
        """Used by :meth:`open`."""
        try:
            frames = open_decoder(data, limit, native=decoder == "auto")
        except ImageFormatError as error:
            raise ImageFormatError(f"{name}: {error}") from error
        self._name = name
        self._info = frames.info
        self._timeline = Timeline(frames.info.delays_ns, timing)
        self._pool = FramePool(frames, self._timeline, name)

    @classmethod
    def open(
        cls,
        source: Source,
        *,
        timing: TimingRule = "browser",
        decoder: DecoderName = "auto",
        max_pixels: int | None = None,
    ) -> Self:
        """Open a GIF, an APNG or any other image that Pillow can read.

        Args:
            source: a path, bytes, or a binary file, which is read to its end from where it stands and left open.
            timing: ``"browser"`` shows frames with a delay of 10 ms and less (or none) for 100 ms, as all browsers do;
                ``"raw"`` takes the delays as they are stored. A still image counts as a frame without a delay.
            decoder: ``"auto"`` for the fastest way, ``"pillow"`` for Pillow's codecs alone.
            max_pixels: how many pixels a frame may have; by default Pillow's ``Image.MAX_IMAGE_PIXELS``.

        Raises:
            ImageFormatError: not an image, no whole frame in it, or more pixels than allowed.
            OSError: as ``open()`` raises it, when the path cannot be read.
            TypeError, ValueError: an argument is not one of the above.
        """
        if decoder not in get_args(DecoderName):
            raise ValueError(f'decoder must be "auto" or "pillow", not {decoder!r}')
        if timing not in get_args(TimingRule):
            raise ValueError(f'timing must be "browser" or "raw", not {timing!r}')
        limit = pixel_limit(max_pixels)
        data, name = read_source(source)
        return cls(data, name, timing, limit, decoder)

    @property
    def format(self) -> str:
        """Pillow's name of the format: ``"GIF"``, ``"PNG"``, ``"WEBP"``, ..."""
        return self._info.format

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of every frame in pixels."""
        return self._info.size

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self._info.size[0]

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self._info.size[1]

    @property
    def frame_count(self) -> int:
        """Number of whole frames, at least 1."""
        return len(self._info.delays_ns)

    @property
    def loop_count(self) -> int:
        """How often the file wants to be played; 0 = for ever. A still image is played once."""
        return self._info.loop_count

    @property
    def durations(self) -> tuple[float, ...]:
        """How long each frame is shown, in seconds, after the timing rule."""
        return self._timeline.durations

    @property
    def durations_ns(self) -> tuple[int, ...]:
        """The same in whole nanoseconds, as they are scheduled: exact, and 1 where ``"raw"`` timing has 0."""
        return self._timeline.durations_ns

    @property
    def duration(self) -> float:
        """Length of one showing of all frames in seconds."""
        return self._timeline.duration

    @property
    def is_animated(self) -> bool:
        """True if there is more than one frame."""
        return self.frame_count > 1

    @property
    def truncated(self) -> bool:
        """True if data is missing or broken after the frames that are there."""
        return self._info.truncated

    def frame(self, index: SupportsIndex) -> Frame:
        """Frame `index`, decoded on this thread if it is not held already; negative numbers count from the end.

        Raises:
            IndexError: there is no such frame.
            ImageFormatError: its data is broken.
            LinkClosedError: the image is closed.
        """
        number = operator.index(index)
        count = self.frame_count
        if not -count <= number < count:
            raise IndexError(f"frame {number} is out of range: the image has {count}")
        return self._pool.frame(number % count)

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """A player's access to the frames: decodes ahead within `max_bytes` (None: what the memory allows)."""
        return self._pool.open_reader(max_bytes)

    def close(self) -> None:
        """Let go of the data and the decoded frames; frames that were handed out stay valid. Idempotent."""
        self._pool.close()

    def __getitem__(self, index: SupportsIndex) -> Frame:
        return self.frame(index)

    def __len__(self) -> int:
        return self.frame_count

    def __iter__(self) -> Iterator[Frame]:
        return map(self.frame, range(self.frame_count))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        frames = "1 frame" if self.frame_count == 1 else f"{self.frame_count} frames"
        return (
            f"<AnimatedImage {self._name!r} {self.format} {self.width}x{self.height}, {frames}, {self.duration:.3f} s>"
        )
