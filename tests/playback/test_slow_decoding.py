"""Decoders of any speed show what they decode, under the default late policy. In virtual time, with the real pool."""

from __future__ import annotations

import itertools

import pytest

from support.images import GifPicture, build_gif
from support.slow_decoding import REFRESH_RATE, Playback, play

FRAMES = 10
DELAY = 8  # refreshes that a frame lasts: hundredths of a second
SECONDS = 40.0


def gif(*, depends: bool) -> bytes:
    """Frames that cover the canvas, or that are drawn over the one before."""
    sizes = [4 if depends and number else 8 for number in range(FRAMES)]
    return build_gif([GifPicture(size, size, fill=size, delay=DELAY) for size in sizes], size=(8, 8), loop=0)


def positions(playback: Playback) -> list[int]:
    """The numbers of the frames that were shown, counted over all loops."""
    return [event.loop * FRAMES + event.frame for event in playback.events]


def longest_standstill(playback: Playback) -> float:
    """In refreshes."""
    times = [event.actual for event in playback.events]
    return max(after - before for before, after in itertools.pairwise(times)) * REFRESH_RATE


@pytest.mark.parametrize("depends", [False, True])
@pytest.mark.parametrize(
    "decode_ticks", [4, 8, 10, 11, 16, 40]
)  # 0.5, 1, 1.25, 1.375, 2 and 5 times a frame's duration
def test_what_is_decoded_is_shown(decode_ticks: int, depends: bool) -> None:
    playback = play(gif(depends=depends), decode_ticks, SECONDS)
    shown = positions(playback)
    assert len(shown) >= playback.decoded - 3  # one on its way, and two ahead where decoding is fast
    assert shown == sorted(set(shown))
    assert longest_standstill(playback) == pytest.approx(max(DELAY, decode_ticks), abs=0.01)
    stats = playback.stats
    assert (stats.shown, stats.shown + stats.skipped) == (len(shown), shown[-1] + 1)
    assert (stats.skipped == 0) == (depends or decode_ticks <= DELAY)


def test_a_decode_of_five_quarters_of_a_frame_shows_nine_tenths() -> None:
    """Of the frames that are decoded, which the decoder does without a pause."""
    playback = play(gif(depends=False), 5 * DELAY // 4, SECONDS)
    assert playback.decoded >= 0.99 * SECONDS * REFRESH_RATE / (5 * DELAY // 4)
    assert playback.stats.shown >= 0.9 * playback.decoded


@pytest.mark.parametrize("policy", ["no_skip", "catch_up"])
@pytest.mark.parametrize("decode_ticks", [4, 10, 40])
def test_every_frame_is_shown_where_none_may_be_left_out(policy: str, decode_ticks: int) -> None:
    shown = positions(play(gif(depends=False), decode_ticks, SECONDS, late_policy=policy))
    assert shown == list(range(len(shown)))
    assert len(shown) >= SECONDS * REFRESH_RATE // max(DELAY, decode_ticks) - 1
