"""The virtual screen itself: photographs are what is shown."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support import requirements
from support import virtual_screen as module
from support.virtual_screen import VirtualScreen

WINDOW = """
import json, tkinter
from support import window_driver
root = tkinter.Tk()
root.geometry("40x30+100+50")
root.configure(background="#123456")
root.update()
root.winfo_pointerxy()
picture = window_driver.grab(box=(99, 49, 140, 80))
print(json.dumps([picture.size, picture.getpixel((1, 1)), picture.getpixel((40, 30)), picture.getpixel((0, 0))]))
"""


def test_a_window_is_photographed(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    program = tmp_path / "window.py"
    program.write_text(WINDOW)
    size, first, last, outside = virtual_screen.run(program)
    assert (size, first, last) == ([41, 31], [0x12, 0x34, 0x56], [0x12, 0x34, 0x56])
    assert outside == [0, 0, 0]
    assert virtual_screen.screenshot().size == virtual_screen.size


def test_a_program_that_fails_is_reported(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    program = tmp_path / "failing.py"
    program.write_text("raise SystemExit('no such thing')")
    with pytest.raises(AssertionError, match="no such thing"):
        virtual_screen.run(program)


def test_without_xvfb_tests_are_skipped_but_not_on_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception):
        module.require_virtual_screen()
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(requirements, "chosen", True)
    with pytest.raises(pytest.fail.Exception):
        module.require_virtual_screen()
    monkeypatch.setattr(requirements, "FREE_THREADED", True)
    with pytest.raises(pytest.skip.Exception):
        requirements.unavailable("PyQt6 is not installed")
    with pytest.raises(pytest.fail.Exception):
        requirements.unavailable("pyglet is not installed")
