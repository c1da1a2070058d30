"""From an image that is still coming in to the native player, which learns of frames as they come."""

from __future__ import annotations

import threading

from sddisplaylink.images.incremental import IncrementalImage, Progress
from sddisplaylink.playback.delivery import Delivery
from sddisplaylink.playback.native_player import NativePlayer

__all__ = ["TimelineFeed"]


class TimelineFeed:
    """Adds the frames that an image has got to the timeline of one native player."""

    def __init__(
        self, native: NativePlayer, image: IncrementalImage, delivery: Delivery, max_bytes: int | None
    ) -> None:
        self.image = image
        self.frame_count = 0
        """How many frames the player knows of."""
        self.lock = threading.Lock()
        """To be held from :meth:`progress` to :meth:`extend`: several threads may feed one image."""
        self._native = native
        self._delivery = delivery
        self._max_bytes = max_bytes
        self._is_complete = False

    def progress(self) -> Progress | None:
        """What the image has got that the player does not know of; None once the player knows everything."""
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
        """Nothing more will come: the image has failed."""
        self._is_complete = True
