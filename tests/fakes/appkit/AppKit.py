"""A stand-in for PyObjC's ``AppKit``: windows and views without a screen, which call the same methods as the real ones.

What a test does in place of the system is in `NSWindow` (``cover``), `NSView` (``draw``, ``setHidden_``)
and `NSWorkspace` (``setReduceMotion``). Methods that return an object which their caller does not own
autorelease it, as Apple's memory rules let any of them do (Advanced Memory Management Programming Guide, "Basic Memory
Management Rules"), and what AppKit calls in Python may throw.
"""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any, NamedTuple

import objc
from bridge import NSAutoreleasePool, autorelease, call_python
from CoreFoundation import CFRunLoopRunInMode, kCFRunLoopDefaultMode
from Quartz import CGImageRef

NSApplicationActivationPolicyRegular = 0
NSBackingStoreBuffered = 2
NSDefaultRunLoopMode = kCFRunLoopDefaultMode
NSEventMaskAny = (1 << 64) - 1
NSViewLayerContentsPlacementScaleProportionallyToFit = 1
NSViewLayerContentsRedrawOnSetNeedsDisplay = 1
NSViewNoIntrinsicMetric = -1.0
NSWindowDidChangeOcclusionStateNotification = "NSWindowDidChangeOcclusionStateNotification"
NSWindowOcclusionStateVisible = 1 << 1
NSWindowStyleMaskTitled, NSWindowStyleMaskClosable, NSWindowStyleMaskResizable = 1, 2, 8
NSWorkspaceAccessibilityDisplayOptionsDidChangeNotification = (
    "NSWorkspaceAccessibilityDisplayOptionsDidChangeNotification"
)


class NSSize(NamedTuple):
    width: float
    height: float


def NSMakeSize(w: float, h: float, /) -> NSSize:
    return NSSize(w, h)


class NSObject:
    def __init_subclass__(cls) -> None:
        if cls.__module__ != __name__:  # what is defined here stands for Objective-C
            objc.check_class(cls)

    def __new__(cls) -> Any:
        raise TypeError(f"use {cls.__name__}.alloc().init...()")

    @classmethod
    def alloc(cls) -> Any:
        return object.__new__(cls)

    def init(self) -> Any:
        return self


class NSNotificationCenter(NSObject):
    """Observers are not retained; each is called as often as it was added."""

    @classmethod
    def defaultCenter(cls) -> NSNotificationCenter:
        return _default_centre

    def init(self) -> Any:
        self.observers: list[tuple[Any, str, str, Any]] = []
        return self

    def addObserver_selector_name_object_(self, observer: Any, selector: str, name: str, of: Any, /) -> None:
        getattr(observer, selector.replace(":", "_"))
        self.observers.append((weakref.ref(observer), selector, name, of))

    def removeObserver_name_object_(self, observer: Any, name: str | None, of: Any, /) -> None:
        assert of is None
        self.observers = [
            known for known in self.observers if not (known[0]() is observer and name in (None, known[2]))
        ]

    def postNotificationName_object_(self, name: str, sender: Any, /) -> None:
        for reference, selector, wanted, whose in list(self.observers):
            observer = reference()
            if observer is not None and wanted == name and whose in (None, sender):
                call_python(getattr(observer, selector.replace(":", "_")), name)


_default_centre: NSNotificationCenter = NSNotificationCenter.alloc().init()


class NSWorkspace(NSObject):
    @classmethod
    def sharedWorkspace(cls) -> NSWorkspace:
        return _workspace

    def init(self) -> Any:
        self._centre = NSNotificationCenter.alloc().init()
        self._reduces_motion = False
        return self

    def notificationCenter(self) -> NSNotificationCenter:
        return autorelease(self._centre)

    def accessibilityDisplayShouldReduceMotion(self) -> bool:
        return self._reduces_motion

    def setReduceMotion_(self, on: bool) -> None:
        self._reduces_motion = on
        self._centre.postNotificationName_object_(NSWorkspaceAccessibilityDisplayOptionsDidChangeNotification, self)


_workspace: NSWorkspace = NSWorkspace.alloc().init()


class NSThread(NSObject):
    @classmethod
    def isMainThread(cls) -> bool:
        return threading.current_thread() is threading.main_thread()


class CALayer(NSObject):
    """Holds the picture before as well: it is on screen until the next transaction has been committed."""

    def init(self) -> Any:
        self._contents: CGImageRef | None = None
        self._presented: CGImageRef | None = None
        self.scale = 2.0  # as AppKit sets it on a Retina display
        return self

    def contents(self) -> CGImageRef | None:
        return autorelease(self._contents)

    def setContents_(self, contents: CGImageRef | None, /) -> None:
        self._presented, self._contents = self._contents, contents

    def setContentsScale_(self, scale: float, /) -> None:
        self.scale = scale


class NSDate(NSObject):
    @classmethod
    def dateWithTimeIntervalSinceNow_(cls, secs: float, /) -> NSDate:
        date: NSDate = cls.alloc().init()
        date.time = time.monotonic() + secs
        return autorelease(date)


class NSEvent(NSObject):
    pass


class NSView(NSObject):
    def initWithFrame_(self, frame: Any, /) -> Any:
        """What the real one asks its subclass meanwhile is written nowhere. A subclass must bear all of it."""
        (_, size) = frame
        self._frame_size = NSSize(*size)
        self._window: NSWindow | None = None
        self._layer: CALayer | None = None
        self._is_hidden = self._needs_display = False
        self.redraw_policy = self.placement = -1
        self.invalidations = 0
        self.wantsUpdateLayer()
        for name in ("intrinsicContentSize", "viewDidHide", "viewDidUnhide", "viewDidMoveToWindow"):
            call_python(getattr(self, name))
        return self

    def initWithCoder_(self, coder: Any, /) -> Any:
        return NSView.initWithFrame_(self, coder)  # a nib's archive: here simply the frame

    def window(self) -> NSWindow | None:
        return autorelease(self._window)

    def layer(self) -> CALayer | None:
        return autorelease(self._layer)

    def setWantsLayer_(self, flag: bool, /) -> None:
        assert flag
        self._layer = CALayer.alloc().init()

    def setLayerContentsRedrawPolicy_(self, policy: int, /) -> None:
        self.redraw_policy = policy

    def setLayerContentsPlacement_(self, placement: int, /) -> None:
        self.placement = placement

    def setNeedsDisplay_(self, flag: bool, /) -> None:
        assert NSThread.isMainThread()
        self._needs_display = flag

    def setFrameSize_(self, size: NSSize, /) -> None:
        self._frame_size = size

    def invalidateIntrinsicContentSize(self) -> None:
        self.invalidations += 1

    def intrinsicContentSize(self) -> NSSize:
        return NSSize(NSViewNoIntrinsicMetric, NSViewNoIntrinsicMetric)

    def wantsUpdateLayer(self) -> bool:
        return False

    def updateLayer(self) -> None:
        pass

    def isHiddenOrHasHiddenAncestor(self) -> bool:
        return self._is_hidden

    def setHidden_(self, flag: bool) -> None:
        self._is_hidden = flag
        call_python(self.viewDidHide if flag else self.viewDidUnhide)

    def draw(self) -> bool:
        """What AppKit does at the end of a turn of the run loop; whether there was anything to do."""
        due, self._needs_display = self._needs_display, False
        if due:
            assert call_python(self.wantsUpdateLayer)
            call_python(self.updateLayer)
        return due

    def move(self, window: NSWindow | None) -> None:
        self._window = window
        call_python(self.viewDidMoveToWindow)

    def viewDidMoveToWindow(self) -> None:
        pass

    def viewDidHide(self) -> None:
        pass

    def viewDidUnhide(self) -> None:
        pass


class NSWindow(NSObject):
    def initWithContentRect_styleMask_backing_defer_(
        self, contentRect: Any, style: int, backing: int, defer: bool, /
    ) -> Any:
        self._state = 0
        self._view: NSView | None = None
        self._is_miniaturized = False
        return self

    def occlusionState(self) -> int:
        return self._state

    def isVisible(self) -> bool:
        """No while it is in the Dock, or its application is hidden (NSWindow.h)."""
        return bool(self._state) and not self._is_miniaturized and not _application.isHidden()

    def isMiniaturized(self) -> bool:
        return self._is_miniaturized

    def setMiniaturized_(self, flag: bool) -> None:
        """A click on the yellow button, or in the Dock."""
        self._is_miniaturized = flag
        self._occlude(8192 if flag else 8192 | NSWindowOcclusionStateVisible)

    def setContentView_(self, view: NSView, /) -> None:
        self._view = view
        view.move(self)

    def contentView(self) -> NSView | None:
        return autorelease(self._view)

    def center(self) -> None:
        pass

    def setReleasedWhenClosed_(self, flag: bool, /) -> None:
        assert not flag  # Python's reference is another owner

    def makeKeyAndOrderFront_(self, sender: Any, /) -> None:
        _application.windows.append(self)
        self.uncover()

    def uncover(self) -> None:
        """The window becomes visible."""
        self._occlude(8192 | NSWindowOcclusionStateVisible)

    def cover(self) -> None:
        """The window becomes invisible: covered, minimised, on another space."""
        self._occlude(8192)

    def close(self) -> None:
        _application.windows.remove(self)
        self._occlude(0)

    def _occlude(self, state: int) -> None:
        self._state = state
        _default_centre.postNotificationName_object_(NSWindowDidChangeOcclusionStateNotification, self)


class NSApplication(NSObject):
    @classmethod
    def sharedApplication(cls) -> NSApplication:
        return _application

    def init(self) -> Any:
        self.windows: list[NSWindow] = []
        self._is_running = self._is_hidden = False
        self.logged: list[BaseException] = []
        return self

    def isHidden(self) -> bool:
        return self._is_hidden

    def hide_(self, sender: Any, /) -> None:
        self._is_hidden = True

    def unhide_(self, sender: Any, /) -> None:
        self._is_hidden = False

    def isRunning(self) -> bool:
        return self._is_running

    def run(self) -> None:
        """Until ``stop_``, which is noticed after the next event (NSApplication.h). A pool for each event.

        An exception is logged, and the loop goes on (NSApplication, ``reportException:``).
        """
        self._is_running = True
        while self._is_running:
            pool = NSAutoreleasePool()
            try:
                end = NSDate.dateWithTimeIntervalSinceNow_(0.05)
                self.sendEvent_(
                    self.nextEventMatchingMask_untilDate_inMode_dequeue_(
                        NSEventMaskAny, end, NSDefaultRunLoopMode, True
                    )
                )
            except BaseException as error:
                self.logged.append(error)
            pool.drain()

    def stop_(self, sender: Any, /) -> None:
        self._is_running = False

    def setActivationPolicy_(self, policy: int, /) -> bool:
        return policy == NSApplicationActivationPolicyRegular

    def finishLaunching(self) -> None:
        pass

    def nextEventMatchingMask_untilDate_inMode_dequeue_(
        self, mask: int, expiration: NSDate, mode: str, deqFlag: bool, /
    ) -> NSEvent | None:
        assert (mask, deqFlag) == (NSEventMaskAny, True)
        CFRunLoopRunInMode(mode, max(0.0, expiration.time - time.monotonic()), True)
        return autorelease(NSEvent.alloc().init())

    def sendEvent_(self, event: NSEvent, /) -> None:
        for window in self.windows:
            view = window.contentView()
            if view is not None:
                view.draw()


_application: NSApplication = NSApplication.alloc().init()
