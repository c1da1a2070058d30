"""The stand-in for PyObjC, and a view of four frames in a window of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sddisplaylink as sd
from support.appkit_support import four_frames, open_window, stand_in


@pytest.fixture
def appkit() -> Iterator[Any]:
    """The stand-in's modules, and the view's package."""
    with stand_in() as modules:
        yield modules
        assert modules.bridge.thrown == []


@pytest.fixture
def window(appkit: Any) -> Any:
    return open_window(appkit)


@pytest.fixture
def view(appkit: Any, clock: sd.ManualClock, window: Any) -> Iterator[Any]:
    """In a window, playing four frames of 50 ms for ever."""
    made = appkit.views.AnimatedImageView.of(four_frames(), clock=clock)
    window.setContentView_(made)
    yield made
    made.close()
