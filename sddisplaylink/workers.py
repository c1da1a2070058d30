"""The few threads on which the whole library decodes ahead: one that composes, and some that decode tiles for it."""

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

__all__ = ["DecodeWorker", "Workload", "shared_worker", "stop_workers", "tile_workers", "worker_threads"]

_IDLE_SECONDS = 1.0
_MOST_THREADS = 4  # of both kinds; a screen's worth of frames does not come faster from more
EXIT_TIMEOUT = 1.0  # seconds that the end of the process waits for the frame in the making


class Workload(Protocol):
    """Something that has work to do in small steps."""

    is_queued: bool
    """Whether it waits for a step: the worker's own note."""

    def work(self) -> bool:
        """Do one step; False if nothing is left for now."""


class DecodeWorker:
    """Gives every submitted workload one step in turn, on a daemon thread that lives only while there is work.

    Workloads are held weakly, except while their step runs. No lock is held while Python code runs, so that
    :meth:`submit` waits for nobody.
    """

    def __init__(self, name: str, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._name = name
        self._idle_seconds = idle_seconds
        self._is_stopping = False
        self.renew()

    def renew(self) -> None:
        """Begin without a thread and without work: this is a new process."""
        self._queue: SimpleQueue[ref[Workload] | None] = SimpleQueue()
        self._alive = _thread.allocate_lock()  # held by the thread for as long as it lives
        self._has_thread = False
        self._thread: threading.Thread | None = None
        self._launches: WeakGroup[_thread.LockType] = WeakGroup()  # each is held until the thread has begun

    @property
    def is_running(self) -> bool:
        """Whether there is a thread now."""
        return self._alive.locked()

    def submit(self, workload: Workload) -> None:
        """Let `workload` have a step; nothing if it waits for one already, or after `stop`. Any thread, never waits."""
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

    def stop(self, timeout: float) -> bool:
        """Take no more work and let the step under way finish; True if the thread ends within `timeout` seconds."""
        self._is_stopping = True
        self._queue.put(None)
        if self._thread is threading.current_thread():
            return True
        deadline = time.monotonic() + timeout
        return all(_is_released(lock, deadline) for lock in (*self._launches, self._alive))

    def _ensure_thread(self) -> None:
        """Have a thread for what is queued. What no thread can be had for waits for the next `submit`."""
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

    def _launch(self, launch: _thread.LockType) -> None:
        try:
            if self._alive.acquire(blocking=False):  # else a signal has made two of it
                self._has_thread = True
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                try:
                    self._thread.start()
                except (RuntimeError, MemoryError):
                    self._leave()
        finally:
            launch.release()

    def _leave(self) -> None:
        self._thread = None
        self._has_thread = False
        self._alive.release()

    def _run(self) -> None:
        while self._step():
            pass
        self._leave()
        if not (self._queue.empty() or self._is_stopping):  # submitted while this thread was about to end
            self._ensure_thread()

    def _step(self) -> bool:
        """One step of the next workload, which must not be referred to from here while the thread waits for another."""
        try:
            waiting = self._queue.get(timeout=self._idle_seconds)
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
            thread = threading.current_thread()
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), thread)))
        return True


def _is_released(lock: _thread.LockType, deadline: float) -> bool:
    """Whether the lock is released by that time.monotonic()."""
    released = lock.acquire(timeout=max(0.0, deadline - time.monotonic()))
    if released:
        lock.release()
    return released


_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_shared = DecodeWorker("sddisplaylink-decode")
_tiles = [DecodeWorker("sddisplaylink-tiles") for _ in range(min(_MOST_THREADS, _CORES) - 1)]


def shared_worker() -> DecodeWorker:
    """The library's worker, on whose one thread frames are composed."""
    return _shared


def tile_workers() -> list[DecodeWorker]:
    """Those who decode tiles for whoever composes; none on a machine with one core."""
    return _tiles


def worker_threads() -> int:
    """How many threads decode, or wait for a moment for more to decode."""
    return sum([worker.is_running for worker in (_shared, *_tiles)])


def stop_workers(timeout: float) -> bool:
    """Stop decoding ahead for good, before the interpreter goes; True if the threads ended within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    ended = [worker.stop(max(0.0, deadline - time.monotonic())) for worker in (*_tiles, _shared)]
    return all(ended)


def _renew_after_fork() -> None:
    """The threads did not come along."""
    for worker in (_shared, *_tiles):
        worker.renew()


os.register_at_fork(after_in_child=_renew_after_fork)
at_exit(partial(stop_workers, EXIT_TIMEOUT))
