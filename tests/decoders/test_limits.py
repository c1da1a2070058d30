"""How many pixels and frames an image may have."""

from __future__ import annotations

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.data import limits
from support.images import GifPicture, PngPicture, build_apng, build_gif

GIF = build_gif([GifPicture(fill=at) for at in range(50)])
APNG = build_apng([PngPicture() for _ in range(50)])


@pytest.mark.parametrize("data", [GIF, APNG])
@pytest.mark.parametrize("decoder", ["auto", "pillow"])
def test_max_frames_is_checked_when_the_file_is_opened(data, decoder):
    assert sd.AnimatedImage.open(data, decoder=decoder, max_frames=50).frame_count == 50
    for most in (1, 40, 49):
        with pytest.raises(sd.ImageFormatError, match=f"more frames than the limit of {most}"):
            sd.AnimatedImage.open(data, decoder=decoder, max_frames=most)


def test_max_frames_of_other_formats(tmp_path):
    from PIL import Image

    path = tmp_path / "pages.tiff"
    pages = [Image.new("L", (4, 3), at) for at in range(3)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert sd.AnimatedImage.open(path, max_frames=3).frame_count == 3
    with pytest.raises(sd.ImageFormatError, match="limit of 2"):
        sd.AnimatedImage.open(path, max_frames=2)


def test_the_default_is_found_out_when_the_frames_are_counted(monkeypatch):
    monkeypatch.setattr(limits, "_FRAMES", 40)
    image = sd.AnimatedImage.open(GIF)
    assert image.frame(0).index == 0
    with pytest.raises(sd.ImageFormatError, match="limit of 40"):
        _ = image.frame_count


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError)])
@pytest.mark.parametrize("name", ["max_frames", "max_pixels"])
def test_senseless_limits(name, value, error):
    with pytest.raises(error, match=name):
        sd.AnimatedImage.open(GIF, **{name: value})


def test_a_screen_far_larger_than_the_first_frame_is_absurd():
    data = build_gif([GifPicture(100, 100)], size=(33_000, 300))
    with pytest.raises(sd.ImageFormatError, match="33000x300 pixels are absurd"):
        sd.AnimatedImage.open(data)
    assert sd.AnimatedImage.open(data, max_pixels=10_000_000).frame(0).size == (33_000, 300)
    assert sd.AnimatedImage.open(build_gif([GifPicture(500, 300)], size=(2000, 1000))).size == (2000, 1000)
