"""Windows of the stand-in for AppKit, for the scenes of support/window_scenes.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Self

from PIL import Image

import sddisplaylink as sd
from support import window_scenes
from support.appkit_support import FAKES
from support.window_scenes import PATIENCE, loop_until

sys.path.insert(0, str(FAKES))

import AppKit
import CoreFoundation
import objc

from sddisplaylink.views.appkit import AnimatedImageView
from sddisplaylink.views.appkit.dispatcher import main_dispatcher

FRAME = ((0, 0), (200, 180))


class AppKitStage:
    """Windows with a view in each.

    Each step has an autorelease pool, as each event has in NSApplication's loop: what AppKit returns lives until then.
    """

    background = "#30a0f0"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with objc.autorelease_pool():
            for window in list(AppKit.NSApplication.sharedApplication().windows):
                window.close()

    def add(self, source: Any, **options: Any) -> AnimatedImageView:
        with objc.autorelease_pool():
            window = AppKit.NSWindow.alloc().initWithContentRect_styleMask_backing_defer_(FRAME, 15, 2, False)
            view = AnimatedImageView.of(source, **options)
            window.setContentView_(view)
            window.makeKeyAndOrderFront_(None)
            return view

    def update(self) -> None:
        while CoreFoundation.CFRunLoopRunInMode(CoreFoundation.kCFRunLoopDefaultMode, 0, True) == 4:
            pass
        with objc.autorelease_pool():
            for window in AppKit.NSApplication.sharedApplication().windows:
                window.contentView().draw()

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
        return loop_until(self.update, condition, patience)

    def photograph(self, view: AnimatedImageView) -> Image.Image:
        """What the layer holds, on the window's colour."""
        with objc.autorelease_pool():
            picture = view.layer().contents().rgba()
        return Image.alpha_composite(Image.new("RGBA", picture.size, self.background), picture).convert("RGB")

    def hide(self, view: AnimatedImageView, what: str) -> None:
        with objc.autorelease_pool():
            view.window().cover() if what == "window" else view.setHidden_(True)

    def show(self, view: AnimatedImageView, what: str) -> None:
        with objc.autorelease_pool():
            view.window().uncover() if what == "window" else view.setHidden_(False)

    def dispatcher(self) -> sd.Dispatcher:
        return main_dispatcher()

    def end(self, views: list[AnimatedImageView], how: str) -> None:
        with objc.autorelease_pool():
            for view in views:
                if how == "drop":
                    view.window().close()
                    view.move(None)
                else:
                    view.close()
                    view.close()
            view = None
            if how == "drop":
                views.clear()


if __name__ == "__main__":
    window_scenes.main(AppKitStage)
