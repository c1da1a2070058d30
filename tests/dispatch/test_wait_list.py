"""Waiting for a change that another thread makes."""

from __future__ import annotations

import signal
import threading

import pytest

from sddisplaylink.dispatch.wait_list import WaitList

PATIENCE = 20.0


def test_what_is_done_already_is_not_waited_for() -> None:
    waits = WaitList()
    assert waits.wait(lambda: True) is True
    assert waits.waiters == []


def test_a_time_that_is_over() -> None:
    waits = WaitList()
    assert waits.wait(lambda: False, 0.0) is False
    assert waits.wait(lambda: False, -1.0) is False
    assert waits.waiters == []


def test_every_waiting_thread_is_woken() -> None:
    waits, done, woken = WaitList(), threading.Event(), []
    threads = [
        threading.Thread(target=lambda: woken.append(waits.wait(done.is_set, PATIENCE)), daemon=True) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    while len(waits.waiters) < 3:
        threading.Event().wait(0.001)
    done.set()
    waits.notify()
    for thread in threads:
        thread.join(PATIENCE)
    assert woken == [True] * 3
    assert waits.waiters == []


def test_a_notification_that_changes_nothing_ends_no_wait() -> None:
    waits, done, asked = WaitList(), threading.Event(), threading.Semaphore(0)

    def is_done() -> bool:
        asked.release()
        return done.is_set()

    thread = threading.Thread(target=waits.wait, args=(is_done,), daemon=True)
    thread.start()
    for _ in range(4):  # twice before each of two waits
        waits.notify()
        assert asked.acquire(timeout=PATIENCE)
    assert thread.is_alive()
    done.set()
    while thread.is_alive():
        waits.notify()
        thread.join(0.01)


def test_a_change_between_the_question_and_the_wait_is_not_missed() -> None:
    waits, answers = WaitList(), []

    def is_done() -> bool:
        answers.append(len(answers) == 2)
        if len(answers) == 2:
            waits.notify()  # the change comes right after the second question, which is asked before waiting
        return answers[-1]

    assert waits.wait(is_done, PATIENCE) is True
    assert len(answers) == 3
    assert waits.waiters == []


def test_a_signal_handler_that_raises_ends_the_wait_and_leaves_nothing_behind() -> None:
    waits = WaitList()

    def fail(number: int, frame: object) -> None:
        raise InterruptedError

    former = signal.signal(signal.SIGALRM, fail)
    try:
        with pytest.raises(InterruptedError):
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            waits.wait(lambda: False, PATIENCE)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
    assert waits.waiters == []
    waits.notify()
