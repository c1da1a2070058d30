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
    window.center()
    window.makeKeyAndOrderFront_(None)
    return window


def run(application: AppKit.NSApplication, seconds: float) -> None:
    """Events, and with them the view's frames, for a while.

    `NSApplication.run()` makes an autorelease pool for each event. So must a loop that takes its events itself.
    """
    with objc.autorelease_pool():
        date = AppKit.NSDate.dateWithTimeIntervalSinceNow_(seconds)
        event = application.nextEventMatchingMask_untilDate_inMode_dequeue_(
            AppKit.NSEventMaskAny, date, AppKit.NSDefaultRunLoopMode, True
        )
        if event is not None:
            application.sendEvent_(event)


def is_open(window: AppKit.NSWindow, application: AppKit.NSApplication) -> bool:
    """Whether it has not been closed: in the Dock, or hidden with its application, it is not visible either."""
    return window.isVisible() or window.isMiniaturized() or application.isHidden()


def main() -> None:
    """Play until the window is closed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default=Path(__file__).parent / "ball.gif")
    parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "inf"))
    parser.add_argument("--screenshot", help="save the last frame that was shown")
    options = parser.parse_args()
    application = AppKit.NSApplication.sharedApplication()
    application.setActivationPolicy_(AppKit.NSApplicationActivationPolicyRegular)
    view = AnimatedImageView.of(options.file)
    window, end = open_window(view), time.monotonic() + options.seconds
    application.finishLaunching()
    with contextlib.suppress(KeyboardInterrupt):
        while is_open(window, application) and time.monotonic() < end:
            run(application, min(0.1, max(0.0, end - time.monotonic())))
    if options.screenshot and (shown := view.player.current_frame):
        shown.image.save(options.screenshot)
    print(f"{view.player.stats.shown} frames shown")
    window.close()
    view.close()


if __name__ == "__main__":
    main()
