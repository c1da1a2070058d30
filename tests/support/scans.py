"""The library's indices of GIF and PNG files, in the shape that the oracles give."""

from __future__ import annotations

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.gif.index import GifIndex
from sddisplaylink.decoders.png.index import PngIndex
from sddisplaylink.decoders.regions import Blend, Disposal
from support import gif_oracle, png_oracle


def scan_gif(data):
    """What gif_oracle.scan_gif() gives, by GifIndex."""
    index = GifIndex(FileData(data), Limits(None))
    index.read_all()
    frames = tuple(gif_frame(index.frame(at)) for at in range(index.count))
    for at, delay in enumerate(index.delays()):
        assert (-1 if frames[at].delay_ns is None else frames[at].delay_ns) == delay
    state = index.state
    repetitions = None if state.repetitions < 0 else state.repetitions
    found = gif_oracle.GifIndex((state.width, state.height), colours(state), frames, repetitions, index.truncated)
    assert index.loop_count == found.loop_count
    return found


def gif_frame(frame):
    return gif_oracle.GifFrame(
        frame.x,
        frame.y,
        frame.width,
        frame.height,
        None if frame.delay < 0 else frame.delay * 10_000_000,
        Disposal(frame.disposal),
        None if frame.transparent < 0 else frame.transparent,
        bool(frame.interlaced),
        colours(frame),
        (frame.begin - 1, frame.end),
    )


def colours(owner):
    return (owner.palette, owner.palette + 3 * owner.palette_entries) if owner.palette_entries else None


def scan_png(data, capacity=None):
    """What png_oracle.scan_png() gives, by PngIndex; a last frame that is in doubt counts."""
    asked = []

    def is_whole(index, number):
        asked.append(number)
        return True

    index = PngIndex(FileData(data), Limits(None), is_whole)
    index.read_all()
    still = index.is_still
    delays = [None] * index.count if still else index.delays()
    frames = tuple(png_frame(index, at, delays[at]) for at in range(index.count))
    size = index.state.width, index.state.height
    rest = frames, index.loop_count, index.truncated, asked == [index.count - 1]
    return png_oracle.PngIndex(size, index.header, index.palette, index.transparency, *rest)


def png_frame(index, at, delay):
    frame, spans = index.frame(at), index.spans(at)
    how = Disposal(frame.disposal), Blend(frame.blend)
    return png_oracle.PngFrame(frame.x, frame.y, frame.width, frame.height, delay, *how, tuple(spans))
