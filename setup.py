"""What pyproject.toml cannot say: the native module, its wheel's tag, the addresses, and what a build needs."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NoReturn

from setuptools import setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
REPOSITORY = os.environ.get("SDDISPLAYLINK_REPOSITORY", "")  # set by the release workflow, which knows where it runs
OPTIONS = {} if FREE_THREADED else {"bdist_wheel": {"py_limited_api": "cp311"}}
INSTALL = (
    "on Debian or Ubuntu: `apt-get install gcc libc6-dev python3-dev`; "
    "on Fedora: `dnf install gcc python3-devel`; on macOS: `xcode-select --install`"
)
LINK = re.compile(r"(!?\[[^\]]*\]\()(?!https?://|#)([^)#\s]+)")


class BuildExtension(build_ext):
    """Leaves the module in the source tree too: a Python that is started there imports that tree, installed or not."""

    def run(self) -> None:
        """Build, and copy what was built. Ends with one sentence where something is missing."""
        missing = what_is_missing()
        if missing is not None:
            give_up(missing)
        super().run()
        if not self.inplace:
            self.copy_extensions_to_source()

    def build_extensions(self) -> None:
        """Build, or say in one sentence what is missing: a Mac without the command line tools has a `clang`, too."""
        command: list[str] = list(getattr(self.compiler, "compiler_so", []))
        if command and not compiles(command):
            give_up(f"the C compiler ({command[0]}) does not work")
        super().build_extensions()


def give_up(missing: str) -> NoReturn:
    """End with one sentence."""
    sys.exit(f"sddisplaylink cannot be built: {missing}. Install what it needs ({INSTALL}) and try again.")


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


def what_is_missing() -> str | None:
    """What the build needs and this machine lacks, in words; None if all is there."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler ({compiler})"
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        version = "{}.{}".format(*sys.version_info)
        return f"the headers of Python {version} are not installed"
    return None


def addresses(repository: str) -> dict[str, str]:
    """The project's pages in that repository; none where it is not known."""
    if not repository:
        return {}
    return {
        "Repository": repository,
        "Documentation": f"{repository}/blob/main/docs/index.md",
        "Changelog": f"{repository}/blob/main/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }


def readme(repository: str) -> str:
    """README.md with links that work on the page of a package index, which has no files beside it."""

    def absolute(match: re.Match[str]) -> str:
        head, target = match.groups()
        kind = "raw" if head.startswith("!") else "blob"
        return f"{head}{repository}/{kind}/main/{target}"

    text = (ROOT / "README.md").read_text("utf-8")
    return LINK.sub(absolute, text) if repository else text


if __name__ == "__main__":
    setup(
        cffi_modules=["native_build.py:ffibuilder"],
        cmdclass={"build_ext": BuildExtension},
        long_description=readme(REPOSITORY),
        long_description_content_type="text/markdown",
        options=OPTIONS,
        project_urls=addresses(REPOSITORY),
    )
