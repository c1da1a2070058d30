"""The shared thread: there only while there is work, fair, weak, stoppable."""

from __future__ import annotations

import _thread
import gc
import threading
import time
import weakref

import pytest

from sddisplaylink.machine.workers import DecodeWorker, region_workers, worker_threads

PATIENCE = 10.0


class Load:
    """Has `steps` steps to do."""

    is_queued = False

    def __init__(self, steps=1, log=None, name=""):
        self.left = steps
        self.log = log if log is not None else []
        self.name = name
        self.done = threading.Event()

    def work(self):
        if self.left == 0:
            return False
        self.left -= 1
        self.log.append(self.name)
        if self.left == 0:
            self.done.set()
        return True


class Gate(Load):
    """Its step waits until the test lets it continue."""

    def __init__(self):
        super().__init__()
        self.entered, self.open = threading.Event(), threading.Event()

    def work(self):
        self.entered.set()
        assert self.open.wait(PATIENCE)
        return super().work()


@pytest.fixture
def worker():
    worker = DecodeWorker("test-decode", idle_seconds=0.01)
    yield worker
    assert worker.stop(PATIENCE)


def thread_named(name):
    return next((thread for thread in threading.enumerate() if thread.name == name), None)


def test_work_is_done_on_a_daemon_thread_that_then_ends(worker):
    assert thread_named("test-decode") is None
    gate = Gate()
    worker.submit(gate)
    assert gate.entered.wait(PATIENCE)
    thread = thread_named("test-decode")
    assert thread.daemon
    gate.open.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert not worker.is_running
    assert gate.left == 0


def test_it_begins_again_after_it_has_ended(worker):
    for _ in range(3):
        load = Load()
        worker.submit(load)
        assert load.done.wait(PATIENCE)
        thread = thread_named("test-decode")
        if thread is not None:
            thread.join(PATIENCE)


def test_workloads_run_in_turn(worker):
    log = []
    gate, one, two = Gate(), Load(3, log, "one"), Load(3, log, "two")
    for load in (gate, one, two):
        worker.submit(load)
    gate.open.set()
    assert one.done.wait(PATIENCE)
    assert two.done.wait(PATIENCE)
    assert log == ["one", "two"] * 3


def test_a_load_waits_once_however_often_it_is_submitted(worker):
    log = []
    gate, load, last = Gate(), Load(2, log, "load"), Load(1, log, "last")
    worker.submit(gate)
    for _ in range(5):
        worker.submit(load)
    worker.submit(last)
    gate.open.set()
    assert load.done.wait(PATIENCE)
    assert log == ["load", "last", "load"]


def test_what_is_submitted_during_its_own_step_is_not_lost(worker):
    class Again(Load):
        def work(self):
            if self.left == 2:
                worker.submit(self)
            super().work()
            return False

    load = Again(2)
    worker.submit(load)
    assert load.done.wait(PATIENCE)


def test_waiting_loads_are_held_weakly(worker):
    gate, load = Gate(), Load()
    worker.submit(gate)
    assert gate.entered.wait(PATIENCE)
    worker.submit(load)
    watch = weakref.ref(load)
    del load
    gc.collect()
    assert watch() is None
    gate.open.set()
    assert gate.done.wait(PATIENCE)


def test_finished_loads_are_not_held_while_the_thread_waits():
    worker = DecodeWorker("test-decode", idle_seconds=PATIENCE)
    log, gate = [], Gate()
    gate.open.set()
    gone = threading.Event()
    worker.submit(gate)
    assert gate.done.wait(PATIENCE)
    weakref.finalize(gate, gone.set)
    del gate
    assert gone.wait(PATIENCE)
    assert worker.is_running
    assert worker.stop(PATIENCE)
    assert log == []


def test_stop_finishes_the_present_step_and_nothing_else():
    worker = DecodeWorker("test-decode")
    gate, load = Gate(), Load()
    worker.submit(gate)
    worker.submit(load)
    assert gate.entered.wait(PATIENCE)
    assert not worker.stop(0)
    gate.open.set()
    assert worker.stop(PATIENCE)
    assert (gate.left, load.left) == (0, 1)
    worker.submit(load)
    assert load.left == 1
    assert thread_named("test-decode") is None


def test_stop_waits_for_a_thread_that_has_not_begun(monkeypatch):
    launches = []
    worker = DecodeWorker("test-decode")
    with monkeypatch.context() as patched:
        patched.setattr(_thread, "start_new_thread", lambda *launch: launches.append(launch))
        load = Load()
        worker.submit(load)
    assert len(launches) == 1
    assert not worker.stop(0)  # the interpreter may not go yet
    for call, arguments in [launches.pop()]:
        _thread.start_new_thread(call, arguments)
    del call, arguments
    assert worker.stop(PATIENCE)
    assert not worker.is_running


def test_stop_does_not_wait_for_a_thread_that_the_system_refused(monkeypatch):
    def refuse(*_):
        raise RuntimeError("can't start new thread")

    worker = DecodeWorker("test-decode")
    with monkeypatch.context() as patched:
        patched.setattr(_thread, "start_new_thread", refuse)
        load = Load()
        worker.submit(load)
    assert worker.stop(0)
    worker.submit(load)
    assert not worker.is_running


def test_stop_from_its_own_thread_does_not_wait_for_itself():
    worker = DecodeWorker("test-decode")
    seen = []

    class Stopper(Load):
        def work(self):
            seen.append(worker.stop(PATIENCE))
            return super().work()

    load = Stopper()
    worker.submit(load)
    assert load.done.wait(PATIENCE)
    assert seen == [True]
    assert worker.stop(PATIENCE)


def test_a_step_that_fails_is_reported_and_the_others_go_on(worker, monkeypatch):
    reported = []
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_type))

    class Broken(Load):
        def work(self):
            raise ZeroDivisionError

    broken, load = Broken(), Load()
    worker.submit(broken)
    worker.submit(load)
    assert load.done.wait(PATIENCE)
    assert reported == [ZeroDivisionError]


def test_the_library_has_four_threads_at_the_most():
    assert len(region_workers()) <= 3
    assert worker_threads() <= 4


@pytest.mark.parametrize("raised", [RuntimeError, SystemExit])
def test_an_excepthook_that_raises_does_not_end_the_work(worker, monkeypatch, raised):
    def hook(_):
        raise raised

    class Broken(Load):
        def work(self):
            raise ValueError

    monkeypatch.setattr(threading, "excepthook", hook)
    broken, load = Broken(), Load()
    worker.submit(broken)
    worker.submit(load)
    assert load.done.wait(PATIENCE)
    another = Load()
    worker.submit(another)
    assert another.done.wait(PATIENCE)


def test_work_goes_on_once_there_is_memory_for_the_thread(worker, monkeypatch):
    refused = threading.Event()

    class Refused(threading.Thread):
        def __init__(self, *arguments, **options):
            if options.get("name") == "test-decode":
                refused.set()
                raise MemoryError
            super().__init__(*arguments, **options)

    load = Load()
    with monkeypatch.context() as patched:
        patched.setattr(threading, "Thread", Refused)
        worker.submit(load)
        assert refused.wait(PATIENCE)
    end = time.monotonic() + PATIENCE
    while not load.done.wait(0.01) and time.monotonic() < end:
        worker.submit(load)
    assert load.left == 0
