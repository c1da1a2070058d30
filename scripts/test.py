"""`python3 scripts/test.py [ARGUMENT...]`: installs what the tests need in `.venv` and runs them.

Needs Python 3.11 or later with venv and headers, and a C compiler. The arguments are pytest's; with a marker expression
(`-m all`: every test) what every test needs is installed, without one what the quick tests need.
"""

from __future__ import annotations

import os
import sys
import sysconfig

from environment import PYTHON, ROOT, become, install, make_environment

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def main(arguments: list[str]) -> None:
    """Install, and test."""
    make_environment()
    install("--upgrade", "pip>=25.1")  # the first one that knows dependency groups
    os.chdir(ROOT)
    install("--editable", ".", *(word for group in groups(arguments) for word in ("--group", group)))
    become(str(PYTHON), "-m", "pytest", *arguments)


def groups(arguments: list[str]) -> list[str]:
    """The dependency groups of the tests that pytest's arguments choose."""
    if not any(argument.startswith("-m") for argument in arguments):
        return ["test"]
    # of Qt and pygame there are no free-threaded builds
    return ["test", "test-tools"] if FREE_THREADED else ["test-all"]


if __name__ == "__main__":
    main(sys.argv[1:])
