"""IncrementalImage: an animated image whose data is still coming in."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sddisplaylink.decoders.appearance import Presentation
from sddisplaylink.decoders.data.incoming import IncomingData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.data.nothing_yet import NOTHING_YET
from sddisplaylink.decoders.opening import IncrementalDecoder
from sddisplaylink.errors import ForkedProcessError, ImageFormatError, LinkClosedError
from sddisplaylink.frames.pool import FramePool, PoolReader
from sddisplaylink.frames.timeline import Timeline, TimingRule
from sddisplaylink.images.image import AnimatedImage, DecoderName, check_names
from sddisplaylink.weak_group import WeakGroup

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["IncrementalImage", "Listener", "Progress"]

_NAME = "<incremental>"


class Progress(NamedTuple):
    """What has come of an image since the last call."""

    durations_ns: Sequence[int]
    """Durations of the further frames, in nanoseconds."""
    loop_count: int
    """The number of plays, as far as it is known."""
    is_complete: bool
    """Whether no more frames will come."""
    error: Exception | None
    """The exception that says why there will be no image, or None."""


class Listener(Protocol):
    """Is notified when an image has further frames."""

    def on_progress(self) -> None:
        """There are further frames, or the end is known. Called on the thread that feeds the image."""


class IncrementalImage(AnimatedImage):
    """An animated image that grows as its data comes in, for instance from a download.

    Pass the image to players and views at once, pass every piece of the data to :meth:`feed`, then call :meth:`finish`.
    A frame of a GIF or an APNG is available as soon as its last byte has come; other formats are available after
    :meth:`finish`. :attr:`frame_count`, :attr:`durations` and :attr:`loop_count` cover what has come so far; before the
    first frame :attr:`frame_count` is 0 and :attr:`size` is (0, 0).

    A player shows whole frames: it waits for the first one, and a frame whose time is over stays until the next one has
    come, without skipping time. No loop ends before the end is known, because the file says so or :meth:`finish` was
    called. Playing backwards (a negative rate, REVERSE, REVERSED_BOUNCE) waits for the end.

    All methods may be called from any thread; pieces are processed one after the other. In a forked child
    ForkedProcessError is raised.

    Args:
        timing, decoder, max_pixels, max_frames, orient, to_srgb: as for :meth:`AnimatedImage.open`.

    Raises:
        TypeError, ValueError: an argument is not one of those.
    """

    __slots__ = (
        "_count",
        "_decoding",
        "_error",
        "_has_news",
        "_incoming",
        "_is_finished",
        "_listeners",
        "_lock",
        "_process",
        "_timing",
    )

    def __init__(
        self,
        *,
        timing: TimingRule = "browser",
        decoder: DecoderName = "auto",
        max_pixels: int | None = None,
        max_frames: int | None = None,
        orient: bool = True,
        to_srgb: bool = True,
    ) -> None:
        check_names(timing, decoder)
        limits = Limits.of(max_pixels, max_frames)
        shown = Presentation(orient, to_srgb)
        self._name = _NAME
        self._data = self._incoming = IncomingData()
        self._decoding = IncrementalDecoder(self._incoming, limits, native=decoder == "auto", presentation=shown)
        self._frames = NOTHING_YET
        self._timing = timing
        self._timeline = Timeline(NOTHING_YET, timing)
        self._count = 0
        self._is_finished = False
        self._error: Exception | None = None
        self._has_news = False  # of which not every player has been notified
        self._lock = threading.Lock()
        self._listeners: WeakGroup[Listener] = WeakGroup()
        self._process = os.getpid()

    # ---- the data ----

    def feed(self, data: ReadableBuffer) -> None:
        """Append the next piece of the data: any buffer of bytes, of any size, which is copied. Decodes nothing.

        Data after the end of the image is ignored. Raises ImageFormatError, now and in later calls, once it is certain
        that there will be no image; LinkClosedError after :meth:`close` or :meth:`finish`; TypeError if `data` is no
        buffer. Where memory is short for more than the data itself, frames come later: with the next piece, or
        :meth:`finish`.
        """
        with self._lock:
            self._check_usable()
            if self._is_finished:
                raise LinkClosedError("no data can follow finish()")
            if not self._incoming.is_growing:
                return
            self._incoming.append(data)
        with contextlib.suppress(MemoryError):  # the data has been taken: what is left to do, the next call does
            with self._lock:
                self._has_news |= self._rescan()
            self._notify()
        self.raise_error()

    def finish(self) -> None:
        """Say that all data has come, even if the file is incomplete. Idempotent.

        From now on the image is the same as if :meth:`AnimatedImage.open` had opened the data: :attr:`truncated` if
        frames are missing. Raises ImageFormatError, now and in later calls, if no whole frame has come; LinkClosedError
        after :meth:`close`; MemoryError, after which it can be called again.
        """
        with self._lock:
            self._check_usable()
            if not self._is_finished:
                self._incoming.end()
                self._has_news |= self._rescan()
                self._is_finished = True
        self._notify()
        self.raise_error()

    @property
    def is_finished(self) -> bool:
        """Whether no more frames will come: the end is known, or there was an error."""
        return self._error is not None or not self._incoming.is_growing

    # ---- properties ----

    @property
    def frame_count(self) -> int:
        """Number of whole frames so far."""
        return self._count

    @property
    def truncated(self) -> bool:
        """True if data is missing or broken after the last whole frame; False as long as more may come."""
        return self.is_finished and self._frames.info.truncated

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """As :meth:`AnimatedImage.open_reader`, once there is a frame. LinkClosedError before that."""
        if not self._count:
            raise LinkClosedError("no frame has come yet")
        return super().open_reader(max_bytes)

    def purge(self) -> None:
        """As :meth:`AnimatedImage.purge`; does nothing before there is a frame."""
        if self._count:
            super().purge()

    def close(self) -> None:
        """Accept no more data; release the data and the decoded frames. Frames handed out stay valid. Idempotent.

        Players that wait for further frames stop with a LinkClosedError.
        """
        if os.getpid() != self._process:
            return
        with self._lock:
            cuts_off = self._incoming.is_growing and self._error is None
            if cuts_off:
                self._error, self._has_news = LinkClosedError("the image is closed"), True
        if self._count:
            self.pool.close()  # before the data goes, so that who is decoding knows why
        with self._lock:
            self._data.close()
        self._notify()

    # ---- for players ----

    def progress_since(self, first: int) -> Progress:
        """The frames from `first` on, and what else is known."""
        with self._lock:
            durations = [self._timeline.duration_ns(index) for index in range(first, self._count)]
            return Progress(durations, self.loop_count, self.is_finished, self._error)

    def add_listener(self, listener: Listener) -> None:
        """Notify ``listener``, held weakly, when there are further frames or the end is known."""
        with self._lock:
            self._listeners.add(listener)

    def raise_error(self) -> None:
        """Raise the reason if there will be no image."""
        if (error := self._error) is not None:
            raise type(error)(str(error))  # a new one each time: one that is raised repeatedly would collect tracebacks

    # ---- with the lock held ----

    def _check_usable(self) -> None:
        if os.getpid() != self._process:
            raise ForkedProcessError("the image belongs to the parent of this process; make a new one here")
        self.raise_error()
        if self._incoming.is_closed:
            raise LinkClosedError("the image is closed")

    def _rescan(self) -> bool:
        """Look for further frames; whether there are any, or the end is known."""
        before = self._count
        try:
            decoder = self._decoding.find_decoder()
            count = self._decoding.count(before)
        except ImageFormatError as error:
            self._error = ImageFormatError(f"{_NAME}: {error}")
            self._incoming.close()
            return True
        if decoder is not None and count > before:
            if not before:
                self._frames = decoder
                self.pool = FramePool(decoder, Timeline(decoder, self._timing), _NAME)
            self._timeline = Timeline(decoder, self._timing)  # which knows nothing yet
            self.pool.requests.grow(count)
            self._count = count
        if self._decoding.has_ended:
            self._incoming.end()
            if count == 1:
                self.pool.purge()  # what there was of a lone frame may be no frame after all
        return count > before or self._decoding.has_ended

    # ---- without it ----

    def _notify(self) -> None:
        """Notify every player of the news, if there are any; after an exception, once more at the next call."""
        with self._lock:
            has_news, self._has_news = self._has_news, False
            listeners = list(self._listeners) if has_news else []
        failure: BaseException | None = None
        for listener in listeners:
            try:
                listener.on_progress()
            except BaseException as error:
                failure, self._has_news = error, True
        if failure is not None:
            raise failure
