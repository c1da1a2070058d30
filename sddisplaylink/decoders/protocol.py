"""What the rest of the library knows of a decoder."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import NamedTuple, Protocol

__all__ = ["Buffer", "Decoder", "ImageFacts", "ImageInfo", "Way"]

Buffer = bytes | bytearray | memoryview


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


class Way(NamedTuple):
    """How to get to a frame."""

    resume: int | None
    """The held frame to hand to :meth:`Decoder.resume` first; None = go on as the decoder stands."""
    frames: tuple[int, ...]
    """What to compose then, in this order; the frame asked for is the last."""

    @property
    def leads_back(self) -> bool:
        """True if nothing is decoded on it: changes are undone."""
        return len(self.frames) > 1 and self.frames[0] > self.frames[-1]


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

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index` (from 0), so far; looks no further than that."""

    def delay_ns(self, index: int) -> int | None:
        """The delay of a frame that there is, as stored, in nanoseconds; looks no further than that."""


class Decoder(ImageFacts, Protocol):
    """Composes the frames of one image.

    Not thread-safe: one owner calls it under a lock, but for what says "any thread". Every way in which content can be
    wrong is an ImageFormatError; after one the decoder can be used further, and `way` says where to begin.
    """

    def is_base(self, index: int) -> bool:
        """True if a frame of this number can be handed to `resume`."""

    def way(self, index: int, held: Container[int] = ()) -> Way:
        """The shortest way to frame `index`: from where the decoder stands, from a held frame, or from nothing."""

    def restart(self, index: int) -> int:
        """The nearest frame at or before `index` from which on everything comes out right with nothing before it."""

    def resume(self, index: int, pixels: Buffer) -> None:
        """Go on from frame `index`, which is a base and looks like `pixels`; these are kept, and not to be changed."""

    def compose(self, index: int) -> None:
        """Compose frame `index`, the next one on a way. The same again is free."""

    @property
    def steps_back(self) -> bool:
        """True if ways can lead from a later frame to an earlier one."""

    def keep_undo(self, nbytes: int) -> None:
        """Remember, in so many bytes at the most, what is needed to go back over the frames composed from now on.

        0: forget what is remembered. A way found before is not to be taken any more.
        """

    def keep_spare(self, count: int) -> None:
        """Keep the memory of so many frames that are given up, to compose others in: fresh memory is expensive."""

    @property
    def undo_bytes(self) -> int:
        """How many are used for that."""

    def change_bytes(self, index: int) -> int:
        """How many it takes for frame `index`; for one that needs no other, 0: nothing leads back over that."""

    def pixels(self) -> memoryview:
        """The frame composed last: width × height × 4 bytes, RGBA, straight alpha, read-only.

        It is the memory that the frame was composed in, and is not written to again as long as anybody refers to it.
        """

    def prepare(self, index: int) -> None:
        """Decode ahead what `compose` will need for frame `index`, if that is possible. Any thread; never raises."""

    def worth_preparing(self, index: int) -> bool:
        """True if decoding frame `index` takes so long that it pays to do so on another thread. Any thread."""

    def is_quick(self, index: int) -> bool:
        """True if composing frame `index`, the next one on a way, takes less time than handing it to another thread.

        Any thread.
        """

    def purge(self) -> None:
        """Give up all memory that can be had again. What was composed last has to be composed anew."""

    def close(self) -> None:
        """Let go of data and buffers. Nothing else may be called afterwards."""
