"""Generated files against Chromium: size, number of frames, times, plays and every pixel.

    python -m pytest -m all tests/decoders/test_chromium.py

needs Chromium (Debian's package `chromium`). The files are the same at every run; more of them by the environment
variable SDDISPLAYLINK_BROWSER_FILES, how many of each kind.
"""

from __future__ import annotations

import os
import random

import pytest

from support.browser_comparison import differences
from support.browser_samples import MAKERS
from support.chromium import PROGRAM, Chromium
from support.requirements import unavailable

pytestmark = pytest.mark.extended

FILES = int(os.environ.get("SDDISPLAYLINK_BROWSER_FILES", "0"))


@pytest.fixture(scope="module")
def chromium():
    if PROGRAM is None:
        unavailable("there is no Chromium")
    with Chromium() as browser:
        yield browser


@pytest.mark.parametrize(("kind", "count"), [(kind, FILES or count) for kind, (count, _) in MAKERS.items()])
@pytest.mark.timeout(600)
def test_as_chromium_shows_them(chromium, kind, count):
    _, make = MAKERS[kind]
    wrong = {}
    for seed in range(count):
        sample = make(random.Random(seed))
        if said := differences(sample, chromium.show(sample.data, sample.kind)):
            wrong[seed] = sample.about, said
    assert not wrong
