"""A view whose toolkit is not installed says so, and how to install it."""

from __future__ import annotations

import subprocess
import sys

import pytest

IMPORT = """
import sys, sddisplaylink
sys.modules["{package}"] = None
try:
    import sddisplaylink.views.{view}
except sddisplaylink.SDDisplayLinkError as error:
    print(isinstance(error, ImportError), type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("view", "package", "error", "remedy"),
    [
        ("pygame", "pygame", "PygameMissingError", "python -m pip install '.[pygame]'"),
        ("pyglet", "pyglet", "PygletMissingError", "python -m pip install '.[pyglet]'"),
        ("tk", "_tkinter", "TkMissingError", "`apt-get install python3-tk`"),
        ("tk", "tkinter", "TkMissingError", "`apt-get install python3-tk`"),
    ],
)
def test_a_missing_toolkit(view: str, package: str, error: str, remedy: str) -> None:
    program = IMPORT.format(view=view, package=package)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith(f"True {error} this view needs "), done.stderr
    assert remedy in done.stdout
