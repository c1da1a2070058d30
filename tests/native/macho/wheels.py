"""The wheel for macOS, made by setuptools' own bdist_wheel around a module that is already built."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from macho.extension import MINIMUM_OS, MODULE, ROOT
from macho.toolchain import run

PLATFORM = f"macosx_{MINIMUM_OS.replace('.', '_')}_universal2"
INGREDIENTS = ("csrc", "sddisplaylink", "pyproject.toml", "setup.py", "native_build.py", "README.md", "LICENSE")


def copy_project(target: Path) -> Path:
    """What setuptools has to see; setuptools writes into its source tree, so this is not ours."""
    target.mkdir(parents=True)
    for name in INGREDIENTS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
        else:
            shutil.copy(ROOT / name, target / name)
    return target


def make_wheel(module: Path, work: Path, out: Path) -> Path:
    """Wrap the module and the package's Python files into ``out``; returns the wheel."""
    project = copy_project(work / "project")
    package = work / "lib" / "sddisplaylink"
    package.mkdir(parents=True)
    shutil.copy(module, package / MODULE)
    settings = work / "distutils.cfg"
    settings.write_text(f"[build]\nbuild_lib = {work / 'lib'}\n", encoding="utf-8")
    made = work / "wheel"
    wheel = ("bdist_wheel", "--skip-build", "--plat-name", PLATFORM, "--dist-dir", made)
    run(
        sys.executable,
        "setup.py",
        "-q",
        "build_py",
        *wheel,
        cwd=project,
        env=os.environ | {"DIST_EXTRA_CONFIG": str(settings)},
    )
    out.mkdir(parents=True, exist_ok=True)
    (path,) = made.glob("*.whl")
    return Path(shutil.copy(path, out))
