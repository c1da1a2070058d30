"""From an image that is still coming in to the native player, which is told of frames as they come."""

from __future__ import annotations

from sddisplaylink.images.incremental import Growth, IncrementalImage
from sddisplaylink.native import check, ffi, lib
from sddisplaylink.playback.delivery import FrameFeed

__all__ = ["ImageFollower"]


class ImageFollower:
    """Tells one native player what comes of its image. Not thread-safe: the player's lock guards it."""

    def __init__(self, player: int, image: IncrementalImage, feed: FrameFeed, max_bytes: int | None) -> None:
        self.image = image
        self.frame_count = 0
        """How many frames the player knows of."""
        self._player = player
        self._feed = feed
        self._max_bytes = max_bytes
        self._is_complete = False

    def look(self) -> Growth | None:
        """What has come since it was told last; None if it knows everything."""
        return None if self._is_complete else self.image.growth(self.frame_count)

    def take_in(self, growth: Growth) -> None:
        """Tell it."""
        fresh = growth.durations_ns
        if fresh and not self.frame_count:
            self._feed.begin(self.image.open_reader(self._max_bytes))
        self._is_complete = growth.is_complete
        durations = ffi.new("int64_t[]", list(fresh))
        check(lib.sddl_player_extend(self._player, self.frame_count, durations, len(fresh), growth.is_complete))
        self.frame_count += len(fresh)
