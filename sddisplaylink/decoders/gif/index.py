"""The index of a GIF file."""

from __future__ import annotations

from typing import Any

from sddisplaylink.decoders.data.frame_index import FrameIndex, Progress
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import check, lib

__all__ = ["GifIndex"]


class GifIndex(FrameIndex):
    """The index of a GIF file: structures sddl_gif_frame and sddl_gif_index."""

    _frame_type = "sddl_gif_frame"
    _state_type = "sddl_gif_index"

    @property
    def loop_count(self) -> int:
        """Number of plays as browsers count: once without an extension, 0 for ever, N more after the first."""
        repetitions = int(self.state.repetitions)
        if repetitions < 0:
            return 1
        return repetitions + 1 if repetitions else 0

    @property
    def truncated(self) -> bool:
        """True if the file ends or is invalid before its trailer."""
        return bool(self.state.state != lib.SDDL_SCAN_COMPLETE)

    def _run(self, found: Progress, wanted: int, *, extend: bool) -> int:
        found.frames, frames, room = found.frames.room(found.count, extend=extend)
        count = lib.sddl_gif_scan(*self.data.extent, found.state, frames, min(room, wanted))
        if count < 0:
            raise ImageFormatError("the GIF file ends within its header")
        return int(count)

    def _final_count(self, found: Progress) -> int:
        count = found.count
        return count - 1 if count and not found.frames.at(count - 1).whole else count

    def _read_delays(self, frames: Any, count: int, delays: Any) -> None:
        check(lib.sddl_gif_delays(frames, count, delays))
