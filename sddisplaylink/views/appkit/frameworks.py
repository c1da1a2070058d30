"""The system's frameworks as PyObjC wraps them."""

from __future__ import annotations

from types import ModuleType

from sddisplaylink.errors import SDDisplayLinkError, how_to_install


class AppKitMissingError(SDDisplayLinkError, ImportError):
    """PyObjC, which this view needs, is not installed."""


try:
    import AppKit
    import CoreFoundation
    import objc
    import Quartz
except ImportError as error:
    raise AppKitMissingError(f"this view needs macOS and PyObjC ({error}): {how_to_install('appkit')}") from error

Accessibility: ModuleType | None
try:
    import Accessibility
except ImportError:  # before macOS 11, or not installed
    Accessibility = None

__all__ = ["Accessibility", "AppKit", "AppKitMissingError", "CoreFoundation", "Quartz", "objc"]
