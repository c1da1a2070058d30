"""The AppKit view against a stand-in for PyObjC: what it paints, when it plays, and that nothing is left of it."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sddisplaylink as sd
from support.appkit_support import SIZE, four_frames, stand_in
from support.images import colour

MakeImage = Callable[..., bytes]
STATE = sd.PlayerState
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def picture(view: Any) -> Any:
    """What is on screen once AppKit has drawn."""
    view.draw()
    return view.layer().contents()


# ---- what is painted ----


def test_the_layer_shows_the_frame_that_the_player_reports(view: Any, clock: sd.ManualClock) -> None:
    seen = []
    for _ in range(4):
        clock.advance(0.05)
        frame = view.player.current_frame
        seen.append(frame.index)
        on_screen = picture(view).rgba()
        assert on_screen.size == SIZE
        assert on_screen.tobytes() == frame.image.tobytes()
    assert sorted(seen) == [0, 1, 2, 3]


def test_the_first_thing_painted_is_the_first_frame(
    appkit: Any, window: Any, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = type(appkit.views.AnimatedImageView.alloc().initWithFrame_(((0, 0), (1, 1))).layer())
    painted, set_contents = [], layer.setContents_

    def record(self: Any, contents: Any) -> None:
        painted.append(contents)
        set_contents(self, contents)

    monkeypatch.setattr(layer, "setContents_", record)
    view = appkit.views.AnimatedImageView.of(four_frames(), clock=clock)
    assert view.intrinsicContentSize() == SIZE
    window.setContentView_(view)
    view.draw()
    view.draw()
    assert [picture.rgba().tobytes() for picture in painted] == [view.player.image[0].image.tobytes()]
    view.close()


def test_rows_are_aligned_and_colours_are_in_srgb(view: Any, clock: sd.ManualClock) -> None:
    clock.advance(0.02)
    image = picture(view)
    assert image.bytesPerRow == 64
    assert image.space.name == "kCGColorSpaceSRGB"
    assert (view.redraw_policy, view.placement) == (1, 1)


def test_a_frame_is_painted_once_and_only_when_it_changes(view: Any, clock: sd.ManualClock) -> None:
    clock.advance(0.02)
    assert view.draw()
    assert not view.draw()
    clock.advance(0.02)
    assert not view.draw()
    clock.advance(0.03)
    assert view.draw()


def test_size_and_scale(appkit: Any, window: Any, clock: sd.ManualClock) -> None:
    view = appkit.views.AnimatedImageView.of(four_frames(), scale=2.0, clock=clock)
    assert view.intrinsicContentSize() == view._frame_size == (6, 4)
    window.setContentView_(view)
    clock.advance(0.02)
    picture(view)
    assert view.layer().scale == 2.0
    view.close()
    assert view.intrinsicContentSize() == (-1, -1)


def test_a_view_from_a_nib_is_empty_until_it_is_loaded(appkit: Any, window: Any, clock: sd.ManualClock) -> None:
    view = appkit.views.AnimatedImageView.alloc().initWithCoder_(((0, 0), (10, 10)))
    window.setContentView_(view)
    assert picture(view) is None
    with pytest.raises(sd.LinkClosedError):
        view.player  # noqa: B018
    player = view.load(four_frames(), clock=clock)
    clock.advance(0.02)
    assert player is view.player
    assert picture(view) is not None
    view.close()


def test_a_view_that_appkit_refuses_to_make(appkit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("initWithFrame_", "initWithCoder_"):
        monkeypatch.setattr(appkit.kit.NSView, name, lambda self, argument: None)
    assert appkit.views.AnimatedImageView.alloc().initWithFrame_(((0, 0), (1, 1))) is None
    assert appkit.views.AnimatedImageView.alloc().initWithCoder_(None) is None


def test_loading_another_image_closes_the_player_of_the_one_before(
    view: Any, clock: sd.ManualClock, make_gif: MakeImage
) -> None:
    former = view.player
    clock.advance(0.02)
    player = view.load(make_gif([50]), clock=clock)
    assert former.is_closed
    assert view.player is player
    clock.advance(0.02)
    assert picture(view).rgba().tobytes() == bytes(colour(1)) * 12


def test_an_image_that_cannot_be_loaded_changes_nothing(view: Any, clock: sd.ManualClock) -> None:
    former = view.player
    with pytest.raises(sd.ImageFormatError):
        view.load(b"no image", clock=clock)
    with pytest.raises(TypeError):
        view.load(four_frames(), dispatcher=None)
    assert view.player is former
    clock.advance(0.02)
    assert former.state is STATE.PLAYING


def test_callbacks_of_the_program_come_after_painting_on_the_main_thread(
    appkit: Any, window: Any, clock: sd.ManualClock
) -> None:
    calls: list[object] = []
    view = appkit.views.AnimatedImageView.alloc().initWithFrame_(((0, 0), (10, 10)))
    window.setContentView_(view)

    def on_frame(frame: sd.Frame) -> None:
        calls.append((frame.index, picture(view) is not None, threading.current_thread() is threading.main_thread()))

    view.load(four_frames(loop=None), clock=clock, on_frame=on_frame, on_finish=lambda: calls.append("finish"))
    clock.advance(0.5)
    assert calls == [(0, True, True), (1, True, True), (2, True, True), (3, True, True), "finish"]
    assert picture(view).rgba().tobytes() == bytes(colour(4)) * (SIZE[0] * SIZE[1])  # the last frame stays
    view.close()
    assert picture(view) is None


def test_an_image_that_is_still_coming_in(appkit: Any, window: Any, clock: sd.ManualClock) -> None:
    image = sd.IncrementalImage()
    view = appkit.views.AnimatedImageView.of(image, clock=clock)
    window.setContentView_(view)
    clock.advance(0.1)
    assert view.intrinsicContentSize() == (-1, -1)
    assert picture(view) is None
    data, invalidations = four_frames(), view.invalidations
    image.feed(data[:-1])
    clock.advance(0.02)
    assert view.intrinsicContentSize() == SIZE
    assert view.invalidations == invalidations + 1
    assert picture(view).rgba().tobytes() == image[0].image.tobytes()
    clock.advance(1.0)
    assert view.player.frame_index == 3
    view.load(sd.IncrementalImage(), autoplay=False, clock=clock)  # nothing to show yet
    view.close()


# ---- when it plays ----


def test_it_waits_for_a_window_and_for_being_uncovered(appkit: Any, window: Any, clock: sd.ManualClock) -> None:
    view = appkit.views.AnimatedImageView.of(four_frames(), clock=clock)
    clock.advance(0.2)
    assert view.player.state is STATE.PAUSED
    window.cover()
    window.setContentView_(view)
    clock.advance(0.2)
    assert (view.player.state, view.player.current_frame) == (STATE.PAUSED, None)
    window.uncover()
    clock.advance(0.02)
    assert (view.player.state, view.player.frame_index) == (STATE.PLAYING, 0)
    view.close()


@pytest.mark.parametrize("obstacle", ["covered", "hidden", "taken out", "still", "no animated images"])
def test_it_pauses_for_an_obstacle_and_goes_on_where_it_was(
    appkit: Any, view: Any, window: Any, clock: sd.ManualClock, obstacle: str
) -> None:
    def set_animated_images(on: bool) -> None:
        appkit.ax.is_enabled = on
        centre = appkit.kit.NSNotificationCenter.defaultCenter()
        centre.postNotificationName_object_(appkit.ax.AXAnimatedImagesEnabledDidChangeNotification, None)

    workspace = appkit.kit.NSWorkspace.sharedWorkspace()
    comes: dict[str, Callable[[], object]] = {
        "covered": window.cover,
        "hidden": lambda: view.setHidden_(True),
        "taken out": lambda: view.move(None),
        "still": lambda: workspace.setReduceMotion_(True),
        "no animated images": lambda: set_animated_images(False),
    }
    goes: dict[str, Callable[[], object]] = {
        "covered": window.uncover,
        "hidden": lambda: view.setHidden_(False),
        "taken out": lambda: view.move(window),
        "still": lambda: workspace.setReduceMotion_(False),
        "no animated images": lambda: set_animated_images(True),
    }
    clock.advance(0.07)
    comes[obstacle]()
    before = view.player.frame_index
    running = sd.diagnostics()["running_sources"]
    clock.advance(1.0)
    assert (view.player.state, view.player.frame_index) == (STATE.PAUSED, before)
    assert running == 0  # no clock ticks for it
    goes[obstacle]()
    assert view.player.state is STATE.PLAYING
    clock.advance(0.07)
    assert view.player.frame_index == before + 1


def test_another_window_is_watched_in_place_of_the_first(appkit: Any, view: Any, window: Any) -> None:
    other = appkit.kit.NSWindow.alloc().initWithContentRect_styleMask_backing_defer_(((0, 0), (9, 9)), 15, 2, False)
    other.makeKeyAndOrderFront_(None)
    other.setContentView_(view)
    window.cover()
    assert view.player.state is STATE.PLAYING
    other.cover()
    assert view.player.state is STATE.PAUSED
    centre = appkit.kit.NSNotificationCenter.defaultCenter()
    assert sum(name == "NSWindowDidChangeOcclusionStateNotification" for _, _, name, _ in centre.observers) == 1


def test_with_reduced_motion_the_first_frame_is_shown_and_stays(
    appkit: Any, window: Any, clock: sd.ManualClock
) -> None:
    appkit.kit.NSWorkspace.sharedWorkspace().setReduceMotion_(True)
    view = appkit.views.AnimatedImageView.of(four_frames(), clock=clock)
    window.setContentView_(view)
    clock.advance(0.5)
    assert (view.player.state, view.player.frame_index) == (STATE.PAUSED, 0)
    assert picture(view) is not None
    view.respects_motion_settings = False
    assert not view.respects_motion_settings
    clock.advance(0.07)
    assert view.player.frame_index == 1
    view.respects_motion_settings = True
    assert view.player.state is STATE.PAUSED
    view.close()


def test_before_macos_14_there_is_reduce_motion_alone(clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "Accessibility", None)  # type: ignore[arg-type] # an import of it fails
    with stand_in():
        import AppKit

        from sddisplaylink.views.appkit import motion

        assert motion.is_wanted()
        AppKit.NSWorkspace.sharedWorkspace().setReduceMotion_(True)  # type: ignore[attr-defined]
        assert not motion.is_wanted()
        assert len(motion._notifications()) == 1


def test_what_the_program_paused_stays_paused(view: Any, window: Any, clock: sd.ManualClock) -> None:
    clock.advance(0.02)
    view.player.pause()
    window.cover()
    window.uncover()
    assert view.player.state is STATE.PAUSED
    view.player.play()
    assert view.player.state is STATE.PLAYING


def test_commands_while_it_is_not_visible(view: Any, window: Any, clock: sd.ManualClock) -> None:
    window.cover()
    view.player.play()
    clock.advance(0.1)
    assert view.player.state is STATE.PAUSED
    view.player.stop()
    window.uncover()
    assert view.player.state is STATE.STOPPED
    window.cover()
    view.player.play()
    clock.advance(0.1)
    view.player.pause()
    window.uncover()
    assert view.player.state is STATE.PAUSED


def test_without_autoplay_the_first_frame_is_shown(appkit: Any, window: Any, clock: sd.ManualClock) -> None:
    view = appkit.views.AnimatedImageView.of(four_frames(), autoplay=False, clock=clock)
    window.setContentView_(view)
    clock.advance(0.2)
    assert view.player.state is STATE.STOPPED
    assert picture(view).rgba().tobytes() == view.player.image.frame(0).image.tobytes()
    view.player.play()
    clock.advance(0.07)
    assert view.player.frame_index == 1
    view.close()


def test_a_finished_animation_is_not_begun_again_by_looking_at_it(
    appkit: Any, window: Any, clock: sd.ManualClock
) -> None:
    view = appkit.views.AnimatedImageView.of(four_frames(loop=None), clock=clock)
    window.setContentView_(view)
    clock.advance(0.5)
    assert view.player.state is STATE.FINISHED
    window.cover()
    window.uncover()
    clock.advance(0.1)
    assert (view.player.state, view.player.frame_index) == (STATE.FINISHED, 3)
    view.close()


# ---- the run loop, and what is left ----


def test_frames_come_through_the_main_run_loop(appkit: Any, window: Any) -> None:
    shown: list[int] = []
    view = appkit.views.AnimatedImageView.of(
        four_frames(loop=None), clock="timer", rate=10.0, on_frame=lambda frame: shown.append(frame.index)
    )
    window.setContentView_(view)
    for _ in range(1000):
        appkit.cf.CFRunLoopRunInMode(appkit.cf.kCFRunLoopDefaultMode, 0.05, True)
        if view.player.state is STATE.FINISHED:
            break
    assert view.player.state is STATE.FINISHED
    assert shown[0] == 0
    assert shown[-1] == 3
    view.close()


def test_the_dispatcher_is_shared_renewed_and_bound_to_the_main_thread(appkit: Any) -> None:
    from sddisplaylink.views.appkit.dispatcher import main_dispatcher

    dispatcher = main_dispatcher()
    assert main_dispatcher() is dispatcher
    dispatcher.close()
    assert appkit.cf._main.ready(0) is None
    renewed = main_dispatcher()
    assert renewed is not dispatcher
    failures: list[BaseException] = []

    def elsewhere() -> None:
        try:
            main_dispatcher()
        except sd.ClockError as error:
            failures.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert len(failures) == 1


def test_a_clock_can_be_advanced_from_another_thread(appkit: Any, clock: sd.ManualClock) -> None:
    ticks: list[int] = []
    link = sd.DisplayLink(
        lambda tick: ticks.append(tick.sequence), clock=clock, dispatcher=appkit.views.RunLoopDispatcher()
    )
    link.start()
    thread = threading.Thread(target=clock.advance, args=(0.05,))
    thread.start()
    while thread.is_alive():
        appkit.cf.CFRunLoopRunInMode(appkit.cf.kCFRunLoopDefaultMode, 0.05, True)
    thread.join()
    assert len(ticks) == 3
    link.close()


def test_a_wake_of_a_dropped_dispatcher_does_nothing(appkit: Any) -> None:
    from sddisplaylink.views.appkit.dispatcher import _readable

    dispatcher = appkit.views.RunLoopDispatcher()
    reference = weakref.ref(dispatcher)
    del dispatcher
    gc.collect()
    assert reference() is None
    _readable(None, 1, reference)
    assert appkit.cf._main.ready(0) is None


def test_dropping_a_view_stops_its_player_without_the_garbage_collector(
    appkit: Any, window: Any, clock: sd.ManualClock
) -> None:
    before = sd.diagnostics()["players"]
    view = appkit.views.AnimatedImageView.of(four_frames(), clock=clock)
    window.setContentView_(view)
    clock.advance(0.02)
    player = weakref.ref(view.player)
    gc.disable()
    try:
        window._view = None
        del view
        assert player() is None
    finally:
        gc.enable()
    assert sd.diagnostics()["players"] == before


def test_a_frame_that_comes_after_close_is_not_painted(view: Any, clock: sd.ManualClock) -> None:
    clock.advance(0.02)
    viewer, frame = view._viewer, view.player.current_frame
    view.close()
    viewer.frame_shown(frame)
    assert picture(view) is None
    view.close()


def test_an_error_in_a_callback_is_raised_by_close(appkit: Any, window: Any, clock: sd.ManualClock) -> None:
    def fail(frame: sd.Frame) -> None:
        raise ZeroDivisionError

    view = appkit.views.AnimatedImageView.of(four_frames(), clock=clock, on_frame=fail)
    window.setContentView_(view)
    clock.advance(0.02)
    assert view.player.state is STATE.STOPPED
    with pytest.raises(ZeroDivisionError):
        view.close()
    view.close()


def test_without_pyobjc_the_error_says_what_to_install() -> None:
    with pytest.raises(ImportError, match=r"'\.\[appkit\]'") as caught:
        import sddisplaylink.views.appkit  # noqa: F401
    assert isinstance(caught.value, sd.SDDisplayLinkError)
