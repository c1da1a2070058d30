"""The few threads on which the whole library decodes ahead: one that composes, and some that prepare tiles for it."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from functools import partial
from typing import Protocol
from weakref import ref

from sddisplaylink.native import at_exit

__all__ = ["DecodeWorker", "shared_worker", "stop_workers", "tile_workers", "worker_threads"]

_IDLE_SECONDS = 1.0
_MOST_THREADS = 4  # of both kinds; a screen's worth of frames does not come faster from more
EXIT_PATIENCE = 1.0  # seconds that the end of the process waits for the frame in the making


class Workload(Protocol):
    """Something that has work to do in small steps."""

    def work(self) -> bool:
        """Do one step; False if nothing is left for now."""


class DecodeWorker:
    """Gives every submitted workload one step in turn, on daemon threads that live only while there is work.

    It holds workloads weakly, except those whose step is running. With more than one thread, a workload that is
    submitted while its step is running may have another one at the same time.
    """

    def __init__(self, name: str, idle_seconds: float = _IDLE_SECONDS, threads: int = 1) -> None:
        self.capacity = threads
        self._name = name
        self._idle_seconds = idle_seconds
        self._changed = threading.Condition(threading.Lock())
        self._queue: deque[ref[Workload]] = deque()
        self._queued: set[ref[Workload]] = set()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._stopping = False

    @property
    def thread_count(self) -> int:
        """How many threads there are now."""
        return len(self._threads)

    def submit(self, workload: Workload) -> None:
        """Let `workload` have its steps; nothing if it waits already, or after `stop`. Any thread."""
        with self._changed:
            waiting = ref(workload)
            if self._stopping or waiting in self._queued:
                return
            self._queued.add(waiting)
            self._queue.append(waiting)
            if len(self._queue) > self._idle and len(self._threads) < self.capacity:
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                thread.start()
                self._threads.add(thread)
            self._changed.notify()

    def stop(self, timeout: float) -> bool:
        """Take no more work and let the steps under way finish; True if all threads end within `timeout` seconds."""
        with self._changed:
            self._stopping = True
            self._queue.clear()
            self._queued.clear()
            threads = self._threads - {threading.current_thread()}
            self._changed.notify_all()
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _run(self) -> None:
        while self._step():
            pass

    def _step(self) -> bool:
        """One step of the next workload, which must not be referred to from here while the thread waits for another."""
        workload = self._next()
        if workload is None:
            return False
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
        with self._changed:
            while not self._stopping:
                while self._queue:
                    waiting = self._queue.popleft()
                    self._queued.discard(waiting)
                    if (workload := waiting()) is not None:
                        return workload
                self._idle += 1
                woken = self._changed.wait(self._idle_seconds)
                self._idle -= 1
                if not woken and not self._queue:
                    break
            self._threads.discard(threading.current_thread())
            return None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _new_workers() -> tuple[DecodeWorker, DecodeWorker]:
    helpers = min(_MOST_THREADS, _cores()) - 1
    return DecodeWorker("sddisplaylink-decode"), DecodeWorker("sddisplaylink-tiles", threads=helpers)


_shared, _tiles = _new_workers()


def shared_worker() -> DecodeWorker:
    """The library's worker in this process, on whose one thread frames are composed."""
    return _shared


def tile_workers() -> DecodeWorker:
    """Those who prepare tiles for whoever composes; no thread at all on a machine with one core."""
    return _tiles


def worker_threads() -> int:
    """How many threads decode, or wait for a moment for more to decode."""
    return _shared.thread_count + _tiles.thread_count


def stop_workers(timeout: float) -> bool:
    """Stop decoding ahead for good, before the interpreter goes; True if the threads ended within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    ended = [worker.stop(max(0.0, deadline - time.monotonic())) for worker in (_tiles, _shared)]
    return all(ended)


def _renew_after_fork() -> None:
    """The threads did not come along, and the locks may have been held."""
    global _shared, _tiles
    _shared, _tiles = _new_workers()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)
at_exit(partial(stop_workers, EXIT_PATIENCE))
