"""`python3 scripts/play.py [ARGUMENT...]`: builds the library in `.venv` and plays `examples/ball.gif` or other files.

Needs Python 3.11 or later with venv and headers, and a C compiler. The arguments are those of `sddisplaylink play`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from environment import FOLDER, ROOT, become, install, make_environment

BALL = ROOT / "examples" / "ball.gif"


def main(arguments: list[str]) -> None:
    """Build, and play."""
    make_environment()
    install("--editable", str(ROOT))
    names_a_file = any(Path(argument).is_file() for argument in arguments)
    become(str(FOLDER / "bin" / "sddisplaylink"), "play", *([] if names_a_file else [str(BALL)]), *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
