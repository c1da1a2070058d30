"""Many frames through the AppKit view: buffers, autorelease pools and memory, counted by the stand-in."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

import sddisplaylink as sd
from support import requirements
from support.appkit_support import open_window, stand_in
from support.images import GifPicture, build_gif
from support.window_driver import resident_bytes

FRAMES = 10_000 if requirements.chosen else 2_000
SIZE = 128, 128
PERIOD = 0.05  # of each frame, in seconds
LIVE_BUFFERS = 3  # on screen, in the layer, in the view
WARM_UP = 100  # frames
TOO_MANY = 1000  # buffers: more frames would prove nothing
MEGABYTE = 1 << 20


@dataclass
class Counts:
    """What a run of many frames has left."""

    shown: int = 0
    most_buffers: int = 0
    buffers_after_close: int = 0
    undrained: int = 0
    autoreleased: int = 0
    pools_drained: int = 0
    growth: int = 0
    """Of the process, in bytes, from the hundredth frame on."""


def play(appkit: Any, view: Any, clock: sd.ManualClock) -> Counts:
    """Show the frames, each through the main run loop, around which there is no pool of the caller's."""
    counts, bridge, at_end = Counts(), appkit.bridge, threading.Event()

    def advance() -> None:
        for _ in range(FRAMES):
            if at_end.is_set():
                break
            clock.advance(PERIOD)

    before = bridge.undrained(), bridge.autoreleased, bridge.pools_drained
    thread = threading.Thread(target=advance)
    thread.start()
    memory = 0
    while thread.is_alive():
        appkit.cf.CFRunLoopRunInMode(appkit.cf.kCFRunLoopDefaultMode, 0.05, True)
        view.draw()
        counts.most_buffers = max(counts.most_buffers, bridge.live_buffers())
        memory = memory or (resident_bytes() if view.player.stats.shown >= WARM_UP else 0)
        if counts.most_buffers > TOO_MANY:
            at_end.set()
    thread.join()
    counts.growth = resident_bytes() - memory
    counts.shown = view.player.stats.shown
    counts.undrained = bridge.undrained() - before[0]
    counts.autoreleased = bridge.autoreleased - before[1]
    counts.pools_drained = bridge.pools_drained - before[2]
    return counts


@pytest.fixture(scope="module")
def counts() -> Iterator[Counts]:
    with closing(sd.ManualClock()) as clock, stand_in() as appkit:
        pictures = [GifPicture(*SIZE, fill=number, delay=5) for number in (1, 2, 3)]
        window = open_window(appkit)
        view = appkit.views.AnimatedImageView.of(build_gif(pictures, size=SIZE, loop=0), clock=clock)
        window.setContentView_(view)
        counted = play(appkit, view, clock)
        view.close()
        with appkit.objc.autorelease_pool():
            view.draw()
            view.layer().setContents_(None)
        counted.buffers_after_close = appkit.bridge.live_buffers()
        yield counted


def test_buffers_go_with_the_frames(counts: Counts) -> None:
    assert 1 <= counts.most_buffers <= LIVE_BUFFERS
    assert counts.buffers_after_close == 0
    assert counts.shown >= FRAMES


def test_nothing_autoreleased_is_left_in_the_run_loop(counts: Counts) -> None:
    assert counts.undrained == 0
    assert counts.autoreleased >= counts.shown  # the view, for each frame that is painted in it
    assert counts.pools_drained >= counts.shown


def test_memory_does_not_grow_with_the_frames(counts: Counts) -> None:
    assert counts.growth < 16 * MEGABYTE


def test_a_picture_holds_no_memory_of_pythons(appkit: Any, view: Any, clock: sd.ManualClock) -> None:
    """Whatever Core Animation does with it on threads of its own, it needs no interpreter."""
    clock.advance(0.02)
    view.draw()
    shown = view.layer().contents()
    assert isinstance(shown.provider.data, appkit.cf.CFDataRef)
    assert isinstance(shown.provider.data.data, bytes)
    before = shown.rgba().tobytes()
    clock.advance(PERIOD)  # the next frame is converted in the same memory
    view.draw()
    assert shown.rgba().tobytes() == before
    assert view.layer().contents().rgba().tobytes() != before


def test_what_appkit_calls_is_in_pools(appkit: Any, view: Any, window: Any) -> None:
    """Every method that is overridden and every notification, without a pool of the caller's."""
    bridge, kit = appkit.bridge, appkit.kit
    calls: dict[str, Callable[[], object]] = {
        "viewDidMoveToWindow": lambda: view.move(window),
        "viewDidHide": lambda: view.setHidden_(True),
        "viewDidUnhide": lambda: view.setHidden_(False),
        "windowOcclusionChanged_": window.uncover,
        "motionSettingsChanged_": lambda: kit._workspace.setReduceMotion_(False),
        "updateLayer": lambda: (view.setNeedsDisplay_(True), view.draw()),
        "intrinsicContentSize": view.intrinsicContentSize,
        "wantsUpdateLayer": view.wantsUpdateLayer,
    }
    made_here = {"initWithFrame_", "initWithCoder_"}  # the caller's pool holds what it makes
    overridden = {name for name in vars(type(view)) if hasattr(kit.NSView, name) or name.endswith("Changed_")}
    assert {name for name in overridden if not name.startswith("_")} - made_here == set(calls)
    for name, call in calls.items():
        before = bridge.undrained()
        call()
        assert bridge.undrained() == before, name


def test_a_view_is_not_kept_by_the_frames_that_it_has_shown(
    appkit: Any, view: Any, window: Any, clock: sd.ManualClock
) -> None:
    """Each frame asks a weak reference for the view, which autoreleases it."""
    made = appkit.views.AnimatedImageView.of(build_gif([GifPicture(4, 4)] * 3, size=(4, 4), loop=0), clock=clock)
    window.setContentView_(made)
    clock.advance(1.0)
    reference = weakref.ref(made)
    window.setContentView_(view)
    del made
    assert reference() is None


# ---- the stand-in itself: it must be as strict as PyObjC ----


def test_the_stand_in_never_gives_back_what_create_with_data_holds(appkit: Any) -> None:
    released: list[object] = []
    pixels = bytearray(64)
    for release in (None, released.append):
        provider = appkit.quartz.CGDataProviderCreateWithData("info", memoryview(pixels), 64, release)
        del provider
    gc.collect()
    assert appkit.bridge.live_buffers() == 2
    assert released == ["info"]
    with pytest.raises(BufferError):
        pixels.clear()  # it is exported


def test_the_stand_in_asks_python_for_the_bytes_of_a_buffer(appkit: Any) -> None:
    bridge, before = appkit.bridge, appkit.bridge.undrained()
    provider = appkit.quartz.CGDataProviderCreateWithCFData(memoryview(bytes(64)))
    assert bridge.undrained() == before + 1
    provider.data.bytes()
    assert bridge.undrained() == before + 2
    with appkit.objc.autorelease_pool():
        appkit.quartz.CGDataProviderCreateWithCFData(bytes(4))
    assert bridge.undrained() == before + 2


def test_the_stand_in_takes_exact_buffers_of_bytes(appkit: Any) -> None:
    create = appkit.cf.CFDataCreate
    assert create(None, bytearray(b"pixels"), 6).bytes() == b"pixels"
    for wrong, expected in (("pixels", TypeError), (b"pix", ValueError), (b"pixels and more", ValueError)):
        with pytest.raises(expected):
            create(None, wrong, 6)


def test_the_stand_in_has_one_namespace_for_classes(appkit: Any) -> None:
    with pytest.raises(appkit.objc.error, match="overriding existing Objective-C class"):
        type("SDDLAnimatedImageView", (appkit.kit.NSView,), {})
    with pytest.raises(appkit.objc.nosuchclass_error):
        appkit.objc.lookUpClass("NoSuchClass")


def test_pools_of_the_stand_in_end_with_the_pool_around_them(appkit: Any) -> None:
    bridge = appkit.bridge
    outer = bridge.NSAutoreleasePool()
    inner = bridge.NSAutoreleasePool()
    bridge.autorelease(object())
    assert bridge.depth() == 2
    outer.drain()
    assert bridge.depth() == 0
    inner.drain()
    assert bridge.depth() == 0
