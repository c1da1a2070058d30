"""What a view is told of its player, and how a player rests while no view can be seen."""

from __future__ import annotations

import gc
import threading

import pytest

import sddisplaylink as sd
from sddisplaylink.playback.commands import follow_sight
from sddisplaylink.playback.observer import PlayerObserver
from support.player_log import Log


class View(PlayerObserver):
    """Keeps what it is told."""

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


def test_views_are_told_before_the_callbacks(player, clock):
    log = Log()
    for name, callback in log.callbacks().items():
        setattr(player, name, callback)
    view = View(log)
    player._observers.add(view)
    player.play()
    clock.advance(1)
    told = [entry for entry in log if entry != "state"]
    assert told == [("view", 0), 0, ("view", 1), 1, ("view loop", 1), ("loop", 1), "view finish", "finish"]
    assert "state" in log


def test_views_are_told_of_failures(player, clock):
    log = []
    view = View(log)
    player._observers.add(view)
    player.on_frame = lambda frame: 1 / 0
    player.play()
    clock.advance(1)
    assert ("view error", "division by zero") in log
    with pytest.raises(ZeroDivisionError):
        player.wait(1)


def test_views_are_held_weakly_and_can_be_removed(player, clock):
    log = []
    gone, removed = View(log), View(log)
    player._observers.add(gone)
    player._observers.add(removed)
    player._observers.remove(removed)
    del gone
    gc.collect()
    assert not player._observers
    player.play()
    clock.advance(1)
    assert log == []


def test_rests_while_no_view_can_be_seen(player, clock):
    one, other = View([]), View([])
    for view in (one, other):
        player._observers.add(view)
    player.loop_count = 0
    player.play()
    one.in_sight = False
    follow_sight(player)
    assert player.state is sd.PlayerState.PLAYING
    other.in_sight = False
    follow_sight(player)
    assert player.state is sd.PlayerState.PAUSED
    clock.advance(1)
    assert player.stats.shown == 0
    one.in_sight = True
    follow_sight(player)
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
    player._observers.add(view)
    player.loop_count = 0
    player.play()
    clock.advance(0.01)
    view.in_sight = False
    follow_sight(player)
    meanwhile(player)
    view.in_sight = True
    follow_sight(player)
    assert player.state is then


def test_one_that_was_paused_stays_paused(player):
    view = View([])
    player._observers.add(view)
    player.play()
    player.pause()
    for view.in_sight in (False, True):
        follow_sight(player)
    assert player.state is sd.PlayerState.PAUSED


def test_callbacks_move_to_another_dispatcher_for_good(make_gif):
    player = sd.AnimatedImagePlayer(make_gif([50, 50]), clock="timer:250")
    dispatcher = sd.Dispatcher(thread=False)
    player._settle_on(dispatcher)
    player._settle_on(dispatcher)
    next(iter(player.frames()))
    threads = []
    player.on_frame = lambda frame: threads.append(threading.get_ident())
    while len(threads) < 3 and dispatcher.wait(10.0):
        dispatcher.run_pending()
    assert threads == [threading.get_ident()] * len(threads) != []
    handle = player._handle
    player.close()
    assert handle not in dispatcher._clients
    dispatcher.close()
