"""See objc.pyi. Both are missing before macOS 14."""

AXAnimatedImagesEnabledDidChangeNotification: str

def AXAnimatedImagesEnabled() -> bool: ...
