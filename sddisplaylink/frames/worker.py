"""The few threads on which the whole library decodes ahead: one that composes, and some that prepare regions for it."""

from __future__ import annotations

import _thread
import contextlib
import os
import sys
import threading
import time
from functools import partial
from queue import Empty, SimpleQueue
from typing import Protocol
from weakref import ref

from sddisplaylink.native import at_exit

__all__ = ["DecodeWorker", "Workload", "region_workers", "shared_worker", "stop_workers", "worker_threads"]

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
    """Gives every submitted workload one step in turn, on daemon threads that live only while there is work.

    Workloads are held weakly, except while their step runs. With more than one thread, a workload that is submitted
    while its step runs may have another one at the same time. No lock is held while Python code runs, so that
    :meth:`submit` waits for nobody.
    """

    def __init__(self, name: str, idle_seconds: float = _IDLE_SECONDS, threads: int = 1) -> None:
        self.capacity = threads
        self._name = name
        self._idle_seconds = idle_seconds
        self._queue: SimpleQueue[ref[Workload] | None] = SimpleQueue()
        self._slots = [_thread.allocate_lock() for _ in range(threads)]  # each held by the thread that lives in it
        self._threads: dict[int, threading.Thread] = {}
        self._is_stopping = False

    @property
    def thread_count(self) -> int:
        """How many threads there are now."""
        return len(self._threads)

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
        elif self._threads:
            return
        self._ensure_thread()

    def stop(self, timeout: float) -> bool:
        """Take no more work and let the steps under way finish; True if all threads end within `timeout` seconds."""
        self._is_stopping = True
        for _ in self._slots:
            self._queue.put(None)
        deadline = time.monotonic() + timeout
        own = threading.current_thread()
        threads = [thread for thread in self._threads.copy().values() if thread is not own]
        for thread in threads:
            with contextlib.suppress(RuntimeError):  # about to be started
                thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _ensure_thread(self) -> None:
        """Have a thread for what is queued. What no thread can be had for waits for the next `submit`."""
        for slot, lock in enumerate(self._slots):
            if lock.acquire(blocking=False):
                try:  # not threading.Thread.start(), which waits for the thread that it starts
                    _thread.start_new_thread(self._launch, (slot,))
                except (RuntimeError, MemoryError):
                    lock.release()
                return

    def _launch(self, slot: int) -> None:
        thread = threading.Thread(target=self._run, args=(slot,), name=self._name, daemon=True)
        self._threads[slot] = thread
        try:
            thread.start()
        except (RuntimeError, MemoryError):
            self._leave(slot)

    def _leave(self, slot: int) -> None:
        self._threads.pop(slot, None)
        self._slots[slot].release()

    def _run(self, slot: int) -> None:
        while self._step():
            pass
        self._leave(slot)
        if not (self._queue.empty() or self._is_stopping):  # submitted while this thread was about to end
            self._ensure_thread()

    def _step(self) -> bool:
        """One step of the next workload, which must not be referred to from here while the thread waits for another."""
        workload = self._next()
        if workload is None:
            return False
        workload.is_queued = False
        try:
            more = workload.work()
        except Exception:
            more = False
            thread = threading.current_thread()
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), thread)))
        if more:
            self.submit(workload)
        return True

    def _next(self) -> Workload | None:
        """The workload whose turn it is; None if this thread is to end."""
        while not self._is_stopping:
            try:
                waiting = self._queue.get(timeout=self._idle_seconds)
            except Empty:
                return None
            if waiting is not None and (workload := waiting()) is not None:
                return workload
        return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _new_workers() -> tuple[DecodeWorker, DecodeWorker]:
    helpers = min(_MOST_THREADS, _cores()) - 1
    return DecodeWorker("sddisplaylink-decode"), DecodeWorker("sddisplaylink-regions", threads=helpers)


_shared, _regions = _new_workers()


def shared_worker() -> DecodeWorker:
    """The library's worker in this process, on whose one thread frames are composed."""
    return _shared


def region_workers() -> DecodeWorker:
    """Those who prepare regions for whoever composes; no thread at all on a machine with one core."""
    return _regions


def worker_threads() -> int:
    """How many threads decode, or wait for a moment for more to decode."""
    return _shared.thread_count + _regions.thread_count


def stop_workers(timeout: float) -> bool:
    """Stop decoding ahead for good, before the interpreter goes; True if the threads ended within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    ended = [worker.stop(max(0.0, deadline - time.monotonic())) for worker in (_regions, _shared)]
    return all(ended)


def _renew_after_fork() -> None:
    """The threads did not come along."""
    global _shared, _regions
    _shared, _regions = _new_workers()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)
at_exit(partial(stop_workers, EXIT_TIMEOUT))
