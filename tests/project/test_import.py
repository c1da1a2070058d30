"""What importing the package loads and starts: programs pay for it before they show anything."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import sddisplaylink

LOADED_LATER = (
    "dataclasses",
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


PLUGIN = "a part of Pillow, which imports such parts in calls itself"
IMPORTED_IN_CALLS = {
    "decoders/data/file.py, _copy": "for files of more than 64 MB",
    "decoders/gif/reader.py, picture": PLUGIN,
    "decoders/pillow/quiet.py, _tiff_messages": "ctypes, for TIFF",
    "decoders/pillow/quiet.py, quietly": "logging, for few formats",
    "decoders/pillow/rgba.py, _high_bytes": PLUGIN,
    "decoders/png/reader.py, _loaded": PLUGIN,
    "decoders/webp/reader.py, picture": PLUGIN,
    "diagnostics.py, versions": "a report",
    "dispatch/dispatcher.py, __init__": "asyncio, which runs the loop that is given",
    "dispatch/dispatcher.py, _is_running_here": "asyncio",
    "dispatch/dispatcher.py, run_async": "asyncio or trio runs it",
    "display_link.py, events": "asyncio or trio runs it",
    "immutable.py, __setattr__": "the name of a mistake",
    "machine/memory.py, _available": "ctypes, on a Mac",
    "machine/memory.py, is_memory_short": "ctypes, on a Mac",
    "native.py, _is_main_interpreter": "runs when the package is imported",
    "playback/iteration.py, iterate_async": "asyncio or trio runs it",
    "playback/pacing.py, chart_series": "what has been recorded is drawn",
    "playback/pacing.py, draw_playback": "what has been recorded is drawn",
    "playback/pacing.py, to_csv": "what has been recorded is written",
    "playback/pacing.py, to_json": "what has been recorded is written",
}
"""By file and function, and why it is no danger there: the imports inside functions, but for those of views."""


def test_no_call_imports_modules() -> None:
    """An interrupt in the middle of an import can keep Python's import lock for ever, and all later imports waiting."""
    package = Path(sddisplaylink.__file__).parent
    found = set()
    for file in package.rglob("*.py"):
        name = file.relative_to(package).as_posix()
        if name.startswith(("views/", "cli/")):
            continue
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                found |= {f"{name}, {function.name}" for _ in inside[:1]}
    assert found == set(IMPORTED_IN_CALLS)
