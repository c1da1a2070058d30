"""What notebooks are given to show an image."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
from PIL import Image

import sddisplaylink as sd


def saved_as(image_format: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(buffer, image_format)
    return buffer.getvalue()


@pytest.mark.parametrize("make", ["make_gif", "make_apng"])
def test_the_file_itself(make: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(make)([50, 50])
    with sd.AnimatedImage.open(data) as image:
        bundle = image._repr_mimebundle_()
        assert bundle.pop("text/plain") == repr(image)
    [(kind, encoded)] = bundle.items()
    assert kind == {"make_gif": "image/gif", "make_apng": "image/png"}[make]
    assert base64.b64decode(encoded, validate=True) == data


@pytest.mark.parametrize(
    ("image_format", "kind"), [("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("BMP", "image/bmp")]
)
def test_other_formats_that_browsers_show(image_format: str, kind: str) -> None:
    data = saved_as(image_format)
    with sd.AnimatedImage.open(data) as image:
        assert base64.b64decode(image._repr_mimebundle_()[kind]) == data


def test_formats_that_browsers_do_not_show_are_text() -> None:
    with sd.AnimatedImage.open(saved_as("TIFF")) as image:
        assert list(image._repr_mimebundle_()) == ["text/plain"]


def test_include_and_exclude(make_gif: Callable[..., bytes]) -> None:
    with sd.AnimatedImage.open(make_gif([50, 50])) as image:
        assert list(image._repr_mimebundle_(include=["image/gif", "text/html"])) == ["image/gif"]
        assert list(image._repr_mimebundle_(exclude={"image/gif"})) == ["text/plain"]


def test_a_closed_image_is_text(make_gif: Callable[..., bytes]) -> None:
    image = sd.AnimatedImage.open(make_gif([50, 50]))
    image.close()
    assert image._repr_mimebundle_() == {"text/plain": repr(image)}


@pytest.mark.extended
def test_ipython_formats_it(make_gif: Callable[..., bytes]) -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    data = make_gif([50, 50])
    with sd.AnimatedImage.open(data) as image:
        found, _ = formatters.DisplayFormatter().format(image)
    assert found["image/gif"] == base64.b64encode(data).decode()
    assert found["text/plain"].startswith("<AnimatedImage")
