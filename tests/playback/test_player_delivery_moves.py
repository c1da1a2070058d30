"""Players that go to another dispatcher, or are closed, while a frame is awaited."""

from __future__ import annotations

from collections.abc import Callable

import sddisplaylink as sd
from support.slow_reader import Slow, joined


def test_a_move_while_a_frame_is_awaited_takes_the_wait_along(slow: Callable[..., Slow]) -> None:
    first, never_run = sd.Dispatcher(thread=False), sd.Dispatcher(thread=False)
    one = slow([50] * 4, dispatcher=first)
    one.player.play()
    run_until_awaited(one)
    assert first._has_deliveries(one.clock.handle)
    one.player.use_dispatcher(never_run)
    assert not first._has_deliveries(one.clock.handle)
    assert never_run._has_deliveries(one.clock.handle)
    last = sd.Dispatcher()
    one.player.use_dispatcher(last)
    advancing = one.advance(0)
    one.reader.answer()
    assert joined(advancing)
    assert one.log == [0]
    for dispatcher in (first, never_run, last):
        dispatcher.close()


def run_until_awaited(one: Slow) -> None:
    """The player's own dispatcher runs until the player awaits a frame."""
    tick(one.clock)
    one.player.engine.binding.current.run_pending()
    assert one.player.engine.delivery.is_waiting


def tick(clock: sd.ManualClock) -> None:
    """A tick, without waiting for what it brings."""
    clock._ticks += 1
    clock._give_tick()


def test_a_frame_that_came_at_the_former_dispatcher_is_shown_at_the_new_one(slow: Callable[..., Slow]) -> None:
    former = sd.Dispatcher(thread=False)
    one = slow([50] * 4, dispatcher=former)
    one.player.play()
    run_until_awaited(one)
    one.reader.answer()  # posted to one that does not run any more
    last = sd.Dispatcher(thread=False)
    one.player.use_dispatcher(last)
    last.run_pending()
    assert one.log == [0]
    last.close()
    former.close()


def test_a_loop_that_takes_the_frames_holds_up_no_clock(slow: Callable[..., Slow]) -> None:
    home, loop = sd.Dispatcher(thread=False), sd.Dispatcher(thread=False)
    one = slow([50] * 4, dispatcher=home)
    one.player.play()
    run_until_awaited(one)
    one.player.engine.binding.move_to(loop, one.player.engine)
    assert joined(one.advance(0))
    one.player.engine.binding.move_back(loop, one.player.engine)
    advancing = one.advance(0)
    one.reader.answer()
    assert joined(advancing)
    assert one.log == [0]
    home.close()
    loop.close()


def test_closing_on_any_thread_ends_the_wait_at_once(slow: Callable[..., Slow]) -> None:
    home = sd.Dispatcher(thread=False)
    one = slow([50] * 4, dispatcher=home)
    one.player.play()
    run_until_awaited(one)
    assert home._has_deliveries(one.clock.handle)
    one.player.close()
    assert not home._has_deliveries(one.clock.handle)
    home.close()
