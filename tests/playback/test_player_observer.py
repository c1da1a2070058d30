"""The calls that a view gets from its player, and how a player pauses while no view is visible."""

from __future__ import annotations

import gc
import threading

import pytest

import sddisplaylink as sd
from sddisplaylink.playback.native_player import NativePlayer
from sddisplaylink.playback.observer import PlayerObserver
from support.player_log import Log


class View(PlayerObserver):
    """Records the calls that it gets."""

    def __init__(self, log):
        self.log = log

    def frame_shown(self, frame):
        self.log.append(("view", frame.index))

    def loop_completed(self, loops):
        self.log.append(("view loop", loops))

    def playback_finished(self):
        self.log.append("view finish")

    def playback_failed(self, error):
        self.log.append(("view error", str(error)))

    def state_changed(self):
        self.log.append("state")


@pytest.fixture
def player(clock, make_gif):
    player = sd.AnimatedImagePlayer(make_gif([50, 50], plays=1), clock=clock)
    yield player
    player.close()


def test_views_are_notified_before_the_callbacks(player, clock):
    log = Log()
    for name, callback in log.callbacks().items():
        setattr(player, name, callback)
    view = View(log)
    player.attach(view)
    player.play()
    clock.advance(1)
    calls = [entry for entry in log if entry != "state"]
    assert calls == [("view", 0), 0, ("view", 1), 1, ("view loop", 1), ("loop", 1), "view finish", "finish"]
    assert "state" in log


def test_views_are_notified_of_failures(player, clock):
    log = []
    view = View(log)
    player.attach(view)
    player.on_frame = lambda frame: 1 / 0
    player.play()
    clock.advance(1)
    assert ("view error", "division by zero") in log
    with pytest.raises(ZeroDivisionError):
        player.wait(1)


def test_views_are_held_weakly_and_can_be_removed(player, clock):
    log = []
    gone, removed = View(log), View(log)
    player.attach(gone)
    player.attach(removed)
    player.detach(removed)
    del gone
    gc.collect()
    assert not player.engine.callbacks.observers.known
    player.play()
    clock.advance(1)
    assert log == []


def test_pauses_while_no_view_is_visible(player, clock):
    one, other = View([]), View([])
    for view in (one, other):
        player.attach(view)
    player.loop_count = 0
    player.play()
    one.is_visible = False
    player.update_visibility()
    assert player.state is sd.PlayerState.PLAYING
    other.is_visible = False
    player.update_visibility()
    assert player.state is sd.PlayerState.PAUSED
    clock.advance(1)
    assert player.stats.shown == 0
    one.is_visible = True
    player.update_visibility()
    assert player.state is sd.PlayerState.PLAYING


@pytest.mark.parametrize(
    ("meanwhile", "then"),
    [
        (sd.AnimatedImagePlayer.pause, sd.PlayerState.PAUSED),
        (sd.AnimatedImagePlayer.stop, sd.PlayerState.STOPPED),
        (lambda player: player.seek(1), sd.PlayerState.PLAYING),
        (sd.AnimatedImagePlayer.close, sd.PlayerState.CLOSED),
    ],
    ids=["pause", "stop", "seek", "close"],
)
def test_what_the_user_does_meanwhile_counts(player, clock, meanwhile, then):
    view = View([])
    player.attach(view)
    player.loop_count = 0
    player.play()
    clock.advance(0.01)
    view.is_visible = False
    player.update_visibility()
    meanwhile(player)
    view.is_visible = True
    player.update_visibility()
    assert player.state is then


def test_one_that_was_paused_stays_paused(player):
    view = View([])
    player.attach(view)
    player.play()
    player.pause()
    for view.is_visible in (False, True):
        player.update_visibility()
    assert player.state is sd.PlayerState.PAUSED


def test_callbacks_move_to_another_dispatcher_for_good(make_gif):
    player = sd.AnimatedImagePlayer(make_gif([50, 50]), clock="timer:250")
    dispatcher = sd.Dispatcher(thread=False)
    player.use_dispatcher(dispatcher)
    player.use_dispatcher(dispatcher)
    next(iter(player.frames()))
    threads = []
    player.on_frame = lambda frame: threads.append(threading.get_ident())
    while len(threads) < 3 and dispatcher.wait(10.0):
        dispatcher.run_pending()
    assert threads == [threading.get_ident()] * len(threads) != []
    handle = player.engine.native.handle
    player.close()
    assert handle not in dispatcher._subscribers
    dispatcher.close()


def test_an_error_that_a_view_has_taken_is_not_raised_again(player, clock):
    player.on_frame = lambda frame: 1 / 0
    player.play()
    clock.advance(1)
    assert isinstance(player.take_error(), ZeroDivisionError)
    assert player.take_error() is None
    player.wait(1)
    player.close()


def test_a_view_that_is_attached_twice_is_notified_once(player, clock):
    view = View([])
    player.attach(view)
    player.attach(view)
    player.play()
    clock.advance(0.01)
    clock.advance(0.01)
    assert view.log.count(("view", 0)) == 1
    player.detach(view)
    player.detach(view)
    assert not player.engine.callbacks.observers.known


def test_the_refresh_period_is_the_clocks(player):
    assert player.refresh_period == pytest.approx(1 / 60)
    player.close()
    with pytest.raises(sd.LinkClosedError):
        assert player.refresh_period


def test_a_view_may_ask_about_a_player_that_is_closed_meanwhile(clock, make_gif, monkeypatch):
    """As at the end of the process, when the native side ends before the view has been notified."""

    class Asking(PlayerObserver):
        asked = 0

        def state_changed(self):
            self.asked += 1
            assert player.rate

    def is_closed(self):
        raise sd.LinkClosedError("the interpreter is exiting")

    dispatcher = sd.Dispatcher(thread=False)
    player = sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock, dispatcher=dispatcher)
    view, after = Asking(), []
    player.attach(view)
    dispatcher.run_pending()
    player.play()
    dispatcher.post(lambda: after.append("the next"))
    with monkeypatch.context() as patch:
        patch.setattr(NativePlayer, "info", is_closed)
        asked = view.asked
        dispatcher.run_pending()
    assert (view.asked, after) == (asked + 1, ["the next"])
    player.close()
    dispatcher.close()
