"""Decoders of one image that threads borrow."""

from __future__ import annotations

from copy import copy
from queue import Empty, SimpleQueue

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.timeline import Timeline

__all__ = ["LentDecoder"]

_CLOSED = object()


class LentDecoder:
    """Lends a decoder to one thread at a time, without a lock: the decoder is in a queue, or its borrower has it.

    A signal can lose a decoder between the two. A thread that finds none therefore gets a copy.
    """

    def __init__(self, decoder: Decoder, cache: FrameCache, timeline: Timeline) -> None:
        """`decoder` is what is copied."""
        self._decoder = decoder
        self._cache = cache
        self._timeline = timeline
        self._idle: SimpleQueue[Decoding] = SimpleQueue()
        self._state: object = None  # a new object after each purge

    def borrow(self, timeout: float = 0.0) -> Decoding:
        """The decoder, after waiting at most `timeout` seconds for another thread, or else a copy."""
        return self.borrow_idle(timeout) or Decoding(copy(self._decoder), self._cache, self._timeline)

    def borrow_idle(self, timeout: float = 0.0) -> Decoding | None:
        """The decoder, or None if it is still in use after `timeout` seconds."""
        try:
            return self._idle.get(timeout=timeout)
        except Empty:
            return None

    def give_back(self, decoding: Decoding) -> None:
        """Make the decoder available again, purged or closed if that was requested meanwhile."""
        state = self._state
        if state is _CLOSED:
            decoding.close()
            self._cache.retain_only(())
            return
        if decoding.state is not state:
            decoding.state = state
            decoding.purge()
        if self._idle.empty():
            self._idle.put(decoding)
        if self._state is not state:
            self._apply_state()

    def purge(self) -> None:
        """Have the decoder purged, by its borrower if there is one. Never waits."""
        self._state = object()
        self._apply_state()

    def close(self) -> None:
        """Have the decoder closed, by its borrower if there is one. Never waits."""
        self._state = _CLOSED
        self._apply_state()

    def _apply_state(self) -> None:
        if (decoding := self.borrow_idle()) is not None:
            self.give_back(decoding)
