"""Goes to a frame as a pool does."""

from __future__ import annotations


def get(decoder, index, held=()):
    """The pixels of frame `index`, by the shortest way."""
    way = decoder.way(index, held)
    if way.resume is not None:
        decoder.resume(way.resume, held[way.resume])
    for at in way.frames:
        decoder.compose(at)
    return decoder.pixels()
