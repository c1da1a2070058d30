"""Animated images in AppKit, through PyObjC: ``python -m pip install '.[appkit]'``.

Everything here belongs to the main thread, and so do all callbacks. It has only been run with a fake PyObjC, not yet on
a Mac.
"""

from __future__ import annotations

from sddisplaylink.views.appkit.dispatcher import RunLoopDispatcher
from sddisplaylink.views.appkit.frameworks import AppKitMissingError
from sddisplaylink.views.appkit.view import AnimatedImageView

__all__ = ["AnimatedImageView", "AppKitMissingError", "RunLoopDispatcher"]
