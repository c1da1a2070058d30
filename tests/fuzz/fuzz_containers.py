"""Reads the containers of other formats than GIF out of whatever libFuzzer thinks up, without decoding anything.

Nothing but ImageFormatError may come out, and no frames that the file cannot hold. Needs atheris;
`tests/fuzz/run SECONDS containers` starts it.
"""

from __future__ import annotations

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["sddisplaylink"]):
    from sddisplaylink.decoders.appearance import orientation_of
    from sddisplaylink.decoders.avif.colour import avif_colours
    from sddisplaylink.decoders.avif.sequence import is_avif, read_avif, with_known_brand
    from sddisplaylink.decoders.colour.management import ink_transform
    from sddisplaylink.decoders.colour.transform import colours_of
    from sddisplaylink.decoders.data.file import FileData
    from sddisplaylink.decoders.data.limits import Limits
    from sddisplaylink.decoders.pillow.flic import is_flic, read_flic
    from sddisplaylink.decoders.png.appearance import png_appearance
    from sddisplaylink.decoders.webp.index import is_animated_webp, read_webp
    from sddisplaylink.errors import ImageFormatError

LIMITS = Limits(1 << 14, frames=10_000)


def test_one_input(data: bytes) -> None:
    """Every reader that would be asked about such a file."""
    with contextlib.suppress(ImageFormatError):
        if is_avif(data):
            check_avif(data)
        elif is_animated_webp(data):
            index = read_webp(data, LIMITS)
            assert 0 < len(index.frames) <= len(data)
            assert all(0 <= begin < end <= len(data) for begin, end in (frame.picture for frame in index.frames))
        elif is_flic(data):
            check_flic(data)
        elif data.startswith(b"\x89PNG"):
            appearance = png_appearance(FileData(data), len(data), is_grey=len(data) % 2 == 0)
            assert 1 <= appearance.orientation <= 8
        else:
            assert 1 <= orientation_of(data) <= 8
            colours_of(data, float(len(data)))
            ink_transform(data)


def check_flic(data: bytes) -> None:
    container = read_flic(data, LIMITS)
    if container is not None:
        count = len(container.delays_ns)
        assert 0 < count <= len(data)
        for index in {0, count // 2, count - 1}:
            if index in container.keys:
                piece, end = container.since(index)
                assert index < end <= count
                assert len(piece) <= len(container.data)


def check_avif(data: bytes) -> None:
    assert len(with_known_brand(data)) == len(data)
    for is_sequence in (False, True):
        avif_colours(data, is_sequence=is_sequence)
    container = read_avif(data, LIMITS)
    if container is not None:
        count = len(container.delays_ns)
        assert 0 < count <= len(data)
        assert container.loop_count >= 0
        if container.truncated:  # what has been made of it says the same, and is whole
            again = read_avif(container.data, LIMITS)
            assert again is None or len(again.delays_ns) >= 1


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
