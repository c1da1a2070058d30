"""IncrementalImage: an animated image whose data is still coming in."""

from __future__ import annotations

import contextlib
import math
import os
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol

from sddisplaylink.copying import refuse_copies
from sddisplaylink.decoders.appearance import Presentation
from sddisplaylink.decoders.data.incoming import IncomingData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.data.nothing_yet import NOTHING_YET
from sddisplaylink.decoders.opening import IncrementalDecoder
from sddisplaylink.errors import ForkedProcessError, ImageFormatError, LinkClosedError
from sddisplaylink.frames.pool import FramePool, PoolReader
from sddisplaylink.frames.timeline import Timeline, TimingRule
from sddisplaylink.images.image import AnimatedImage, DecoderName, check_names
from sddisplaylink.machine.exclusive import ExclusiveWork
from sddisplaylink.weak_group import WeakGroup

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["IncrementalImage", "Listener", "Progress"]

_NAME = "<incremental>"
_CLOSED = "the image is closed"


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


class _Known(NamedTuple):
    """What is known of the frames: published as a whole, and read without a lock."""

    frame_count: int = 0
    """The number of whole frames."""
    loop_count: int = NOTHING_YET.loop_count
    is_complete: bool = False
    """Whether no more frames will come."""


class _Piece:
    """A piece of the data that is to be processed."""

    __slots__ = ("data",)

    def __init__(self, data: bytes | None) -> None:
        self.data = data
        """None: all data has come."""


class Listener(Protocol):
    """Is notified when an image has further frames."""

    def on_progress(self) -> None:
        """There are further frames, or the end is known. Called on the thread that feeds the image."""


class IncrementalImage(AnimatedImage):
    """An animated image that grows as its data comes in, for instance from a download.

    Pass the image to players and views at once, pass every piece of the data to `feed`, then call `finish`.
    A frame of a GIF or an APNG is available as soon as its last byte has come; other formats are available after
    `finish`. `frame_count`, `durations` and `loop_count` cover what has come so far; before the
    first frame `frame_count` is 0 and `size` is (0, 0).

    A player shows whole frames: it waits for the first one, and a frame whose time is over stays until the next one has
    come, without skipping time. No loop ends before the end is known, because the file says so or `finish` was
    called. Playing backwards (a negative rate, REVERSE, REVERSED_BOUNCE) waits for the end.

    All methods may be called from any thread, in signal handlers and finalisers, and none waits for another thread.
    Pieces are processed one after the other: if a thread is processing one, it also takes those that come meanwhile.
    In a forked child ForkedProcessError is raised.

    Args:
        timing, decoder, max_pixels, max_frames, orient, to_srgb: as for `AnimatedImage.open`.

    Raises:
        TypeError, ValueError: an argument is not one of those.
    """

    __slots__ = (
        "_decoding",
        "_error",
        "_has_news",
        "_incoming",
        "_is_closed",
        "_is_finished",
        "_known",
        "_listeners",
        "_pieces",
        "_process_id",
        "_processing",
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
        self._known = _Known()
        self._is_finished = False
        self._is_closed = False
        self._error: Exception | None = None
        self._has_news = False  # of which not every player has been notified
        self._pieces: deque[_Piece] = deque()
        self._processing = ExclusiveWork()
        self._listeners: WeakGroup[Listener] = WeakGroup()
        self._process_id = os.getpid()

    @classmethod
    def open(cls, *source: Any, **options: Any) -> NoReturn:
        """TypeError: an image that grows is made empty, and gets its data by `feed`."""
        raise TypeError(f"make an empty image by {cls.__name__}(), then pass its data to feed() and call finish()")

    # ---- the data ----

    def feed(self, data: ReadableBuffer) -> None:
        """Append the next piece of the data: any buffer of bytes, of any size, which is copied. Decodes nothing.

        Data after the end of the image is ignored. Raises ImageFormatError, now and in later calls, once it is certain
        that there will be no image; LinkClosedError after `close` or `finish`; TypeError if `data` is no
        buffer. Where memory is short for more than the data itself, frames come later: with the next piece, or
        `finish`.
        """
        self._check_usable()
        if self._is_finished:
            raise LinkClosedError("no data can follow finish()")
        with memoryview(data) as piece, piece.cast("B") as content:
            copy = data if isinstance(data, bytes) else content.tobytes()
        if self._incoming.is_growing:
            self._process_with(_Piece(copy))
        with contextlib.suppress(MemoryError):  # the data has been taken: what is left to do, the next call does
            self._notify()
        self.raise_error()

    def finish(self) -> None:
        """Say that all data has come, even if the file is incomplete. Idempotent.

        From now on the image is the same as if `AnimatedImage.open` had opened the data: `truncated` if
        frames are missing. Raises ImageFormatError, now and in later calls, if no whole frame has come; LinkClosedError
        after `close`; MemoryError, after which it can be called again.
        """
        self._check_usable()
        if not self._is_finished:
            self._process_with(_Piece(None))
        self._notify()
        self.raise_error()

    @property
    def is_finished(self) -> bool:
        """Whether no more frames will come: the end is known, or there was an error."""
        return self._error is not None or self._known.is_complete

    # ---- properties ----
    # The index of the frames is not asked for what may still come: the thread that processes a piece looks for that.

    @property
    def frame_count(self) -> int:
        """Number of whole frames so far."""
        return self._known.frame_count

    @property
    def loop_count(self) -> int:
        """The number of plays that the file asks for, as far as it has come; 0 = for ever."""
        return self._known.loop_count

    @property
    def durations(self) -> tuple[float, ...]:
        """How long each frame that has come is shown, in seconds, by the timing rule."""
        known = self._known
        if known.is_complete:
            return super().durations
        return tuple([self._timeline.span(index)[1] for index in range(known.frame_count)])

    @property
    def durations_ns(self) -> tuple[int, ...]:
        """The durations in whole nanoseconds, as they are scheduled."""
        return tuple(self.progress_since(0).durations_ns)

    @property
    def duration(self) -> float:
        """Duration of all frames that have come, in seconds."""
        return super().duration if self._known.is_complete else math.fsum(self.durations)

    @property
    def truncated(self) -> bool:
        """True if data is missing or broken after the last whole frame; False as long as more may come."""
        return self._known.is_complete and self._frames.info.truncated

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """As `AnimatedImage.open_reader`, once there is a frame. LinkClosedError before that."""
        if not self.frame_count:
            raise LinkClosedError("no frame has come yet")
        return super().open_reader(max_bytes)

    def purge(self) -> None:
        """As `AnimatedImage.purge`; does nothing before there is a frame."""
        if self.frame_count:
            super().purge()

    def close(self) -> None:
        """Accept no more data; release the data and the decoded frames. Frames handed out stay valid. Idempotent.

        Players that wait for further frames stop with a LinkClosedError.
        """
        if os.getpid() != self._process_id:
            return
        if self._error is None and not self._known.is_complete:
            self._error, self._has_news = LinkClosedError(_CLOSED), True
        self._is_closed = True
        if self.frame_count:
            self.pool.close()  # before the data goes, so that who is decoding knows why
        self._process()
        self._notify()

    # ---- for players ----

    def progress_since(self, first: int) -> Progress:
        """The frames from `first` on, and what else is known."""
        known, error = self._known, self._error
        durations = [self._timeline.duration_ns(index) for index in range(first, known.frame_count)]
        return Progress(durations, known.loop_count, known.is_complete or error is not None, error)

    def add_listener(self, listener: Listener) -> None:
        """Notify ``listener``, held weakly, when there are further frames or the end is known."""
        self._listeners.add(listener)

    def raise_error(self) -> None:
        """Raise the reason if there will be no image."""
        if (error := self._error) is not None:
            raise type(error)(str(error))  # a new one each time: one that is raised repeatedly would collect tracebacks

    def _has_frame(self, index: int) -> bool:
        """Whether frame `index` has come."""
        return index < self.frame_count

    __reduce__ = refuse_copies(
        "one image serves any number of players and threads; in another process, feed another one"
    )

    # ---- pieces ----

    def _check_usable(self) -> None:
        if os.getpid() != self._process_id:
            raise ForkedProcessError("the image belongs to the parent of this process; make a new one here")
        self.raise_error()
        if self._is_closed:
            raise LinkClosedError(_CLOSED)

    def _process_with(self, piece: _Piece) -> None:
        """Process that piece, or leave it to the thread that is processing others. MemoryError: it is not taken."""
        self._pieces.append(piece)
        try:
            self._process()
        except BaseException:
            with contextlib.suppress(ValueError):  # it has been taken
                self._pieces.remove(piece)
            raise

    def _process(self) -> None:
        """Process all pieces, and release the data of a closed image, unless a thread is at it: that one goes on."""
        self._processing.run(self._must_process, self._process_all)

    def _must_process(self) -> bool:
        return bool(self._pieces) or (self._is_closed and not self._incoming.is_closed)

    # ---- on the thread that processes pieces ----

    def _process_all(self) -> None:
        while self._pieces and not self._is_closed:
            self._take_next()
        if self._is_closed:
            self._release()

    def _take_next(self) -> None:
        piece = self._pieces.popleft()
        if self._is_finished or self._error is not None:
            return
        if piece.data is not None and self._incoming.is_growing:
            try:
                self._incoming.append(piece.data)
            except MemoryError:
                self._pieces.appendleft(piece)  # of another thread, perhaps: the next call tries again
                raise
            with contextlib.suppress(MemoryError):  # as above
                self._rescan()
        elif piece.data is None:
            self._incoming.end()
            self._rescan()
            self._is_finished = True

    def _release(self) -> None:
        self._pieces.clear()
        if self.frame_count:
            self.pool.close()
        self._data.close()

    def _rescan(self) -> None:
        """Look for further frames and the end, and publish what is found."""
        before = self._known
        try:
            decoder = self._decoding.find_decoder()
            count = self._decoding.count(before.frame_count)
            loop_count = before.loop_count if decoder is None else decoder.loop_count
        except ImageFormatError as error:
            failure = ImageFormatError(f"{_NAME}: {error}")
            if self._error is None:  # not closed meanwhile
                self._error, self._has_news = failure, True
            self._incoming.close()
            return
        if decoder is not None and count > before.frame_count:
            if not before.frame_count:
                self._frames = decoder
                self.pool = FramePool(decoder, Timeline(decoder, self._timing), _NAME)
            self._timeline = Timeline(decoder, self._timing)  # which knows nothing yet
            self.pool.timeline.known_frames = max(count, self.pool.timeline.known_frames)
        has_ended = self._decoding.has_ended
        if has_ended:
            self._incoming.end()
            if count == 1:
                self.pool.purge()  # what there was of a lone frame may be no frame after all
        known = _Known(count, loop_count, has_ended)
        if known != before:
            self._known, self._has_news = known, True

    # ---- on any thread ----

    def _notify(self) -> None:
        """Notify every player of the news, if there are any; after an exception, once more at the next call."""
        if not self._has_news:
            return
        self._has_news = False
        failure: BaseException | None = None
        is_done = False
        try:
            for listener in self._listeners:
                try:
                    listener.on_progress()
                except BaseException as error:
                    failure = error
            is_done = failure is None
        finally:
            if not is_done:
                self._has_news = True
        if failure is not None:
            raise failure
