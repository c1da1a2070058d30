"""Threads that callbacks run on are started without waiting for anything that runs on another thread."""

from __future__ import annotations

import _thread
import os
import signal
import threading

import pytest

import sddisplaylink as sd
from sddisplaylink.dispatch import dispatcher as dispatchers
from sddisplaylink.dispatch.callback_thread import CallbackThread

PATIENCE = 10.0  # seconds; takes a moment


@pytest.mark.parametrize("make", [sd.Dispatcher, dispatchers.default_dispatcher])
def test_a_dispatcher_does_not_wait_for_its_thread_to_begin(
    monkeypatch: pytest.MonkeyPatch, make: type[sd.Dispatcher]
) -> None:
    """A finaliser that runs there may wait for the thread on which the dispatcher is made."""
    start, is_made, began, late = threading.Thread.start, threading.Event(), threading.Event(), []

    def start_late(thread: threading.Thread) -> None:
        if thread.name == "sddisplaylink":
            late.append(not is_made.wait(PATIENCE))
        start(thread)

    monkeypatch.setattr(dispatchers, "_shared", {})
    monkeypatch.setattr(threading.Thread, "start", start_late)
    dispatcher = make()
    dispatcher.post(began.set)
    is_made.set()
    assert began.wait(PATIENCE)
    assert late == [False]
    dispatcher.close()


def test_the_thread_has_a_name_and_does_not_keep_the_process() -> None:
    dispatcher, threads, has_run = sd.Dispatcher(), [], threading.Event()
    dispatcher.post(lambda: (threads.append(threading.current_thread()), has_run.set()))  # type: ignore[arg-type, func-returns-value]
    assert has_run.wait(PATIENCE)
    dispatcher.close()
    assert [(thread.name, thread.daemon) for thread in threads] == [("sddisplaylink", True)]
    threads[0].join(PATIENCE)
    assert threads[0] not in threading.enumerate()


def test_callbacks_run_although_the_system_refuses_the_second_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    dispatcher, has_run = sd.Dispatcher(), threading.Event()
    dispatcher.post(has_run.set)
    assert has_run.wait(PATIENCE)
    dispatcher.close()


def test_a_refused_thread_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as refusing:
        refusing.setattr(_thread, "start_new_thread", refuse)
        with pytest.raises(sd.SDDisplayLinkError):
            sd.Dispatcher()
    sd.Dispatcher().close()


def test_the_function_runs_once_if_starting_fails_after_the_thread_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    start, failed, ran = threading.Thread.start, threading.Event(), []

    def fail_late(thread: threading.Thread) -> None:
        start(thread)
        thread.join(PATIENCE)
        failed.set()
        raise MemoryError

    with monkeypatch.context() as failing:
        failing.setattr(threading.Thread, "start", fail_late)
        thread = CallbackThread(lambda: ran.append(threading.current_thread().name), "named")
        assert failed.wait(PATIENCE)
    thread.join(PATIENCE)
    assert ran == ["named"]


def test_joining_waits_for_the_function_and_never_for_itself() -> None:
    threads: list[CallbackThread] = []
    made, order = threading.Event(), []

    def function() -> None:
        made.wait(PATIENCE)
        threads[0].join(PATIENCE)
        order.append("function")

    threads.append(CallbackThread(function, "joined"))
    threads[0].join(0.0)
    order.append("not yet")
    made.set()
    threads[0].join(PATIENCE)
    assert order == ["not yet", "function"]
    threads[0].join(PATIENCE)


@pytest.mark.filterwarnings("ignore:.*fork")
def test_a_forked_child_does_not_wait_for_the_thread_of_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatchers, "JOIN_TIMEOUT", 600.0)
    dispatcher = sd.Dispatcher()
    child = os.fork()
    if not child:
        signal.alarm(round(PATIENCE))
        dispatcher.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    dispatcher.close()
