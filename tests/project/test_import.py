"""What importing the package loads and starts: programs pay for it before they show anything."""

from __future__ import annotations

import subprocess
import sys

LOADED_LATER = (
    "PIL.ImageFile",
    "PIL.GifImagePlugin",
    "asyncio",
    "concurrent",
    "platform",
    "subprocess",
    "tkinter",
    "numpy",
)

PROGRAM = f"""
import sys, threading
import sddisplaylink
print([name for name in {LOADED_LATER!r} if name in sys.modules])
figures = sddisplaylink.diagnostics()
print(threading.active_count(), figures["native_threads"], figures["decode_threads"])
"""


def test_importing_loads_no_codec_toolkit_or_event_loop_and_starts_no_thread() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.splitlines() == ["[]", "1 0 0"]
