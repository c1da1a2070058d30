"""zlib streams: libdeflate and zlib are of one mind."""

from __future__ import annotations

import random
import zlib

import pytest

from images import PngPicture, build_apng
from sddisplaylink.decoders import inflate
from sddisplaylink.decoders.inflate import inflated
from sddisplaylink.image import AnimatedImage

DATA = random.Random(1).randbytes(3000) + bytes(9000)
STREAM = zlib.compress(DATA)


@pytest.fixture(params=["libdeflate", "zlib"])
def inflater(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setattr(inflate, "_deflate", None)
    else:
        pytest.importorskip("deflate")


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("level", [0, 1, 9])
def test_exactly_the_bytes_expected(level):
    assert inflated(zlib.compress(DATA, level), len(DATA)) == DATA
    assert inflated(STREAM + b"more", len(DATA)) == DATA


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("size", [1, len(DATA) - 1, len(DATA) + 1, 1 << 20])
def test_more_or_fewer_are_refused(size):
    assert inflated(STREAM, size) is None


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("stream", [b"", b"x", STREAM[:-1], STREAM[:100], STREAM[:-1] + b"\0", b"\0" + STREAM])
def test_damaged_streams_are_refused(stream):
    assert inflated(stream, len(DATA)) is None


@pytest.mark.usefixtures("inflater")
def test_frames_in_pieces():
    data = build_apng([PngPicture(pieces=3), PngPicture(fill=(1, 2, 3, 255), pieces=5)])
    assert AnimatedImage.open(data).frame(1).rgba[0, 0, 1] == 2
