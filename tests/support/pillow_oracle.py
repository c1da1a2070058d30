"""Frames composed by Pillow alone, step by step from the first one: what the composer is compared with."""

from __future__ import annotations

import numpy
from PIL import Image

from sddisplaylink.decoders.pillow.rgba import to_rgba
from sddisplaylink.decoders.tiles import Blend, Disposal


def frames_by_pillow(source):
    """Every frame of a TileSource as (height, width, 4)."""
    canvas = Image.new("RGBA", source.size)
    for index in range(len(source.info.delays_ns)):
        tile = source.tile(index)
        box = (tile.x, tile.y, tile.x + tile.width, tile.y + tile.height)
        before = canvas.copy()
        if tile.width and tile.height:
            draw(canvas, tile, to_rgba(source.picture(index)))
        yield numpy.array(canvas)
        if tile.disposal is Disposal.BACKGROUND:
            canvas.paste((0, 0, 0, 0), box)
        elif tile.disposal is Disposal.PREVIOUS:
            canvas = before


def draw(canvas, tile, picture):
    if tile.blend is Blend.MASK:
        canvas.paste(picture, (tile.x, tile.y), picture)
    elif tile.blend is Blend.OVER:
        under = canvas.crop((tile.x, tile.y, tile.x + tile.width, tile.y + tile.height))
        canvas.paste(Image.alpha_composite(under, picture), (tile.x, tile.y))
    else:
        canvas.paste(picture, (tile.x, tile.y))


def difference(first, second):
    """The largest of any channel, after premultiplication: nearly transparent colours may be rounded either way."""
    return numpy.abs(premultiplied(first) - premultiplied(second)).max()


def premultiplied(pixels):
    values = pixels.astype(numpy.float64)
    values[..., :3] *= values[..., 3:] / 255
    return values
