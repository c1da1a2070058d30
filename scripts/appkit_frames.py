"""`python scripts/appkit_frames.py [FRAMES]`: shows many frames in a window of AppKit and prints JSON.

Needs the extra `appkit` on a Mac, or the tests' stand-in for PyObjC on PYTHONPATH. ``grown_bytes`` is how much more
memory the process has held at most after the first tenth of the frames; a view that keeps its frames holds 256 KiB for
each.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

import AppKit
import objc
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.views.appkit import AnimatedImageView

FRAMES = 2000
SIZE = 256, 256
PERIOD = 0.05


def make_gif() -> bytes:
    """Two frames."""
    pictures = [Image.new("P", SIZE, number) for number in (1, 2)]
    for picture in pictures:
        picture.putpalette([value for colour in ((0, 0, 0), (200, 40, 40), (40, 40, 200)) for value in colour])
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=round(PERIOD * 1000), loop=0)
    return out.getvalue()


def open_window(view: AnimatedImageView) -> AppKit.NSWindow:
    """In front of all others, so that it can be seen."""
    frame = ((100.0, 100.0), (float(SIZE[0]), float(SIZE[1])))
    window = AppKit.NSWindow.alloc().initWithContentRect_styleMask_backing_defer_(
        frame, AppKit.NSWindowStyleMaskTitled, AppKit.NSBackingStoreBuffered, False
    )
    window.setReleasedWhenClosed_(False)
    window.setContentView_(view)
    window.makeKeyAndOrderFront_(None)
    return window


def take_event(application: AppKit.NSApplication) -> None:
    """AppKit draws, and notices what can be seen, between events."""
    with objc.autorelease_pool():
        soon = AppKit.NSDate.dateWithTimeIntervalSinceNow_(0.0)
        event = application.nextEventMatchingMask_untilDate_inMode_dequeue_(
            AppKit.NSEventMaskAny, soon, AppKit.NSDefaultRunLoopMode, True
        )
        if event is not None:
            application.sendEvent_(event)


def peak_bytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def run(frames: int) -> dict[str, Any]:
    """Show them, each as soon as the one before is shown: time is virtual."""
    application = AppKit.NSApplication.sharedApplication()
    application.setActivationPolicy_(AppKit.NSApplicationActivationPolicyRegular)
    clock = sd.ManualClock()
    view = AnimatedImageView.of(make_gif(), clock=clock)
    window = open_window(view)
    application.finishLaunching()
    early = 0
    for number in range(frames):
        clock.advance(PERIOD)
        take_event(application)
        if number == frames // 10:
            early = peak_bytes()
    shown = view.player.stats.shown
    window.close()
    view.close()
    return {"frames": frames, "shown": shown, "grown_bytes": peak_bytes() - early, "pyobjc": objc.__version__}


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if sys.argv[1:] else FRAMES)))
