"""How far a test goes: the quick tests go through some cases of each kind, `-m all` through every one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from hypothesis import settings

from support import requirements

Case = TypeVar("Case")


def some_of(cases: Iterable[Case], step: int) -> list[Case]:
    """Every case where the extended tests run, too; one of so many in the quick tests."""
    return list(cases)[:: 1 if requirements.chosen else step]


def examples(most: int) -> settings:
    """Hypothesis' settings: so many examples where the extended tests run, too, and a quarter in the quick tests."""
    return settings(deadline=None, max_examples=most if requirements.chosen else most // 4)
