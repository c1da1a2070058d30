"""The programs that build for macOS on Linux: PyPI's ziglang compiles, LLVM's lld and lipo link and join."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

VERSIONS = range(25, 14, -1)


class MissingToolError(Exception):
    """A program is not installed; the message says how to get it."""


@dataclass(frozen=True)
class Toolchain:
    """Command lines: a C and Objective-C compiler for any target, Mach-O's linker, and the joiner of architectures."""

    compiler: tuple[str, ...]
    linker: str
    lipo: str


def find_program(name: str, package: str) -> str:
    """The path of an LLVM program, under its own name or Debian's; MissingToolError."""
    names = (name, *(f"{name}-{version}" for version in VERSIONS))
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        raise MissingToolError(f"{name} is not installed (Debian: apt-get install {package})")
    return found


def find_toolchain() -> Toolchain:
    """What is installed here; MissingToolError."""
    if importlib.util.find_spec("ziglang") is None:
        raise MissingToolError("ziglang is not installed (pip install ziglang)")
    zig = (sys.executable, "-m", "ziglang", "cc", "-fno-sanitize=undefined")
    return Toolchain(zig, find_program("ld64.lld", "lld-19"), find_program("llvm-lipo", "llvm-19"))


def run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run a program quietly; RuntimeError with what it said if it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}\n{done.stdout}{done.stderr}".rstrip())
