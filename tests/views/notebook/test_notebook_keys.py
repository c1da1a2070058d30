"""The keyboard in the notebook's widget, in its front end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from support.requirements import unavailable

pytest.importorskip("anywidget")
from test_jupyter import FRONT_END, STATUS, FrontEnd

pytestmark = pytest.mark.extended


@pytest.fixture
def front_end() -> Iterator[FrontEnd]:
    if shutil.which("node") is None:
        unavailable("node is not installed")
    with FrontEnd() as front_end:
        assert front_end.said() == {"kind": "hello"}
        yield front_end


def press(front_end: FrontEnd, key: str, on: str | None = None) -> Any:
    front_end.send(action="key", value={"key": key, "on": on})
    return front_end.said()


def test_keys(front_end: FrontEnd) -> None:
    front_end.deliver(({"kind": "status", **STATUS}, []))
    assert press(front_end, " ") == {"kind": "play"}
    assert press(front_end, "ArrowRight") == {"kind": "seek", "frame": 1}
    assert press(front_end, "ArrowLeft") == {"kind": "seek", "frame": 4}
    assert press(front_end, "Home") == {"kind": "seek", "frame": 0}
    assert press(front_end, "End") == {"kind": "seek", "frame": 4}
    assert press(front_end, "ArrowUp") == {"kind": "rate", "rate": 2}
    assert press(front_end, "ArrowDown") == {"kind": "rate", "rate": 0.5}


def test_a_step_holds_a_player_that_plays(front_end: FrontEnd) -> None:
    front_end.deliver(({"kind": "status", **STATUS, "state": "playing", "frame": 3}, []))
    assert press(front_end, " ") == {"kind": "pause"}
    assert press(front_end, "ArrowRight") == {"kind": "pause"}
    assert front_end.said() == {"kind": "seek", "frame": 4}


def test_other_keys_are_left_alone(front_end: FrontEnd) -> None:
    front_end.deliver(({"kind": "status", **STATUS}, []))
    assert press(front_end, "x") == {"taken": False}
    assert press(front_end, "ArrowRight", on="position") == {"taken": False}
    assert press(front_end, " ", on="toggle") == {"taken": False}
    front_end.deliver(({"kind": "status", **STATUS, "state": "closed"}, []))
    assert press(front_end, " ") == {"taken": False}


def test_icons_are_the_widgets_own() -> None:
    style = FRONT_END.with_name("widget.css").read_text("utf-8")
    assert style.count("data:image/svg+xml") == 2
    assert FRONT_END.read_text("utf-8").isascii() or "▶" not in FRONT_END.read_text("utf-8")
