"""Whether a Mac has a window server for this process: asked of a stand-in by the calls that a Mac would get."""

from __future__ import annotations

import sys

import pytest

from fakes.darwin import Mac
from sddisplaylink.views import play, window_server


def test_a_session_is_found_and_released() -> None:
    mac = Mac()
    assert window_server.is_reachable(mac.load)
    assert (mac.sessions, mac.crashes) == (0, [])


def test_without_a_session_there_are_no_windows() -> None:
    mac = Mac()
    mac.has_window_server = False
    assert not window_server.is_reachable(mac.load)
    assert (mac.sessions, mac.crashes) == (0, [])


def test_where_there_is_no_core_graphics_windows_are_tried() -> None:
    def load(path: str) -> object:
        raise OSError(path)

    assert window_server.is_reachable(load)
    assert window_server.is_reachable(lambda path: object())  # without the function


@pytest.mark.skipif(sys.platform == "darwin", reason="there is one")
def test_this_machine_has_no_core_graphics() -> None:
    assert window_server.is_reachable()


@pytest.mark.parametrize("reachable", [True, False])
def test_play_on_a_mac_asks_the_window_server(monkeypatch: pytest.MonkeyPatch, reachable: bool) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(window_server, "is_reachable", lambda: reachable)
    monkeypatch.setenv("DISPLAY", ":1")  # XQuartz's, which Tk and Qt for macOS do not use
    assert play.has_display() is reachable
