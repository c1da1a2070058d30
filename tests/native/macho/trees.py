"""The Python package on the macOS module: a copy in which ``sddisplaylink._native`` is what the loader maps."""

from __future__ import annotations

import shutil
from pathlib import Path

from native_builds import ROOT

SHIM = """import sys
from pathlib import Path
from macho.loader import load_extension
sys.modules[__name__] = load_extension(__name__, Path({module!r}), Path({linux_side!r}))
"""


def make_tree(target: Path, module: Path, linux_side: Path) -> Path:
    """A directory to put on Python's path, beside that of this file's package; returns it."""
    package = target / "sddisplaylink"
    shutil.copytree(ROOT / "sddisplaylink", package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    text = SHIM.format(module=str(module), linux_side=str(linux_side))
    (package / "_native.py").write_text(text, encoding="utf-8")
    return target
