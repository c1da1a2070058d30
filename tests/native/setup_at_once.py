"""Runs setup.py with as many compilers at a time as there are processors: ``python setup_at_once.py build_ext ...``.

setuptools compiles the files of a module one after the other: the core's forty take it half a minute.
"""

from __future__ import annotations

import os
import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from setuptools._distutils.ccompiler import CCompiler


def compile_at_once(
    self: CCompiler,
    sources: list[str],
    output_dir: str | None = None,
    macros: list[tuple[str, str | None]] | None = None,
    include_dirs: list[str] | None = None,
    debug: bool = False,
    extra_preargs: list[str] | None = None,
    extra_postargs: list[str] | None = None,
    depends: list[str] | None = None,
) -> list[str]:
    """What ``CCompiler.compile`` does, but for the order."""
    prepared = self._setup_compile(output_dir, macros, include_dirs, sources, depends, extra_postargs)
    _, objects, postargs, preprocessing, build = prepared
    arguments = self._get_cc_args(preprocessing, debug, extra_preargs)

    def compile_one(path: str) -> None:
        source, extension = build[path]
        self._compile(path, source, extension, arguments, postargs, preprocessing)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compile_one, build))  # raises what one of them raised
    return list(objects)


def compile_on_all_processors() -> None:
    """Have setuptools compile so from now on."""
    methods: Any = CCompiler
    methods.compile = compile_at_once


if __name__ == "__main__":
    sys.argv[:] = ["setup.py", *sys.argv[1:]]
    sys.path[0] = str(Path.cwd())
    compile_on_all_processors()
    runpy.run_path("setup.py", run_name="__main__")
