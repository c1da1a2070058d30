"""Build the wheel for macOS on Linux: ``python tests/native/build_macho.py --out DIR``.

Needs PyPI's ziglang, cffi and setuptools, and LLVM's ld64.lld and llvm-lipo (Debian: lld-19, llvm-19). Apple's files
are not needed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from macho.extension import ROOT, build_extension
from macho.toolchain import MissingToolError, find_toolchain
from macho.wheels import make_wheel


def build(work: Path, out: Path) -> Path:
    """The wheel in ``out``; intermediate files stay in ``work``."""
    work.mkdir(parents=True, exist_ok=True)
    return make_wheel(build_extension(ROOT, work, find_toolchain()), work, out)


def main() -> int:
    """Build, and print where the wheel is."""
    parser = argparse.ArgumentParser(description="Build the universal2 wheel for macOS on Linux.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the wheel goes")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep what it is made of in this new directory")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            print(build((arguments.work or Path(temporary)).resolve(), arguments.out))
    except (MissingToolError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
