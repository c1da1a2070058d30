"""The table "Formats" of docs/semantics.md: a file for each of its rows, and a check for each of its columns."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, features

import sddisplaylink as sd
from sddisplaylink.decoders.colour.icc import Gamma, rgb_profile
from support.avif import avif_sequence, with_plays, with_timing
from support.browser_samples import exif
from support.every_format import dcx, flic, flic_frame, flic_palette, flic_pixels, flic_same, psd, saved, tiff
from support.images import BLUE, CLEAR, GREEN, RED, GifPicture, PngPicture, build_apng, build_gif, chunk
from support.profiles import P3_PRIMARIES
from support.riff import webp_file, webp_frame, webp_picture

PROFILE = rgb_profile(P3_PRIMARIES, Gamma(1.0))
ORIENTED = b"Exif\0\0" + exif(6)
NEVER = None


@dataclass
class Row:
    """What a file of the format is expected to be."""

    data: bytes
    frames: int
    durations: tuple[float, ...]
    plays: int
    orientation: int = 1
    """Of a file whose EXIF says 6."""
    converts: bool = False
    """Whether the profile in it is heeded."""
    clear: int | None = None
    """A frame whose first pixel is transparent."""
    frames_of_a_cut: int | None = NEVER
    """Of the file without its last bytes; None = it is refused."""
    arrives: bool = False
    """Whether a first frame is there before all has come."""


def gif():
    pictures = [GifPicture(delay=4, transparent=1), GifPicture(delay=50, fill=2), GifPicture(delay=7, fill=3)]
    return Row(build_gif(pictures, loop=4), 3, (0.04, 0.5, 0.07), 5, clear=0, frames_of_a_cut=2, arrives=True)


def apng():
    pictures = [
        PngPicture(delay=(1, 30)),
        PngPicture(delay=(1, 3), fill=CLEAR),
        PngPicture(fill=(0, 100, 0, 255), delay=(9, 100)),
    ]
    data = build_apng(pictures, plays=7)
    said = chunk(b"iCCP", b"p\0\0" + zlib.compress(PROFILE)) + chunk(b"eXIf", exif(6))
    data = data[:33] + said + data[33:]
    durations = (1 / 30, 1 / 3, 0.09)
    return Row(data, 3, durations, 7, orientation=6, converts=True, clear=1, frames_of_a_cut=2, arrives=True)


def webp():
    colours = [CLEAR, RED, (0, 100, 0, 255)]
    frames = [
        webp_frame((0, 0, 4, 3), delay, 2, webp_picture(Image.new("RGBA", (4, 3), colour), lossless=True))
        for colour, delay in zip(colours, (40, 11, 5000), strict=True)
    ]
    return Row(webp_file((4, 3), 2, [3, 9], b"".join(frames)), 3, (0.04, 0.011, 5.0), 3, clear=0, frames_of_a_cut=2)


def still(kind, **options):
    file = io.BytesIO()
    Image.new("RGB", (16, 8), (200, 60, 60)).save(file, kind, icc_profile=PROFILE, exif=ORIENTED, **options)
    return file.getvalue()


def still_webp():
    data = still("WEBP", lossless=True)
    return Row(data, 1, (0.1,), 1, converts=True)


def avif():
    colours = [(200, 60, 60, 0), (0, 100, 0, 255), (0, 0, 255, 255)]
    data = avif_sequence(colours, duration=[10, 20, 30], icc_profile=PROFILE)
    data = with_plays(with_timing(data, 24, 1, 2, 5), 100, 250)
    return Row(data, 3, (1 / 24, 2 / 24, 5 / 24), 3, converts=True, clear=0, frames_of_a_cut=2)


def still_avif():
    data = still("AVIF", quality=100, subsampling="4:4:4")
    return Row(data, 1, (0.1,), 1, orientation=6, converts=True)


def jpeg():
    return Row(still("JPEG"), 1, (0.1,), 1, orientation=6, converts=True)


def mpo():
    file = io.BytesIO()
    pictures = [Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")]
    pictures[0].save(file, "MPO", save_all=True, append_images=pictures[1:], exif=ORIENTED)
    return Row(file.getvalue(), 1, (0.1,), 1, orientation=6, frames_of_a_cut=1)


def flc():
    frames = [flic_frame(flic_palette({1: colour[:3]}), flic_pixels(1)) for colour in (RED, GREEN, BLUE)]
    data = flic(*frames, flic_frame(flic_same()), announced=3, speed=70)
    data = data[: len(data) - 20]  # the one that leads back is none
    return Row(data, 3, (0.07,) * 3, 0, frames_of_a_cut=2)


def tiff_pages():
    file = io.BytesIO()
    pages = [Image.new("RGBA", (9, 7), colour) for colour in (CLEAR, RED, (0, 100, 0, 255))]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], icc_profile=PROFILE)
    return Row(file.getvalue(), 3, (0.1,) * 3, 0, converts=True, clear=0, frames_of_a_cut=2)


def pages():
    return Row(dcx(), 3, (0.1,) * 3, 0, frames_of_a_cut=2)


ROWS = {
    "GIF": [gif],
    "PNG, APNG": [apng],
    "WebP": [webp, still_webp],
    "AVIF": [avif, still_avif],
    "JPEG, MPO": [jpeg, mpo],
    "FLI, FLC": [flc],
    "TIFF": [tiff_pages, lambda: Row(tiff(0, 1, 4), 1, (0.1,), 1, frames_of_a_cut=1)],
    "DCX, IM, SPIDER": [pages],
    "PSD, ICO, ICNS, CUR, PCD": [lambda: Row(psd(layers=3), 1, (0.1,), 1)],
    "whatever else Pillow decodes": [lambda: Row(saved("QOI"), 1, (0.1,), 1)],
}
CASES = [pytest.param(make, id=f"{name} {number}") for name, makes in ROWS.items() for number, make in enumerate(makes)]

pytestmark = [
    pytest.mark.skipif("avif" not in features.get_supported(), reason="this Pillow has no AVIF"),
    pytest.mark.parametrize("decoder", ["auto", "pillow"]),
    pytest.mark.parametrize("make", CASES),
]


def test_frames_delays_and_plays(make, decoder):
    row = make()
    with sd.AnimatedImage.open(row.data, decoder=decoder) as image:
        assert (image.frame_count, image.loop_count, image.truncated) == (row.frames, row.plays, False)
        assert image.durations == pytest.approx(row.durations, abs=1e-6)


def test_orientation(make, decoder):
    row = make()
    stored = sd.AnimatedImage.open(row.data, decoder=decoder, orient=False)
    with sd.AnimatedImage.open(row.data, decoder=decoder) as image:
        assert image.orientation == row.orientation
        assert image.size == (stored.size if row.orientation < 5 else stored.size[::-1])


def test_colour(make, decoder):
    row = make()
    stored = sd.AnimatedImage.open(row.data, decoder=decoder, to_srgb=False, orient=False)
    with sd.AnimatedImage.open(row.data, decoder=decoder, orient=False) as image:
        pairs = [(bytes(image[index].rgba), bytes(stored[index].rgba)) for index in range(row.frames)]
        assert (image.colour_profile is not None) == row.converts
        assert any(shown != kept for shown, kept in pairs) == row.converts


def test_transparency(make, decoder):
    row = make()
    with sd.AnimatedImage.open(row.data, decoder=decoder) as image:
        clear = [index for index in range(row.frames) if image[index].image.getpixel((0, 0))[3] == 0]
    assert clear == ([] if row.clear is None else [row.clear])


def test_cut_off(make, decoder):
    row = make()
    cut = row.data[:-20]
    if row.frames_of_a_cut is None:
        with pytest.raises(sd.ImageFormatError):
            sd.AnimatedImage.open(cut, decoder=decoder)
        return
    whole = sd.AnimatedImage.open(row.data, decoder=decoder)
    with sd.AnimatedImage.open(cut, decoder=decoder) as image:
        assert image.frame_count == row.frames_of_a_cut
        assert image.truncated or row.frames == 1  # what is missing may be another picture than the one that is shown
        for index in range(image.frame_count):
            assert bytes(image[index].rgba) == bytes(whole[index].rgba)


def test_incremental(make, decoder):
    row = make()
    image = sd.IncrementalImage(decoder=decoder)
    image.feed(row.data[:-1])
    assert (image.frame_count > 0) == row.arrives
    image.feed(row.data[-1:])
    image.finish()
    assert image.frame_count == row.frames
    assert bytes(image[-1].rgba) == bytes(sd.AnimatedImage.open(row.data, decoder=decoder)[-1].rgba)


def test_the_rows_are_those_of_the_table(make, decoder):
    text = Path(__file__).parents[2].joinpath("docs", "semantics.md").read_text("utf-8")
    table = text.partition("\n## Formats\n")[2].partition("\n- ")[0]
    assert re.findall(r"^\| (\w[^|]*?) \|", table, re.MULTILINE) == list(ROWS)
