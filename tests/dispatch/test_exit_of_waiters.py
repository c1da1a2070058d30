"""The process ends while threads wait for ticks and frames: at once, with exit code 0, and nothing on stderr."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.exit_situations import Situation, others, waiters
from support.extent import some_of


@pytest.mark.timeout(300)
def test_waiting_threads_do_not_delay_the_exit() -> None:
    situations = dict(some_of(waiters().items(), step=5))  # each call that waits and each kind of thread among them
    with ThreadPoolExecutor(2) as pool:
        problems = dict(zip(situations, pool.map(Situation.problem, situations.values()), strict=True))
    assert {name: problem for name, problem in problems.items() if problem} == {}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", others())
def test_nothing_is_printed_at_the_exit(name: str) -> None:
    runs = some_of([others()[name]] * 5, step=2)
    with ThreadPoolExecutor(2) as pool:
        assert [problem for problem in pool.map(Situation.problem, runs) if problem] == []
