"""Whether a library's pictures are right: wrong ones are reported, not timed in silence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy
from numpy.typing import NDArray

import sddisplaylink as sd
from benchmarks.peers import Peer
from benchmarks.samples import Sample

__all__ = ["complaint"]

_COMPARED = 8  # frames of a file


def complaint(peer: Peer, sample: Sample) -> str:
    """What is wrong with the frames of `peer`; empty if they are those of this library, which are a browser's.

    Right is no channel that differs by more than 1 after premultiplying by alpha.
    """
    try:
        compared = _evenly(sample.frame_count)
        references = _references(sample.path, compared)
        for index, picture, right in zip(compared, _pictures(peer, sample, compared), references, strict=False):
            if not _alike(picture, right):
                return f"frame {index} differs"
    except Exception as error:  # a peer may raise anything
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return ""


def _evenly(count: int) -> tuple[int, ...]:
    step = max(1, count // _COMPARED)
    return tuple(sorted({*range(0, count, step), count - 1}))


def _pictures(peer: Peer, sample: Sample, indices: tuple[int, ...]) -> Iterator[bytes]:
    """Compares frames in playing order, the only one that most libraries support."""
    position, frames = 0, peer.frames(sample.path)
    for index in indices:
        picture = next(islice(frames, index - position, None), None)
        if picture is None:
            raise EOFError(f"it ends before frame {index}")
        yield peer.rgba(picture)
        position = index + 1


@lru_cache(1)
def _references(path: Path, indices: tuple[int, ...]) -> list[bytes]:
    with sd.AnimatedImage.open(path) as image:
        return [bytes(image.frame(index).rgba) for index in indices]


def _alike(a: bytes, b: bytes) -> bool:
    if a == b:
        return True
    return len(a) == len(b) and bool((numpy.abs(_premultiplied(a) - _premultiplied(b)) <= 1).all())


def _premultiplied(pixels: bytes) -> NDArray[numpy.int32]:
    rgba = numpy.frombuffer(pixels, numpy.uint8).reshape(-1, 4).astype(numpy.int32)
    rgba[:, :3] = (rgba[:, :3] * rgba[:, 3:] + 127) // 255
    return rgba
