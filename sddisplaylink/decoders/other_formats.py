"""Opens files of formats other than GIF and PNG."""

from __future__ import annotations

from sddisplaylink.decoders.composition.composer import ComposingDecoder
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.painter import PillowPainter
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.decoders.webp.index import is_animated_webp
from sddisplaylink.decoders.webp.reader import WebpReader

__all__ = ["open_other"]

_WEBP_HEADER = 30  # bytes that tell whether there is an animation


def open_other(data: FileData, limits: Limits, *, to_srgb: bool) -> Decoder:
    """The decoder for the format of `data`; `to_srgb`: whether colours of ink are brought to sRGB by their profile.

    ImageFormatError: no image, no whole frame, or over a limit."""
    if is_animated_webp(data[:_WEBP_HEADER]):
        return _webp_decoder(data, limits)
    return SequenceDecoder(data.whole(), limits, to_srgb=to_srgb)


def _webp_decoder(data: FileData, limits: Limits) -> ComposingDecoder:
    """ImageFormatError: no frame that can be decoded, or over a limit."""
    reader = WebpReader(data, limits)
    decoder = ComposingDecoder(reader, PillowPainter(reader))
    decoder.compose(0)
    return decoder
