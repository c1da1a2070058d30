"""Exceptions in callbacks of the main run loop: mistakes are reported, Ctrl-C leaves, and nothing else is lost."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Callable
from typing import Any

import pytest


def turn_once(appkit: Any) -> None:
    """Run the main run loop by hand, as a program without ``NSApplication.run()`` does."""
    appkit.cf.CFRunLoopRunInMode(appkit.cf.kCFRunLoopDefaultMode, 0.05, True)


def thrown(appkit: Any) -> list[type[BaseException]]:
    """What has gone through frames of Apple's since the last call."""
    kinds = [type(error) for error in appkit.bridge.thrown]
    appkit.bridge.thrown.clear()
    return kinds


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
def test_ctrl_c_and_exit_are_raised_in_the_code_that_runs_the_loop(
    appkit: Any, dispatcher: Any, call: Callable[[], None], expected: type[BaseException]
) -> None:
    calls: list[str] = []
    dispatcher.post(once(call))
    dispatcher.post(lambda: calls.append("same turn"))
    with pytest.raises(expected) as caught:
        turn_once(appkit)
    assert thrown(appkit) == [expected]
    if expected is SystemExit:
        assert caught.value.code == 3  # type: ignore[attr-defined]
    turn_once(appkit)
    dispatcher.post(lambda: calls.append("next turn"))
    turn_once(appkit)
    assert calls == ["same turn", "next turn"]


def test_an_application_that_logs_ctrl_c_and_goes_on_loses_no_callback(appkit: Any, dispatcher: Any) -> None:
    """As ``NSApplication.run()`` does with the exceptions of all callbacks."""
    application, calls = appkit.kit.NSApplication.sharedApplication(), []
    dispatcher.post(once(interrupt))
    dispatcher.post(lambda: calls.append("next"))
    dispatcher.post(lambda: application.stop_(None))
    application.run()
    assert calls == ["next"]
    assert [type(error) for error in application.logged] == thrown(appkit) == [KeyboardInterrupt]


def test_exit_in_a_callback_that_has_closed_its_dispatcher_does_not_enable_the_callback_again(
    appkit: Any, dispatcher: Any
) -> None:
    def close_and_leave() -> None:
        dispatcher.close()
        sys.exit(3)

    dispatcher.post(close_and_leave)
    with pytest.raises(SystemExit):
        turn_once(appkit)
    assert thrown(appkit) == [SystemExit]
    assert appkit.cf._main.ready(0) is None


def test_the_view_cannot_be_defined_twice_in_a_process(appkit: Any) -> None:
    module = sys.modules["sddisplaylink.views.appkit.view"]
    with pytest.raises(ImportError, match="once in a process"):
        importlib.reload(module)
    assert module.AnimatedImageView is appkit.views.AnimatedImageView
