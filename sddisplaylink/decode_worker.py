"""The one thread on which the whole library decodes ahead."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from functools import partial
from typing import Protocol
from weakref import WeakSet, ref

from sddisplaylink.core import at_exit

__all__ = ["DecodeWorker", "shared_worker", "stop_worker"]

_IDLE_SECONDS = 1.0
EXIT_PATIENCE = 1.0  # seconds that the end of the process waits for the frame in the making


class Workload(Protocol):
    """Something that has work to do in small steps."""

    def work(self) -> bool:
        """Do one step; False if nothing is left for now."""


class DecodeWorker:
    """Gives every submitted workload one step in turn, on a daemon thread that lives only while there is work.

    It holds workloads weakly, except the one whose step is running.
    """

    def __init__(self, name: str = "sddisplaylink-decode", idle_seconds: float = _IDLE_SECONDS) -> None:
        self._name = name
        self._idle_seconds = idle_seconds
        self._changed = threading.Condition(threading.Lock())
        self._queue: deque[ref[Workload]] = deque()
        self._queued: WeakSet[Workload] = WeakSet()
        self._thread: threading.Thread | None = None
        self._stopping = False

    @property
    def is_running(self) -> bool:
        """True while the thread exists."""
        return self._thread is not None

    def submit(self, workload: Workload) -> None:
        """Let `workload` have its steps; nothing if it waits already, or after `stop`. Any thread."""
        with self._changed:
            if self._stopping or workload in self._queued:
                return
            self._queued.add(workload)
            self._queue.append(ref(workload))
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                thread.start()
                self._thread = thread
            self._changed.notify()

    def stop(self, timeout: float) -> bool:
        """Take no more work and let the step under way finish; True if the thread ends within `timeout` seconds."""
        with self._changed:
            self._stopping = True
            self._queue.clear()
            thread = self._thread
            self._changed.notify()
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        return not thread.is_alive()

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
        """The workload whose turn it is; None if the thread is to end."""
        with self._changed:
            while not self._stopping:
                while self._queue:
                    workload = self._queue.popleft()()
                    if workload is not None:
                        self._queued.discard(workload)
                        return workload
                if not self._changed.wait(self._idle_seconds) and not self._queue:
                    break
            self._thread = None
            return None


_shared = DecodeWorker()


def shared_worker() -> DecodeWorker:
    """The library's worker in this process."""
    return _shared


def stop_worker(timeout: float) -> bool:
    """Stop decoding ahead for good, before the interpreter goes; True if the thread ended within `timeout` seconds."""
    return _shared.stop(timeout)


def _renew_after_fork() -> None:
    """The thread did not come along, and the lock may have been held."""
    global _shared
    _shared = DecodeWorker()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)
at_exit(partial(stop_worker, EXIT_PATIENCE))
