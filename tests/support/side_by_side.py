"""What tests need that takes long and measures no time is run ahead of them, two at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest

AT_A_TIME = 2
Outcome = TypeVar("Outcome")


def run_ahead(
    request: pytest.FixtureRequest, run: Callable[[pytest.Function], Outcome]
) -> Iterator[dict[str, Future[Outcome]]]:
    """For a fixture of a module: ``run(test)`` of each test in this session that asks for the fixture, by its name."""
    tests = [
        item
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == request.path and request.fixturename in item.fixturenames
    ]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {test.name: pool.submit(run, test) for test in tests}
        pool.shutdown(cancel_futures=True)
