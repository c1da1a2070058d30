"""Which dispatcher runs a player's callbacks, also while they move."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

import sddisplaylink as sd
from sddisplaylink.dispatch.subscriber import CallbackActivity, DispatcherBinding

PATIENCE = 20.0


class Queue:
    """A dispatcher that keeps what is posted; ``on_post`` is called first."""

    def __init__(self, on_post: Callable[[], None] = lambda: None) -> None:
        self.posted: list[Callable[[], None]] = []
        self.on_post = on_post

    def post(self, call: Callable[[], None]) -> None:
        self.on_post()
        self.posted.append(call)


def test_what_is_posted_while_callbacks_move_is_called_once() -> None:
    made: list[str] = []
    first, second = Queue(), Queue()
    binding = DispatcherBinding(0, first)  # type: ignore[arg-type]
    first.on_post = lambda: setattr(binding, "current", second)
    binding.post(lambda: made.append("call"))
    assert (len(first.posted), len(second.posted)) == (1, 1)
    for call in [*second.posted, *first.posted]:
        call()
    assert made == ["call"]


@pytest.fixture
def player(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> Iterator[sd.AnimatedImagePlayer]:
    with sd.AnimatedImagePlayer(make_gif([50] * 3), clock=clock) as player:
        yield player


def test_a_dispatcher_given_during_a_loop_has_the_callbacks_after_it(player: sd.AnimatedImagePlayer) -> None:
    home, binding = sd.Dispatcher(thread=False), player.engine.binding
    loop = sd.Dispatcher(thread=False)
    binding.move_to(loop, player.engine)
    player.use_dispatcher(home)
    assert binding.current is loop
    with pytest.raises(sd.ClockError, match="another loop"):
        binding.move_to(home, player.engine)
    binding.move_back(loop, player.engine)
    assert binding.current is home
    home.close()
    loop.close()


def test_a_player_closed_during_a_loop_leaves_nothing_with_its_dispatcher(player: sd.AnimatedImagePlayer) -> None:
    loop, engine = sd.Dispatcher(thread=False), player.engine
    engine.binding.move_to(loop, engine)
    player.close()
    engine.binding.move_back(loop, engine)
    assert engine.native.handle not in engine.binding.own._subscribers
    with pytest.raises(sd.LinkClosedError):
        player.use_dispatcher(loop)
    loop.close()


def test_waiting_for_callbacks_on_other_threads_alone() -> None:
    activity = CallbackActivity()
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        inside.set()
        assert leave.wait(PATIENCE)

    thread = threading.Thread(target=activity.run, args=(stay,))
    thread.start()
    assert inside.wait(PATIENCE)
    assert not activity.is_inside()
    activity.run(lambda: activity.wait_idle(0.01))  # both are inside: bounded
    leave.set()
    activity.wait_idle(PATIENCE)
    thread.join(PATIENCE)
    activity.run(activity.wait_idle)
    assert not activity.is_inside()
