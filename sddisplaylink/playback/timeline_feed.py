"""Feeds the timeline of a native player with the frames of an image that is still coming in."""

from __future__ import annotations

from collections.abc import Callable

from sddisplaylink.images.incremental import IncrementalImage, Progress
from sddisplaylink.machine.exclusive import ExclusiveWork
from sddisplaylink.playback.delivery import Delivery
from sddisplaylink.playback.native_player import NativePlayer

__all__ = ["TimelineFeed"]


class TimelineFeed:
    """Adds the frames of an image to the timeline of one native player as they come."""

    def __init__(
        self, native: NativePlayer, image: IncrementalImage, delivery: Delivery, max_bytes: int | None
    ) -> None:
        self.image = image
        self.frame_count = 0
        """The number of frames that the player knows."""
        self._has_news = False
        self._adding = ExclusiveWork()
        self._native = native
        self._delivery = delivery
        self._max_bytes = max_bytes
        self._is_complete = False

    def run(self, add_frames: Callable[[], None]) -> None:
        """Call ``add_frames()`` on one thread at a time: the thread that is at it calls it again for others."""

        def add() -> None:
            self._has_news = False
            add_frames()

        self._has_news = True
        self._adding.run(lambda: self._has_news, add)

    def progress(self) -> Progress | None:
        """The progress of the image that the player does not know; None once it knows everything."""
        return None if self._is_complete else self.image.progress_since(self.frame_count)

    def extend(self, progress: Progress) -> None:
        """Add the frames to the player. LinkClosedError if the player or the image is closed."""
        durations = list(progress.durations_ns)
        if durations and not self.frame_count:
            self._delivery.attach_reader(self.image.open_reader(self._max_bytes))
        self._native.extend(self.frame_count, durations, is_complete=progress.is_complete)
        self._is_complete = progress.is_complete
        self.frame_count += len(durations)

    def end(self) -> None:
        """Add no more frames: the image has failed."""
        self._is_complete = True
