"""Exceptions in callbacks of the main run loop: none of them may go through frames of Apple's."""

from __future__ import annotations

import importlib
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

PATIENCE = 30.0  # seconds


def turn_once(appkit: Any) -> None:
    """Run the main run loop by hand, as a program without ``NSApplication.run()`` does."""
    appkit.cf.CFRunLoopRunInMode(appkit.cf.kCFRunLoopDefaultMode, 0.05, True)


def turn(appkit: Any) -> None:
    """The same again and again, until something is raised."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        turn_once(appkit)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def leave() -> None:
    sys.exit(3)


def once(call: Callable[[], None]) -> Callable[[], None]:
    """A dispatcher calls again what an interrupt has broken off."""
    calls = [call]
    return lambda: calls.pop()() if calls else None


@pytest.fixture
def dispatcher(appkit: Any) -> Any:
    return appkit.views.RunLoopDispatcher()


def test_a_mistake_is_reported_and_the_callbacks_go_on(
    appkit: Any, dispatcher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, traceback: reported.append(kind))
    calls: list[str] = []
    for call in (lambda: 1 // 0, lambda: calls.append("next"), dispatcher.close):
        dispatcher.post(call)
        turn_once(appkit)
    assert (reported, calls) == ([ZeroDivisionError], ["next"])
    assert appkit.cf._main.ready(0) is None  # closed in its own callback, it is not enabled again


@pytest.mark.parametrize(("call", "expected"), [(interrupt, KeyboardInterrupt), (leave, SystemExit)])
def test_ctrl_c_and_exit_are_raised_in_the_code_that_turns_the_loop(
    appkit: Any, dispatcher: Any, call: Callable[[], None], expected: type[BaseException]
) -> None:
    calls: list[str] = []
    dispatcher.post(once(call))
    with pytest.raises(expected) as caught:
        turn(appkit)
    if expected is SystemExit:
        assert caught.value.code == 3  # type: ignore[attr-defined]
    dispatcher.post(lambda: calls.append("next"))
    turn_once(appkit)
    assert calls == ["next"]


def test_an_interrupt_is_raised_once_however_long_the_loop_goes_on(appkit: Any, dispatcher: Any) -> None:
    """A call that raises is called again by the next turn, which must not be before the program has heard of it."""
    raised: list[int] = []

    def leave_always() -> None:
        raised.append(1)
        sys.exit(3)

    dispatcher.post(leave_always)
    with pytest.raises(SystemExit):
        turn(appkit)
    assert len(raised) == 1
    dispatcher.close()


@pytest.mark.parametrize(("call", "expected"), [(interrupt, KeyboardInterrupt), (leave, SystemExit)])
def test_ctrl_c_and_exit_end_the_applications_loop(
    appkit: Any, dispatcher: Any, call: Callable[[], None], expected: type[BaseException]
) -> None:
    """``NSApplication.run()`` logs an exception that reaches it, and goes on for ever."""
    application = appkit.kit.NSApplication.sharedApplication()
    dispatcher.post(once(call))
    with pytest.raises(expected):
        application.run()
        turn(appkit)  # what the program does when its event loop has ended
    assert not application.isRunning()
    assert application.logged == []


def test_the_stand_in_logs_what_is_thrown_and_goes_on(appkit: Any) -> None:
    """As AppKit does: what this library prevents."""
    application, descriptor = appkit.kit.NSApplication.sharedApplication(), appkit.views.RunLoopDispatcher()
    (source,) = appkit.cf._main.sources[-1:]

    def fail(*arguments: object) -> None:
        application.stop_(None)
        raise KeyboardInterrupt

    source.descriptor.callout = fail
    descriptor.post(lambda: None)
    application.run()
    assert [type(error) for error in application.logged] == [KeyboardInterrupt]
    assert len(appkit.bridge.thrown) == 1
    appkit.bridge.thrown.clear()
    descriptor.close()


def test_the_view_cannot_be_defined_twice_in_a_process(appkit: Any) -> None:
    module = sys.modules["sddisplaylink.views.appkit.view"]
    with pytest.raises(ImportError, match="once in a process"):
        importlib.reload(module)
    assert module.AnimatedImageView is appkit.views.AnimatedImageView
