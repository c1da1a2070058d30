"""The worker threads that decode ahead for the whole library: one that composes, and some that decode regions."""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time
from functools import partial
from queue import Empty, SimpleQueue
from typing import Protocol
from weakref import ref

from sddisplaylink.native import at_exit
from sddisplaylink.weak_group import WeakGroup

__all__ = ["DecodeWorker", "Workload", "region_workers", "shared_worker", "stop_workers", "worker_threads"]

_IDLE_SECONDS = 1.0
_MOST_THREADS = 4  # of both kinds; more threads do not compose full-screen frames faster
EXIT_TIMEOUT = 1.0  # seconds that the exit of the process waits for the frame that is being decoded


class Workload(Protocol):
    """Work that is done in small steps."""

    is_queued: bool
    """Whether the workload waits for a step; set by the worker."""

    def work(self) -> bool:
        """Do one step; False if nothing is left for now."""


class DecodeWorker:
    """Gives every submitted workload one step in turn, on a daemon thread that lives only while there is work.

    Workloads are held weakly, except while their step runs. No lock is held while Python code runs, so that
    `submit` never waits.
    """

    def __init__(self, name: str, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._name = name
        self._idle_seconds = idle_seconds
        self._is_stopping = False
        self.renew()

    def renew(self) -> None:
        """Reset to no thread and no work, in a new process."""
        self._queue: SimpleQueue[ref[Workload] | None] = SimpleQueue()
        self._alive = _thread.allocate_lock()  # held by the thread while it runs
        self._has_thread = False
        self._is_refused = False  # the system has refused the last thread
        self._thread: threading.Thread | None = None
        self._launches: WeakGroup[_thread.LockType] = WeakGroup()  # each is held until the thread has begun

    @property
    def is_running(self) -> bool:
        """Whether there is a thread now."""
        return self._alive.locked()

    def submit(self, workload: Workload) -> None:
        """Give `workload` a step; no-op if it waits for one already, and after `stop`. Any thread, never waits."""
        if self._is_stopping:
            return
        if not workload.is_queued:
            try:
                workload.is_queued = True
                self._queue.put(ref(workload))
            except BaseException:  # a signal, or no memory: the next call tries again
                workload.is_queued = False
                raise
        self._ensure_thread()

    def work_here(self, seconds: float) -> None:
        """Do what is queued on the calling thread, about so many seconds at most, if the system refuses a thread.

        For callers that wait for that work: no thread but theirs may ever come to do it.
        """
        if self._queue.empty():
            return
        if not self._is_refused:
            self._ensure_thread()
        if self._has_thread or self._alive.locked():
            return
        end = time.monotonic() + seconds
        with self._alive:  # an interrupt after acquire() would leave the lock taken
            try:
                self._has_thread = True
                while time.monotonic() < end and self._step(idle_seconds=0.0):
                    pass
            finally:
                self._has_thread = False

    def stop(self, timeout: float) -> bool:
        """Accept no more work and let the current step finish; True if the thread ends within `timeout` seconds."""
        self._is_stopping = True
        self._queue.put(None)
        if self._thread is threading.current_thread():
            return True
        deadline = time.monotonic() + timeout
        return all(_is_released(lock, deadline) for lock in (*self._launches, self._alive))

    def _ensure_thread(self) -> None:
        """Start a thread for what is queued, if there is none. If that fails, the queue waits for the next `submit`."""
        if self._has_thread:
            return
        launch = _thread.allocate_lock()
        launch.acquire()
        try:  # not threading.Thread.start(), which waits for the thread that it starts
            self._has_thread = True
            self._launches.add(launch)
            if not self._is_stopping:  # asked now: stop() waits for the launches that are known by then
                _thread.start_new_thread(self._launch, (launch,))
        except BaseException as error:
            self._has_thread = False
            if not isinstance(error, RuntimeError | MemoryError):  # a signal
                raise
            self._is_refused = True

    def _launch(self, launch: _thread.LockType) -> None:
        try:
            if self._alive.acquire(blocking=False):  # otherwise a signal has started two
                self._has_thread = True
                try:
                    self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                    self._thread.start()
                except (RuntimeError, MemoryError):
                    self._is_refused = True
                    self._mark_ended()
        finally:
            launch.release()

    def _mark_ended(self) -> None:
        self._thread = None
        self._has_thread = False
        self._alive.release()

    def _run(self) -> None:
        self._is_refused = False
        try:
            while self._step(self._idle_seconds):
                pass
        finally:  # also where there is not even memory to report an error
            self._mark_ended()
            if not (self._queue.empty() or self._is_stopping):  # submitted while this thread was about to end
                self._ensure_thread()

    def _step(self, idle_seconds: float) -> bool:
        """Do one step of the next workload. While the thread waits for another one, no reference to it is held here."""
        try:
            waiting = self._queue.get(timeout=idle_seconds)
        except Empty:
            return False
        if self._is_stopping or waiting is None:
            return False
        workload = waiting()
        if workload is None:
            return True
        workload.is_queued = False
        try:
            if workload.work():
                self.submit(workload)
        except Exception:
            _report_exception()
        return True


def _report_exception() -> None:
    """Report the exception that is being handled, as threads do, whatever the user's ``threading.excepthook`` does."""
    arguments = threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread()))
    try:
        threading.excepthook(arguments)
    except BaseException:
        try:
            sys.__excepthook__(*sys.exc_info())
        except BaseException:  # there is no stderr to write to
            return


def _is_released(lock: _thread.LockType, deadline: float) -> bool:
    """Whether the lock is released by that time.monotonic()."""
    released = lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    if released:
        lock.release()
    return released


_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_shared = DecodeWorker("sddisplaylink-decode")
_region_workers = [DecodeWorker("sddisplaylink-regions") for _ in range(min(_MOST_THREADS, _CORES) - 1)]


def shared_worker() -> DecodeWorker:
    """The library's worker, on whose one thread frames are composed."""
    return _shared


def region_workers() -> list[DecodeWorker]:
    """The workers that decode regions for composing threads; none on a machine with one core."""
    return _region_workers


def worker_threads() -> int:
    """The number of threads that decode, or wait briefly for more work."""
    return sum([worker.is_running for worker in (_shared, *_region_workers)])


def stop_workers(timeout: float) -> bool:
    """Stop decoding ahead for good, before the interpreter exits; True if the threads ended in `timeout` seconds."""
    deadline = time.monotonic() + timeout
    ended = [worker.stop(max(0.0, deadline - time.monotonic())) for worker in (*_region_workers, _shared)]
    return all(ended)


def _renew_after_fork() -> None:
    """In a forked child there are no threads."""
    for worker in (_shared, *_region_workers):
        worker.renew()


os.register_at_fork(after_in_child=_renew_after_fork)
at_exit(partial(stop_workers, EXIT_TIMEOUT))
