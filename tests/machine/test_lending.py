"""An object that is lent to one thread at a time: purged and closed by whoever has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sddisplaylink.machine.lending import Lender


class Item:
    """Counts what is asked of it; `while_purging` is what another thread does meanwhile."""

    def __init__(self, while_purging: Callable[[], object] = lambda: None) -> None:
        self.latest_purge: object = None
        self.purged = 0
        self.is_closed = False
        self._while_purging = while_purging

    def purge(self) -> None:
        self.purged += 1
        self._while_purging()

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def made() -> list[Item]:
    return []


@pytest.fixture
def lender(made: list[Item]) -> Lender[Item]:
    def make() -> Item:
        made.append(Item())
        return made[-1]

    return Lender(make)


def test_one_is_lent_again_and_another_made_while_it_is_out(lender: Lender[Item], made: list[Item]) -> None:
    first = lender.borrow()
    assert first is not None
    assert made == [first]
    assert lender.borrow_idle() is None
    assert lender.borrow() is made[1]
    lender.give_back(first)
    lender.give_back(made[1])
    assert lender.borrow() is first
    assert lender.borrow_idle() is None


def test_what_is_idle_is_purged_at_once_and_what_is_out_when_it_comes_back(lender: Lender[Item]) -> None:
    idle, out = Item(), Item()
    lender.give_back(idle)
    lender.purge()
    assert (idle.purged, out.purged) == (1, 0)
    assert lender.borrow() is idle
    lender.give_back(out)
    assert out.purged == 1
    assert lender.borrow() is out
    lender.give_back(out)
    assert out.purged == 1


def test_what_is_idle_is_closed_at_once_and_what_is_out_when_it_comes_back(lender: Lender[Item]) -> None:
    idle, out = Item(), Item()
    lender.give_back(idle)
    lender.close()
    assert (idle.is_closed, out.is_closed) == (True, False)
    lender.give_back(out)
    assert out.is_closed
    assert lender.borrow() is None


def test_a_second_one_is_closed_too_if_the_lender_is_closed_while_it_comes_back(lender: Lender[Item]) -> None:
    idle = Item()
    second = Item(while_purging=lender.close)
    lender.purge()
    lender.give_back(idle)
    lender.give_back(second)
    assert idle.is_closed
    assert second.is_closed
    assert lender.borrow(timeout=0.0) is None
