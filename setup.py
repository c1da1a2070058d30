"""What pyproject.toml cannot say: the native module, and the tag of its stable-ABI wheel where that ABI exists."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig

from setuptools import setup
from setuptools.command.build_ext import build_ext

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
OPTIONS = {} if FREE_THREADED else {"bdist_wheel": {"py_limited_api": "cp311"}}
NO_COMPILER = (
    "sddisplaylink has a core in C, and the C compiler ({}) does not work here: install one, on macOS with "
    "`xcode-select --install`, on Debian with `apt-get install gcc libc6-dev python3-dev`, and try again."
)


class BuildExtension(build_ext):
    """Leaves the module in the source tree too: a Python that is started there imports that tree, installed or not."""

    def run(self) -> None:
        """Build, and copy what was built."""
        super().run()
        if not self.inplace:
            self.copy_extensions_to_source()

    def build_extensions(self) -> None:
        """Build, or say in one sentence what is missing: a Mac without the command line tools has a `clang`, too."""
        command: list[str] = list(getattr(self.compiler, "compiler_so", []))
        if command and not compiles(command):
            sys.exit(NO_COMPILER.format(command[0]))
        super().build_extensions()


def compiles(command: list[str]) -> bool:
    """Whether the compiler starts and takes an empty file; what it says against that is printed only if asked for."""
    words = [*command, "-fsyntax-only", "-x", "c", os.devnull]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError:
        return False
    if done.returncode and os.environ.get("DISTUTILS_DEBUG"):
        print(shlex.join(words), done.stderr, sep="\n", file=sys.stderr)
    return done.returncode == 0


setup(cffi_modules=["native_build.py:ffibuilder"], cmdclass={"build_ext": BuildExtension}, options=OPTIONS)
