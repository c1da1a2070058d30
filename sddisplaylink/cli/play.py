"""`sddisplaylink play FILE`: shows an animation in this terminal."""

from __future__ import annotations

import argparse
from typing import Any

from sddisplaylink.cli.output import finite_float, positive_int
from sddisplaylink.image import AnimatedImage
from sddisplaylink.playback import MOST_LOOPS, POLICIES, PlaybackMode
from sddisplaylink.views.terminal.player_view import RENDERERS, TerminalOptions, play_in_terminal

MODES = {mode.value.replace("_", "-"): mode for mode in PlaybackMode}


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("play", help="play an animated image in this terminal; Ctrl-C ends it")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--loops", type=loops, metavar="N", help="how often to play it, 0 for ever (default: as the file says)"
    )
    parser.add_argument("--rate", type=finite_float, default=1.0, metavar="R", help="speed; negative plays backwards")
    parser.add_argument("--mode", choices=tuple(MODES), default="normal", help="order of the frames")
    parser.add_argument(
        "--late-policy",
        choices=tuple(POLICIES),
        default="skip",
        help="what to do with frames that are late (default: %(default)s)",
    )
    parser.add_argument(
        "--renderer",
        choices=(*RENDERERS, "window"),
        default="auto",
        help="how to draw (default: what the terminal can do)",
    )
    parser.add_argument(
        "--width", type=positive_int, metavar="COLS", help="width in columns (default: as large as fits)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0 when it has finished, 128 + the signal's number when one ended it."""
    options = TerminalOptions(arguments.renderer, arguments.width)
    with AnimatedImage.open(arguments.file) as image:
        ended_by = play_in_terminal(
            image,
            options,
            loop_count=arguments.loops,
            rate=arguments.rate,
            mode=MODES[arguments.mode],
            late_policy=arguments.late_policy,
        )
    return 0 if ended_by is None else 128 + ended_by


def loops(text: str) -> int:
    """An argparse type: a number of plays, 0 for ever."""
    number = int(text)
    if not 0 <= number <= MOST_LOOPS:
        raise argparse.ArgumentTypeError(f"must be 0 (for ever) to {MOST_LOOPS}, not {text}")
    return number
