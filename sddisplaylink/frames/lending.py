"""Decoders of one image that threads borrow."""

from __future__ import annotations

from copy import copy
from queue import Empty, SimpleQueue

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.errors import LinkClosedError
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.timeline import Timeline

__all__ = ["LentDecoder"]


class LentDecoder:
    """Lends a decoder to one thread at a time, without a lock: the decoder is in a queue, or its borrower has it.

    A signal can lose a decoder between the two. A thread that finds none therefore gets a copy.
    """

    def __init__(self, decoder: Decoder, cache: FrameCache, timeline: Timeline) -> None:
        """`decoder` is what is copied."""
        self._decoder = decoder
        self._cache = cache
        self._timeline = timeline
        self._idle: SimpleQueue[Decoding | None] = SimpleQueue()  # None wakes a thread that waits for a closed decoder
        self._latest_purge: object = None  # a new object for each
        self._is_closed = False

    def borrow(self, timeout: float = 0.0) -> Decoding:
        """The decoder, after waiting at most `timeout` seconds for another thread, or else a copy. LinkClosedError."""
        decoding = self.borrow_idle(timeout)
        if decoding is None:
            if self._is_closed:
                raise LinkClosedError("the image is closed")
            decoding = Decoding(copy(self._decoder), self._cache, self._timeline)
        return decoding

    def borrow_idle(self, timeout: float = 0.0) -> Decoding | None:
        """The decoder, or None if it is closed, or still in use after `timeout` seconds."""
        try:
            return self._idle.get(timeout=timeout)
        except Empty:
            return None

    def give_back(self, decoding: Decoding) -> None:
        """Make the decoder available again, purged or closed if that was requested meanwhile."""
        latest_purge = self._latest_purge
        if self._is_closed:
            decoding.close()
            self._cache.retain_only(())
            self._idle.put(None)
            return
        if decoding.latest_purge is not latest_purge:
            decoding.latest_purge = latest_purge
            decoding.purge()
        if self._idle.empty():
            self._idle.put(decoding)
        if self._latest_purge is not latest_purge:
            self._apply_purge()

    def purge(self) -> None:
        """Have the decoder purged, by its borrower if there is one. Never waits."""
        self._latest_purge = object()
        self._apply_purge()

    def close(self) -> None:
        """Have the decoder closed, by its borrower if there is one. Never waits."""
        self._is_closed = True
        self.purge()

    def _apply_purge(self) -> None:
        if (decoding := self.borrow_idle()) is not None:
            self.give_back(decoding)
