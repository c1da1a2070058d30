"""Display links and animated images, each frame shown exactly when it is due, with nothing leaked."""

from sddisplaylink.clocks import Display, ManualClock, available_clocks, displays
from sddisplaylink.diagnostics import diagnostics
from sddisplaylink.dispatcher import Dispatcher
from sddisplaylink.display_link import DisplayLink, Tick
from sddisplaylink.errors import (
    ClockError,
    ForkedProcessError,
    ImageFormatError,
    LinkClosedError,
    SDDisplayLinkError,
)
from sddisplaylink.frame import Frame
from sddisplaylink.image import AnimatedImage
from sddisplaylink.incremental import IncrementalImage
from sddisplaylink.pacing import PacingEvent, PacingRecorder, PacingSummary
from sddisplaylink.pixel_buffer import PixelBuffer
from sddisplaylink.playback import PlaybackMode, PlayerState, PlayerStats
from sddisplaylink.player import AnimatedImagePlayer
from sddisplaylink.player_group import PlayerGroup
from sddisplaylink.views.playing import play

__version__ = "0.1.0"

__all__ = [
    "AnimatedImage",
    "AnimatedImagePlayer",
    "ClockError",
    "Dispatcher",
    "Display",
    "DisplayLink",
    "ForkedProcessError",
    "Frame",
    "ImageFormatError",
    "IncrementalImage",
    "LinkClosedError",
    "ManualClock",
    "PacingEvent",
    "PacingRecorder",
    "PacingSummary",
    "PixelBuffer",
    "PlaybackMode",
    "PlayerGroup",
    "PlayerState",
    "PlayerStats",
    "SDDisplayLinkError",
    "Tick",
    "available_clocks",
    "diagnostics",
    "displays",
    "play",
]
