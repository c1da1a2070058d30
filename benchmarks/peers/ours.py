"""This library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

import sddisplaylink as sd
from benchmarks.peers.peer import Peer, Pixels
from sddisplaylink.decoders.data.file import open_input
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder

__all__ = ["Ours", "OursWithPillow"]


class Ours(Peer):
    """The public API; in place, the decoder under it, which is what a player drives."""

    name = "sddisplaylink"
    distribution = "sddisplaylink"
    decoder: ClassVar[Literal["auto", "pillow"]] = "auto"

    @property
    def version(self) -> str:
        return sd.__version__  # also of a source tree that is not installed

    def frames(self, path: Path) -> Iterator[Pixels]:
        with sd.AnimatedImage.open(path, decoder=self.decoder) as image:
            yield from image

    def in_place(self, path: Path) -> Iterator[None]:
        data, _ = open_input(path)
        decoder = open_decoder(data, Limits.of(None, None), native=self.decoder == "auto")
        for index in range(len(decoder.info.delays_ns)):
            decoder.compose(index)
            yield
        decoder.close()
        data.close()

    def durations(self, path: Path) -> Sequence[float]:
        with sd.AnimatedImage.open(path, decoder=self.decoder) as image:
            return image.durations

    def pick(self, path: Path, indices: Sequence[int]) -> Iterator[Pixels]:
        with sd.AnimatedImage.open(path, decoder=self.decoder) as image:
            yield from map(image.frame, indices)

    def rgba(self, picture: Pixels) -> bytes:
        return bytes(picture.rgba)


class OursWithPillow(Ours):
    """Without the native accelerator."""

    name = "sddisplaylink, decoder=pillow"
    decoder = "pillow"
