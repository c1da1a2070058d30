"""What the tests of the macOS module share: it is built once per session, and once for each mutant."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import native_builds
from macho.extension import COMMAND, MODULE, ROOT, build_variant
from macho.loader import MACHINE, build_linux_side
from macho.toolchain import MissingToolError, Toolchain, find_toolchain, run
from macho.trees import make_tree
from support.requirements import unavailable

NO_POOL = ("csrc/clocks/corevideo.m", "    @autoreleasepool {\n        (void)link,", "    {\n        (void)link,")


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    if sys.platform != "linux":
        pytest.skip("the module for macOS is cross-built on Linux; elsewhere the package's own build is tested")
    try:
        return find_toolchain()
    except MissingToolError as error:
        unavailable(str(error))


@pytest.fixture(scope="session")
def macho_build(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the documented command has left its wheel, in ``out``, and intermediate files, in ``work``."""
    del toolchain  # is there
    directory = tmp_path_factory.mktemp("macho")
    run(sys.executable, COMMAND, "--out", directory / "out", "--work", directory / "work")
    return directory


@pytest.fixture(scope="session")
def macho_wheel(macho_build: Path) -> Path:
    (wheel,) = (macho_build / "out").iterdir()
    return wheel


@pytest.fixture(scope="session")
def macho_module(macho_build: Path) -> Path:
    """The module for macOS, both architectures in one file."""
    return macho_build / "work" / MODULE


@pytest.fixture(scope="session")
def build_mutant(
    macho_module: Path, toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Builds the module with one text in one of its files replaced wherever it stands."""

    def build(name: str, old: str, new: str) -> Path:
        out = tmp_path_factory.mktemp("mutant")
        text = (ROOT / name).read_text(encoding="utf-8")
        assert old in text, f"{name} no longer contains {old!r}"
        source = out / name
        source.parent.mkdir(parents=True)
        source.write_text(text.replace(old, new), encoding="utf-8")
        return build_variant(macho_module.parent, source, out, toolchain)

    return build


@pytest.fixture(scope="session")
def without_pool(build_mutant: Callable[..., Path]) -> Path:
    """The module whose callback has no autorelease pool."""
    return build_mutant(*NO_POOL)


@pytest.fixture(scope="session")
def tree_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Makes the Python package on a macOS module, for `native_builds.run_program`."""
    if sys.platform != "linux" or platform.machine() != MACHINE:
        pytest.skip(f"the {MACHINE} code of the macOS module is run on {MACHINE} Linux")
    compiler = native_builds.find_clang()
    if compiler is None:
        unavailable("no clang and no ziglang: the stand-in frameworks cannot be compiled")
    library = build_linux_side(compiler, tmp_path_factory.mktemp("linux"))
    return lambda module: make_tree(tmp_path_factory.mktemp("tree"), module, library)
