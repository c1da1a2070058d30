"""Makes `.venv` for play.py and test.py, and says in one sentence what this machine lacks for it.

Only the standard library, and syntax that an older Python understands, so that such a one can say that it is too old.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
DEBIAN_OR_MAC = "on Debian with `apt-get install gcc libc6-dev`, on macOS with `xcode-select --install`"


def make_environment() -> None:
    """Make `.venv` where there is none that works; ends the program where something is missing."""
    check_machine()
    if not works():
        run(sys.executable, "-m", "venv", "--clear", str(FOLDER))


def check_machine() -> None:
    """End the program unless this Python can make environments and a C compiler can build for it."""
    version = "{}.{}".format(*sys.version_info)
    if sys.version_info < (3, 11):  # noqa: UP036 - the package is not installed yet, which would refuse
        sys.exit(f"This is Python {version}, but 3.11 or later is needed: run this script with a later python3.")
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit(f"Python {version} has no venv here: install it, on Debian with `apt-get install python3-venv`.")
    headers = sysconfig.get_path("include")
    if not (Path(headers) / "Python.h").is_file():
        sys.exit(f"Python {version} has no headers here: install them, on Debian with `apt-get install python3-dev`.")
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    if shutil.which(compiler[0]) is None:
        sys.exit(f"There is no C compiler ({compiler[0]}): install one, {DEBIAN_OR_MAC}.")
    command = [*compiler, "-I", headers, "-fsyntax-only", "-x", "c", "-"]
    if subprocess.run(command, input=b"#include <Python.h>\n", stderr=subprocess.DEVNULL).returncode:
        sys.exit(f"The C compiler ({compiler[0]}) cannot compile Python's headers: install it anew, {DEBIAN_OR_MAC}.")


def works() -> bool:
    """Whether there is an environment whose Python and pip start."""
    command = [str(PYTHON), "-m", "pip", "--version"]
    return PYTHON.exists() and subprocess.run(command, capture_output=True).returncode == 0


def install(*arguments: str) -> None:
    """Install with the pip of `.venv`."""
    run(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def run(*command: str) -> None:
    """Print a command and run it; ends the program where that fails."""
    show(command)
    code = subprocess.run(command).returncode
    if code:
        sys.exit(f"This command failed with exit code {code}, for the reason above: {shlex.join(command)}")


def become(*command: str) -> None:
    """Print a command and run it in the place of this program."""
    show(command)
    os.execv(command[0], command)


def show(command: tuple[str, ...]) -> None:
    """One line as a shell would show it."""
    print("+", shlex.join(command), flush=True)
