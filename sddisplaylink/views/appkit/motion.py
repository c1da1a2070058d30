"""The user's settings for animation, and notifications of their changes."""

from __future__ import annotations

from typing import Any

from sddisplaylink.views.appkit.frameworks import Accessibility, AppKit


def is_wanted() -> bool:
    """False with Reduce Motion on, or with Animated Images (macOS 14 and later) off."""
    animated_images_enabled = getattr(Accessibility, "AXAnimatedImagesEnabled", None)
    if animated_images_enabled is not None and not animated_images_enabled():
        return False
    return not AppKit.NSWorkspace.sharedWorkspace().accessibilityDisplayShouldReduceMotion()


def observe(observer: Any, selector: str) -> None:
    """Send `observer`, which is not retained, that message on the main thread when the settings may have changed."""
    for centre, name in _notifications():
        centre.addObserver_selector_name_object_(observer, selector, name, None)


def ignore(observer: Any) -> None:
    """Send the observer no more messages."""
    for centre, name in _notifications():
        centre.removeObserver_name_object_(observer, name, None)


def _notifications() -> list[tuple[Any, str]]:
    reduce_motion = AppKit.NSWorkspaceAccessibilityDisplayOptionsDidChangeNotification
    found = [(AppKit.NSWorkspace.sharedWorkspace().notificationCenter(), reduce_motion)]
    animated_images = getattr(Accessibility, "AXAnimatedImagesEnabledDidChangeNotification", None)
    if animated_images is not None:
        found.append((AppKit.NSNotificationCenter.defaultCenter(), animated_images))
    return found
