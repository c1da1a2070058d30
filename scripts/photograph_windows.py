"""Photographs the windows of the examples on a virtual screen: python scripts/photograph_windows.py [DIRECTORY]

DIRECTORY is docs/images by default. Each example that knows --screenshot makes its own picture, named like itself.
Needs Xvfb, and what the tests need.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.virtual_screen import VirtualScreen  # noqa: E402 -- the tests' own

IMAGES = ROOT / "docs" / "images"
PATIENCE = 60.0  # seconds for one example
MACOS_ALONE = () if sys.platform == "darwin" else ("appkit_view.py",)


def examples() -> list[Path]:
    """Those that open a window, and can photograph it."""
    found = [path for path in sorted((ROOT / "examples").glob("*.py")) if path.name not in MACOS_ALONE]
    return [path for path in found if "--screenshot" in path.read_text("utf-8")]


def photograph(example: Path, screen: VirtualScreen, directory: Path) -> Path:
    """Run the example and return its picture. CalledProcessError if it fails."""
    picture = directory / f"{example.stem}.png"
    command = [sys.executable, str(example), "--seconds", "2", "--screenshot", str(picture)]
    subprocess.run(command, check=True, timeout=PATIENCE, env=screen.environment())
    return picture


def main() -> None:
    """All of them."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    directory.mkdir(parents=True, exist_ok=True)
    with VirtualScreen() as screen:
        for example in examples():
            print(photograph(example, screen, directory))


if __name__ == "__main__":
    main()
