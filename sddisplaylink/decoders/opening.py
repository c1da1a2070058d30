"""Finds the decoder for the bytes of a file."""

from __future__ import annotations

from sddisplaylink.decoders.appearance import IN_BROWSERS, Presentation
from sddisplaylink.decoders.colour.painter import ColourPainter
from sddisplaylink.decoders.composition.composer import ComposingDecoder
from sddisplaylink.decoders.data.file import FileData, ImageInput
from sddisplaylink.decoders.data.incoming import IncomingData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.gif import reader as gif
from sddisplaylink.decoders.gif.painter import NativeGifPainter, PillowGifPainter
from sddisplaylink.decoders.other_formats import open_other
from sddisplaylink.decoders.pillow.painter import PillowPainter
from sddisplaylink.decoders.png import reader as apng
from sddisplaylink.decoders.png.painter import NativePngPainter
from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.decoders.regions import Painter
from sddisplaylink.decoders.shown import presented, wanted_colours
from sddisplaylink.errors import ImageFormatError

__all__ = ["ImageInput", "IncrementalDecoder", "open_decoder"]

_GIF_HEADER, _PNG_HEADER = 13, 33  # bytes that a scanner needs at first


def open_decoder(
    data: FileData, limits: Limits, *, native: bool = True, presentation: Presentation = IN_BROWSERS
) -> Decoder:
    """The decoder for the format of `data`; `native`: with the native kernels if the format has any, else with Pillow.

    ImageFormatError: no image, no whole frame, or over a limit.
    """
    if not data.size:
        raise ImageFormatError("the file is empty")
    reader = _container_reader(data, limits)
    if reader is not None:
        return _composing_decoder(reader, native, presentation)
    decoder = open_other(data, limits, to_srgb=presentation.to_srgb)
    said = decoder.info.appearance
    return presented(decoder, said, presentation, wanted_colours(said, presentation))


class IncrementalDecoder:
    """Finds the decoder for data that is still coming in, and counts its frames. Not thread-safe."""

    def __init__(
        self, data: IncomingData, limits: Limits, *, native: bool = True, presentation: Presentation = IN_BROWSERS
    ) -> None:
        """As for `open_decoder`."""
        self._data = data
        self._limits = limits
        self._native = native
        self._presentation = presentation
        self._reader: gif.GifReader | apng.PngReader | None = None
        self._decoder: Decoder | None = None

    def find_decoder(self) -> Decoder | None:
        """The decoder, once there is a frame; None before that.

        ImageFormatError as soon as it is certain that none will come.

        Files other than GIF and PNG are not looked at before their end.
        """
        if self._decoder is None:
            self._decoder = self._begun()
        return self._decoder

    def count(self, known: int) -> int:
        """The number of frames so far, of which `known` have been counted already. ImageFormatError: too many."""
        while self._decoder is not None and self._decoder.has_frame(known):
            known += 1
        return known

    @property
    def has_ended(self) -> bool:
        """Whether no more frames will come."""
        return not self._data.is_growing or (self._reader is not None and self._reader.index.ended)

    def _begun(self) -> Decoder | None:
        if not self._data.is_growing:
            return open_decoder(self._data, self._limits, native=self._native, presentation=self._presentation)
        if self._reader is None and self._data.size >= self._header():
            self._reader = _container_reader(self._data, self._limits)
        if self._reader is None or not (self._reader.has_frame(0) or self._reader.index.ended):
            return None
        return _composing_decoder(self._reader, self._native, self._presentation)

    def _header(self) -> int:
        return _PNG_HEADER if self._data.startswith(apng.SIGNATURE) else _GIF_HEADER


def _container_reader(data: FileData, limits: Limits) -> gif.GifReader | apng.PngReader | None:
    """The reader of a GIF or PNG file; None for another format."""
    if data.startswith(*gif.SIGNATURES):
        return gif.GifReader(data, limits)
    if data.startswith(apng.SIGNATURE):
        return apng.PngReader(data, limits)
    return None


def _composing_decoder(reader: gif.GifReader | apng.PngReader, native: bool, presentation: Presentation) -> Decoder:
    """ImageFormatError: no whole frame, or over a limit."""
    reader.begin()
    if isinstance(reader, gif.GifReader):
        return ComposingDecoder(reader, NativeGifPainter(reader) if native else PillowGifPainter(reader))
    painter: Painter = NativePngPainter(reader) if native else PillowPainter(reader)
    colours = wanted_colours(reader.appearance, presentation)
    if colours is not None and colours.table is not None and reader.is_opaque:
        painter, colours = ColourPainter(painter, colours.table), None
    return presented(ComposingDecoder(reader, painter), reader.appearance, presentation, colours)
