"""What the rest of the library knows of a decoder."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from sddisplaylink.decoders.appearance import AS_STORED, Appearance

__all__ = ["NEVER_CHEAP", "Buffer", "Decoder", "EditLog", "ImageFacts", "ImageInfo", "Prefetching"]

Buffer = bytes | bytearray | memoryview
NEVER_CHEAP = 1 << 40
"""The cost of a frame of which nothing is known."""


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a container says of its image, known without decoding it."""

    format: str
    """Pillow's name of the format, such as ``"GIF"``."""
    size: tuple[int, int]
    """(width, height) of every composed frame in pixels."""
    delays_ns: tuple[int | None, ...]
    """Delay of each frame as stored, in nanoseconds; None where the file gives none. Never empty."""
    loop_count: int
    """How often the animation is played; 0 = for ever."""
    truncated: bool
    """True if data is missing or broken after the frames that are there."""
    appearance: Appearance = AS_STORED
    """Which side is up, and what the colours mean."""


class ImageFacts(Protocol):
    """What can be said of an image without composing it."""

    @property
    def format(self) -> str:
        """Pillow's name of the format."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of every frame in pixels."""

    @property
    def info(self) -> ImageInfo:
        """What the whole container says; the first use may read all of it."""

    @property
    def loop_count(self) -> int:
        """How often the animation is played, 0 = for ever, as far as that is known; may read all of the file."""

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index` (from 0), so far; looks no further than that."""

    def delay_ns(self, index: int) -> int | None:
        """The delay of a frame that there is, as stored, in nanoseconds; looks no further than that."""


class Decoder(ImageFacts, Protocol):
    """Composes the frames of one image, one after the other. Only the decoder knows which one it composed last.

    Not thread-safe: one thread at a time uses it, but for what says "any thread". ``copy.copy`` makes another decoder
    of the same image, for another thread, which has composed nothing. Every way in which data can be wrong is an
    ImageFormatError; after one the decoder can be used further.
    """

    can_resume: bool
    """Whether `resume` can be called."""

    def reference(self, index: int) -> int | None:
        """The frame to compose, or to resume from, before frame `index`; None if that can be composed at once."""

    def resume(self, index: int, pixels: Buffer) -> None:
        """Go on from frame `index`, some frame's reference, of these `pixels`, which are kept and must not change."""

    def compose(self, index: int) -> None:
        """Compose frame `index`, of which `reference` gives None. The same again is free."""

    def pixels(self) -> memoryview:
        """The frame composed last: width × height × 4 bytes, RGBA, straight alpha, read-only.

        It is the memory that the frame was composed in, and is not written to again as long as anybody refers to it.
        """

    def cost(self, index: int) -> int:
        """How long composing frame `index` takes, its reference being there, in bytes that are copied meanwhile.

        Any thread.
        """

    def purge(self) -> None:
        """Give up all memory that can be had again. What was composed last has to be composed anew."""

    def close(self) -> None:
        """Let go of data and buffers. Nothing else may be called afterwards."""


@runtime_checkable
class EditLog(Protocol):
    """A decoder that can record what each frame changes, so that the frame before it is had without decoding."""

    @property
    def log_bytes(self) -> int:
        """How many bytes are recorded."""

    def keep_log(self, nbytes: int) -> None:
        """Record in so many bytes at the most what frames change that are composed from now on. 0: forget all."""

    def log_reach(self, frame_count: int, room: int) -> int:
        """How many of `frame_count` frames `room` bytes lead back over, about; 0 where to copy whole frames is as good.

        All of them if no frame needs another.
        """

    def path_back(self, index: int, held: Container[int], most: int) -> tuple[int | None, Sequence[int]] | None:
        """The frames to compose for frame `index` from a later one, at most `most` away; None if that cannot be done.

        Before them comes the frame to resume from, which is `held`, or None: the decoder stands there.
        """


@runtime_checkable
class Prefetching(Protocol):
    """A decoder that can decode the parts of coming frames on other threads, while one is being composed."""

    def announce(self, indices: Sequence[int]) -> None:
        """These frames will be composed next, in this order, and no others of those announced before."""
