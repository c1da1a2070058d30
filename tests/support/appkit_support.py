"""Programs that use AppKit, run against the stand-in of tests/fakes/appkit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from support.images import GifPicture, build_gif

SIZE = (12, 8)
FAKES = Path(__file__).parents[1] / "fakes" / "appkit"
_NAMES = {"AppKit", "CoreFoundation", "Quartz", "objc", "Accessibility", "bridge"}


@contextmanager
def stand_in() -> Iterator[Any]:
    """The stand-in's modules, and the view's package. Afterwards there is no trace of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FAKES))
        try:
            yield _import_all()
        finally:
            for name in list(sys.modules):
                if name in _NAMES or name.startswith("sddisplaylink.views.appkit"):
                    del sys.modules[name]
            views = sys.modules.get("sddisplaylink.views")
            if hasattr(views, "appkit"):
                delattr(views, "appkit")


def _import_all() -> SimpleNamespace:
    import AppKit
    import bridge
    import CoreFoundation
    import objc
    import Quartz

    from sddisplaylink.views import appkit

    try:
        import Accessibility
    except ImportError:
        Accessibility = None  # type: ignore[assignment] # noqa: N806
    return SimpleNamespace(
        ax=Accessibility, kit=AppKit, bridge=bridge, cf=CoreFoundation, objc=objc, quartz=Quartz, views=appkit
    )


def open_window(appkit: Any) -> Any:
    """A window of the stand-in that can be seen."""
    frame = ((0, 0), (64, 64))
    opened = appkit.kit.NSWindow.alloc().initWithContentRect_styleMask_backing_defer_(frame, 15, 2, False)
    opened.makeKeyAndOrderFront_(None)
    return opened


def four_frames(loop: int | None = 0) -> bytes:
    """A GIF of `SIZE`, 50 ms each."""
    pictures = [GifPicture(*SIZE, fill=number, delay=5, transparent=9) for number in (1, 2, 3, 4)]
    pictures[1].pixels = bytes([9, 2] * (SIZE[0] * SIZE[1] // 2))
    pictures[0].disposal = 2  # so that frame 1 is half transparent
    return build_gif(pictures, size=SIZE, loop=loop)
