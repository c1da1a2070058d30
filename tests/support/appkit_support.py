"""Programs that use AppKit, run against the stand-in of tests/fakes/appkit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

FAKES = Path(__file__).parents[1] / "fakes" / "appkit"
_NAMES = {"AppKit", "CoreFoundation", "Quartz", "objc", "Accessibility"}


@contextmanager
def stand_in() -> Iterator[None]:
    """For its time PyObjC's modules are those of the stand-in; afterwards there is no trace of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FAKES))
        try:
            yield
        finally:
            for name in list(sys.modules):
                if name in _NAMES or name.startswith("sddisplaylink.views.appkit"):
                    del sys.modules[name]
            views = sys.modules.get("sddisplaylink.views")
            if hasattr(views, "appkit"):
                delattr(views, "appkit")
