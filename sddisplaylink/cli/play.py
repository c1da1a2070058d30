"""`sddisplaylink play FILE...`: plays animations in this terminal or a window."""

from __future__ import annotations

import argparse
import contextlib
import time
from typing import Any

from sddisplaylink.cli.inputs import add_files, expand, open_image
from sddisplaylink.cli.output import finite_float, format_seconds, one_line, positive_int, whole_number
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.playback.options import MOST_LOOPS, POLICIES, PlaybackMode
from sddisplaylink.views.play import has_display, has_terminal, show
from sddisplaylink.views.terminal.choice import RENDERERS, SYMBOL_NAMES

MODES = {mode.value.replace("_", "-"): mode for mode in PlaybackMode}


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("play", help="play animated images in this terminal; ? shows the keys")
    add_files(parser, "; several play side by side")
    parser.add_argument(
        "--loops", type=loops, metavar="N", help="how often to play it, 0 for ever (default: as the file says)"
    )
    parser.add_argument("--rate", type=finite_float, default=1.0, metavar="R", help="speed; negative plays backwards")
    parser.add_argument("--mode", type=dashed, choices=tuple(MODES), default="normal", help="order of the frames")
    parser.add_argument(
        "--late-policy",
        type=underscored,
        choices=tuple(map(str, POLICIES)),
        default="skip",
        help="what to do with frames that are late (default: %(default)s)",
    )
    parser.add_argument(
        "--renderer",
        choices=(*RENDERERS, "window"),
        default="auto",
        help="how to draw (default: the best that the terminal knows, or a window where there is none)",
    )
    parser.add_argument(
        "--width", type=positive_int, metavar="COLS", help="width of each in columns (default: as large as fits)"
    )
    parser.add_argument(
        "--symbols",
        choices=SYMBOL_NAMES,
        default="auto",
        help="what pictures of characters are made of (default: sextants if the terminal is known to draw them, "
        "else half blocks, which every font has)",
    )
    parser.add_argument("--no-dither", dest="dither", action="store_false", help="in 256 colours, mix none to more")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Returns 0 when playback has finished or a key has ended it, 128 + the number of the signal that has ended it."""
    with contextlib.ExitStack() as opened:
        files = expand(arguments.files)
        images = [opened.enter_context(open_image(file, arguments)) for file in files]
        options = {"rate": arguments.rate, "mode": MODES[arguments.mode], "late_policy": arguments.late_policy}
        if arguments.renderer == "auto" and arguments.rate and not has_terminal() and not has_display():
            return play_without_output(files, images, arguments.loops, options)
        drawing = (arguments.renderer, arguments.width, arguments.symbols, arguments.dither)
        ended_by = show(images, *drawing, loop_count=arguments.loops, **options)
    return 128 + ended_by if ended_by else 0


def play_without_output(
    files: list[str], images: list[AnimatedImage], loops: int | None, options: dict[str, Any]
) -> int:
    """Play without drawing, infinite animations once, and print how many frames were shown."""
    from sddisplaylink.playback.group import PlayerGroup  # loaded only when it is needed
    from sddisplaylink.playback.player import AnimatedImagePlayer

    players = [AnimatedImagePlayer(image, loop_count=(loops or image.loop_count or 1), **options) for image in images]
    began = time.monotonic()
    with PlayerGroup(players) as group:
        group.play()
        group.wait()
    duration = format_seconds(time.monotonic() - began)
    print(f"standard output is not a terminal, so nothing was drawn; played in {duration}:")
    for file, player in zip(files, players, strict=True):
        print(f"{one_line(file)}: {player.stats.shown} frames shown, {player.stats.skipped} skipped")
    return 0


def dashed(text: str) -> str:
    """An argparse type: a mode, with dashes or as Python has it."""
    return text.replace("_", "-")


def underscored(text: str) -> str:
    """An argparse type: a late policy, as Python has it or with dashes."""
    return text.replace("-", "_")


def loops(text: str) -> int:
    """An argparse type: a number of plays, 0 for ever."""
    number = whole_number(text)
    if not 0 <= number <= MOST_LOOPS:
        raise argparse.ArgumentTypeError(f"must be 0 (for ever) to {MOST_LOOPS}, not {text}")
    return number
