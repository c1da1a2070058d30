"""Builds with the stand-in frameworks, each made once per session in a directory of its own."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import native_builds
from clock_driver import ClockDriver
from support.requirements import unavailable

Mutation = tuple[str, str, str]
MUTANT = "SDDISPLAYLINK_TEST_PACKAGE"


def pytest_itemcollected(item: pytest.Item) -> None:
    """The stand-in takes the place of what a Mac has, over Linux's own threads and linker, and needs its compilers."""
    item.add_marker("extended")
    if not sys.platform.startswith("linux"):
        item.add_marker(pytest.mark.skip(reason="the stand-in for the Apple frameworks runs on Linux"))


@pytest.fixture(scope="session")
def clang() -> tuple[str, ...]:
    found = native_builds.find_clang()
    if found is None:
        unavailable("no clang and no ziglang: the Apple clock cannot be compiled here")
    return found


@pytest.fixture(scope="session")
def zig() -> tuple[str, ...]:
    found = native_builds.find_zig()
    if found is None:
        unavailable("no ziglang: nothing can be compiled for macOS here")
    return found


@pytest.fixture(scope="session")
def package(clang: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is, on the stand-in; or the one under test, a mutant, that the environment names."""
    mutant = os.environ.get(MUTANT)
    if mutant:
        return Path(mutant)
    return native_builds.build_package(native_builds.copy_sources(tmp_path_factory.mktemp("package")), clang)


@pytest.fixture(scope="session")
def build(
    package: Path, clang: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Mutation], Path]:
    """``build((file, old, new))``: the package with one text replaced; each is made once."""

    @functools.cache
    def make(mutation: Mutation) -> Path:
        return native_builds.build_mutant(package, tmp_path_factory.mktemp("mutant"), mutation, clang)

    return make


@pytest.fixture(scope="session")
def clock_library(clang: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Apple clock alone, on the stand-in."""
    mutant = os.environ.get(MUTANT)
    tree = Path(mutant) if mutant else native_builds.copy_sources(tmp_path_factory.mktemp("clock"))
    return native_builds.build_clock(tree, clang)


@pytest.fixture
def driver(clock_library: Path) -> Iterator[ClockDriver]:
    """The Apple clock alone. Links tick when the test says so, and nothing may be left of them."""
    made = ClockDriver(clock_library)
    made.standin.reset()
    made.standin.set("ticking", 0)
    made.take()
    yield made
    made.standin.reset()
    for counter in ("links", "threads", "modes", "objects"):
        made.standin.wait(counter, exactly=0)


# ---- the table of mutants and of the tests that caught them ----


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        mutant = getattr(item, "callspec", None) and item.callspec.params.get("mutant")  # type: ignore[attr-defined]
        if isinstance(mutant, str):
            item.user_properties.append(("mutant", mutant))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    caught = [dict(report.user_properties) | {"by": report.nodeid} for report in terminalreporter.getreports("passed")]
    mutants = [(found["mutant"], found.get("caught_by", found["by"])) for found in caught if "mutant" in found]
    if not mutants:
        return
    terminalreporter.section("mutants and the tests that caught them")
    width = max(len(mutant) for mutant, _ in mutants)
    for mutant, test in mutants:
        terminalreporter.write_line(f"{mutant:<{width}}  {test}")
