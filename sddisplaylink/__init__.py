"""Display links and animated images, each frame shown exactly when it is due, with nothing leaked."""

from sddisplaylink._version import __version__ as __version__
from sddisplaylink.clocks.displays import Display, available_clocks, displays
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.diagnostics import diagnostics
from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.display_link import DisplayLink, Tick
from sddisplaylink.errors import (
    ClockError,
    ForkedProcessError,
    ImageFormatError,
    LinkClosedError,
    SDDisplayLinkError,
)
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.pixels import PixelBuffer
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.incremental import IncrementalImage
from sddisplaylink.playback.group import PlayerGroup
from sddisplaylink.playback.options import LatePolicy, PlaybackMode, PlayerState, PlayerStats
from sddisplaylink.playback.pacing import PacingEvent, PacingRecorder, PacingSummary
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.play import play

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
    "LatePolicy",
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
