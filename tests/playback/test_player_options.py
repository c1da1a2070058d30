"""Modes and late policies: each is one enum whose members are also strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import sddisplaylink as sd

MakeImage = Callable[..., Any]


@pytest.mark.parametrize("mode", list(sd.PlaybackMode))
def test_a_mode_may_be_given_as_a_string(make_gif: MakeImage, clock: sd.ManualClock, mode: sd.PlaybackMode) -> None:
    for given in (mode, mode.value):
        with sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock, mode=given) as player:
            assert player.mode is mode
            player.mode = sd.PlaybackMode.NORMAL
            player.mode = given
            assert player.mode is mode
            assert player.mode == mode.value


@pytest.mark.parametrize("policy", list(sd.LatePolicy))
def test_a_late_policy_may_be_given_as_either(
    make_gif: MakeImage, clock: sd.ManualClock, policy: sd.LatePolicy
) -> None:
    for given in (policy, policy.value):
        with sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock, late_policy=given) as player:
            assert player.late_policy is policy
            player.late_policy = sd.LatePolicy.SKIP
            player.late_policy = given
            assert player.late_policy is policy
            assert player.late_policy == policy.value


def test_numbers_may_be_those_of_numpy(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    numpy = pytest.importorskip("numpy")
    options = {"rate": numpy.float32(0.5), "loop_count": numpy.int64(3), "max_buffer_bytes": numpy.int64(1 << 20)}
    with sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock, **options) as player:
        assert (player.rate, player.loop_count) == (0.5, 3)
        assert type(player.loop_count) is int
        player.loop_count = numpy.uint8(4)
        player.seek(numpy.int64(1), numpy.int64(3))
        assert (player.frame_index, player.loop_index, player.loop_count) == (1, 3, 4)


def test_what_is_neither_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="mode must be one of normal, .*, reversed_bounce, not 'sideways'"):
        sd.AnimatedImagePlayer(b"", mode="sideways")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="late_policy must be one of skip, no_skip, catch_up, not 'never'"):
        sd.AnimatedImagePlayer(b"", late_policy="never")  # type: ignore[arg-type]
