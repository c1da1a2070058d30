"""An animated image in a window of AppKit: python appkit_view.py [FILE] [--seconds S] [--screenshot FILE.png]"""

import argparse
import contextlib
import os
import time
from pathlib import Path

import AppKit
import objc

from sddisplaylink.views.appkit import AnimatedImageView


def open_window(view: AnimatedImageView) -> AppKit.NSWindow:
    """A window as large as the image."""
    style = AppKit.NSWindowStyleMaskTitled | AppKit.NSWindowStyleMaskClosable | AppKit.NSWindowStyleMaskResizable
    window = AppKit.NSWindow.alloc().initWithContentRect_styleMask_backing_defer_(
        ((0, 0), view.intrinsicContentSize()), style, AppKit.NSBackingStoreBuffered, False
    )
    window.setReleasedWhenClosed_(False)
    window.setContentView_(view)
    window.makeKeyAndOrderFront_(None)
    return window


def run(application: AppKit.NSApplication, seconds: float) -> None:
    """One event, or frames of the view's for a while. In a pool, which only `NSApplication.run()` makes itself."""
    next_event = application.nextEventMatchingMask_untilDate_inMode_dequeue_
    with objc.autorelease_pool():
        date = AppKit.NSDate.dateWithTimeIntervalSinceNow_(seconds)
        if event := next_event(AppKit.NSEventMaskAny, date, AppKit.NSDefaultRunLoopMode, True):
            application.sendEvent_(event)


def main() -> None:
    """Play until the window is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default=Path(__file__).parent / "ball.gif")
    parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "inf"))
    parser.add_argument("--screenshot")  # of the last frame that was shown
    options = parser.parse_args()
    application, end = AppKit.NSApplication.sharedApplication(), time.monotonic() + options.seconds
    application.setActivationPolicy_(AppKit.NSApplicationActivationPolicyRegular)
    view = AnimatedImageView.of(options.file)
    window = open_window(view)
    application.finishLaunching()
    with contextlib.suppress(KeyboardInterrupt):
        while (window.isVisible() or window.isMiniaturized() or application.isHidden()) and time.monotonic() < end:
            run(application, min(0.1, max(0.0, end - time.monotonic())))
    if options.screenshot and (shown := view.player.current_frame):
        shown.image.save(options.screenshot)
    print(f"{view.player.stats.shown} frames shown")
    window.close()
    view.close()


if __name__ == "__main__":
    main()
