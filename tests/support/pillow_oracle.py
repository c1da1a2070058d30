"""Frames composed by Pillow alone, step by step from the first one: what the composer is compared with."""

from __future__ import annotations

import numpy
from PIL import Image

from sddisplaylink.decoders.pillow.rgba import to_rgba
from sddisplaylink.decoders.regions import Blend, Disposal


def frames_by_pillow(source):
    """Every frame of a ContainerReader as (height, width, 4)."""
    canvas = Image.new("RGBA", source.size)
    for index in range(len(source.info.delays_ns)):
        region = source.region(index)
        box = (region.x, region.y, region.x + region.width, region.y + region.height)
        before = canvas.copy()
        if region.width and region.height:
            draw(canvas, region, to_rgba(source.picture(index)))
        yield numpy.array(canvas)
        if region.disposal is Disposal.BACKGROUND:
            canvas.paste((0, 0, 0, 0), box)
        elif region.disposal is Disposal.PREVIOUS:
            canvas = before


def draw(canvas, region, picture):
    if region.blend is Blend.MASK:
        canvas.paste(picture, (region.x, region.y), picture)
    elif region.blend is Blend.OVER:
        under = canvas.crop((region.x, region.y, region.x + region.width, region.y + region.height))
        canvas.paste(Image.alpha_composite(under, picture), (region.x, region.y))
    else:
        canvas.paste(picture, (region.x, region.y))


def difference(first, second):
    """The largest of any channel, after premultiplication: nearly transparent colours may be rounded either way."""
    return numpy.abs(premultiplied(first) - premultiplied(second)).max()


def premultiplied(pixels):
    values = pixels.astype(numpy.float64)
    values[..., :3] *= values[..., 3:] / 255
    return values
