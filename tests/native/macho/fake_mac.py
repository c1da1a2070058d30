"""Runs setup.py as a Python on a Mac would: ``python fake_mac.py SETTINGS.json build_ext ...`` in a source tree.

The settings are those that Python's own build has left in ``sysconfig`` there, and the folder of its headers.
"""

from __future__ import annotations

import _osx_support
import json
import os
import platform
import runpy
import sys
import sysconfig
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from setup_at_once import compile_on_all_processors

SYSTEM = "14.5"


def pretend(settings: dict[str, Any]) -> None:
    """Have this Python take itself for one on a Mac, as far as setuptools asks."""
    import setuptools  # noqa: F401 - before the platform changes: it asks for more than is pretended
    from setuptools._distutils import sysconfig as build_sysconfig

    real = os.uname()
    sysconfig.get_config_vars().update(settings["variables"])
    build_sysconfig.get_config_vars().update(settings["variables"])
    build_sysconfig.get_python_inc = lambda *arguments, **options: settings["headers"]
    sys.platform = "darwin"
    platform.system = lambda: "Darwin"
    os.uname = lambda: os.uname_result(("Darwin", real.nodename, "23.5.0", "Darwin", settings["machine"]))
    _osx_support._SYSTEM_VERSION = SYSTEM
    _osx_support._SYSTEM_VERSION_TUPLE = tuple(map(int, SYSTEM.split(".")))


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    sys.argv[:] = ["setup.py", *sys.argv[2:]]
    sys.path.insert(0, str(Path.cwd()))
    compile_on_all_processors()
    pretend(settings)
    runpy.run_path("setup.py", run_name="__main__")


if __name__ == "__main__":
    main()
