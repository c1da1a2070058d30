"""A stand-in for PyObjC's ``Accessibility``, as on macOS 14 and later."""

AXAnimatedImagesEnabledDidChangeNotification = "AXAnimatedImagesEnabledDidChangeNotification"

is_enabled = True  # System Settings > Accessibility > Display > Auto-play animated images


def AXAnimatedImagesEnabled() -> bool:
    return is_enabled
