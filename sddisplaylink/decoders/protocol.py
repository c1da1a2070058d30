"""The protocols of decoders, all that other packages know of them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from sddisplaylink.decoders.appearance import AS_STORED, Appearance

__all__ = ["NEVER_CHEAP", "Buffer", "Decoder", "EditLog", "ImageFacts", "ImageInfo", "Prefetching"]

Buffer = bytes | bytearray | memoryview
NEVER_CHEAP = 1 << 40
"""The cost of a frame that is not known, and so counts as slow."""


class ImageInfo(NamedTuple):
    """Facts about an image that its container holds, known without decoding."""

    format: str
    """Pillow's name of the format, such as ``"GIF"``."""
    size: tuple[int, int]
    """(width, height) of every composed frame in pixels."""
    delays_ns: tuple[int | None, ...]
    """Delay of each frame as stored, in nanoseconds; None if the file has none for the frame. Never empty."""
    loop_count: int
    """How often the animation is played; 0 = for ever."""
    truncated: bool
    """True if data is missing or broken after the last whole frame."""
    appearance: Appearance = AS_STORED
    """Which side is up, and what the colours mean."""


class ImageFacts(Protocol):
    """Facts about an image that are known without composing it."""

    @property
    def format(self) -> str:
        """Pillow's name of the format."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of every frame in pixels."""

    @property
    def info(self) -> ImageInfo:
        """All facts in the container; the first use may read the whole file."""

    @property
    def loop_count(self) -> int:
        """How often the animation is played, 0 = for ever, as far as that is known; may read all of the file."""

    def has_frame(self, index: int) -> bool:
        """True if a frame `index` (from 0) is known so far; reads no further than that frame."""

    def delay_ns(self, index: int) -> int | None:
        """The stored delay of an existing frame in nanoseconds; reads no further than that frame."""


class Decoder(ImageFacts, Protocol):
    """Composes the frames of one image, one after the other. Only the decoder knows which one it composed last.

    Not thread-safe: one thread at a time uses a decoder, except methods marked "any thread". ``copy.copy`` makes
    another decoder of the same image, for another thread, which has composed nothing yet. All errors in the data are
    raised as ImageFormatError, after which the decoder can still be used.
    """

    can_resume: bool
    """Whether `resume` can be called."""

    def reference(self, index: int) -> int | None:
        """The frame to compose, or to resume from, before frame `index`; None if `index` can be composed next."""

    def resume(self, index: int, pixels: Buffer) -> None:
        """Continue from frame `index`, the reference of another one, whose `pixels` are kept and must not change."""

    def compose(self, index: int) -> None:
        """Compose frame `index`, for which `reference` returns None. Free if it was composed last."""

    def pixels(self) -> memoryview:
        """The frame composed last: width × height × 4 bytes, RGBA, straight alpha, read-only.

        This is the memory that the frame was composed in; it is not written to again while a reference to it exists.
        """

    def cost(self, index: int) -> int:
        """The time to compose frame `index` after its reference, measured in bytes that could be copied meanwhile.

        Any thread.
        """

    def purge(self) -> None:
        """Release all memory that is not needed now. The last frame then has to be composed again."""

    def close(self) -> None:
        """Release data and buffers. No other method may be called afterwards."""


@runtime_checkable
class EditLog(Protocol):
    """A decoder that can record what each frame changes, so that stepping back needs no decoding."""

    @property
    def log_bytes(self) -> int:
        """The number of bytes recorded."""

    def keep_log(self, nbytes: int) -> None:
        """Record the changes of frames that are composed from now on, in at most `nbytes` bytes. 0: discard the log."""

    def log_reach(self, frame_count: int, room: int) -> int:
        """About how many of `frame_count` frames can be undone with `room` bytes; 0 if copying whole frames is as fast.

        All of them if no frame needs another.
        """

    def path_back(self, index: int, held: Container[int], most: int) -> tuple[int | None, Sequence[int]] | None:
        """The frames to compose for frame `index` by undoing a later one, at most `most` away; None if there is none.

        Returns the `held` frame to resume from, or None for the decoder's current frame, and these frames.
        """


@runtime_checkable
class Prefetching(Protocol):
    """A decoder that can decode regions of upcoming frames on other threads, while it composes one."""

    def set_upcoming(self, indices: Sequence[int]) -> None:
        """Say that these frames will be composed next, in this order; replaces the frames of the last call."""
