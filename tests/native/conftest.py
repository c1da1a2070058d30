"""Builds with the stand-in frameworks, each made once per session in a directory of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import native_builds
from clock_driver import ClockDriver

Mutation = tuple[str, str, str]


def skip_or_fail(reason: str) -> None:
    """Skip a test whose tool is missing on a developer's machine; in CI nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def clang() -> tuple[str, ...]:
    found = native_builds.find_clang()
    if found is None:
        skip_or_fail("no clang and no ziglang: the Apple clock cannot be compiled here")
    return found or ()


@pytest.fixture(scope="session")
def zig() -> tuple[str, ...]:
    found = native_builds.find_zig()
    if found is None:
        skip_or_fail("no ziglang: nothing can be compiled for macOS here")
    return found or ()


@pytest.fixture(scope="session")
def build(clang: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds the package with the stand-in, with one text in one of its files replaced if so asked."""

    def make(mutation: Mutation | None = None) -> Path:
        tree = native_builds.copy_sources(tmp_path_factory.mktemp("package"))
        if mutation:
            native_builds.mutate(tree, *mutation)
        return native_builds.build_package(tree, clang)

    return make


@pytest.fixture(scope="session")
def package(build: Callable[..., Path]) -> Path:
    """The package as it is, on the stand-in."""
    return build()


@pytest.fixture(scope="session")
def clock_library(clang: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Apple clock alone, on the stand-in."""
    return native_builds.build_clock(native_builds.copy_sources(tmp_path_factory.mktemp("clock")), clang)


@pytest.fixture
def driver(clock_library: Path) -> Iterator[ClockDriver]:
    """The Apple clock alone. Links tick when told to, and nothing may be left of them."""
    made = ClockDriver(clock_library)
    made.standin.reset()
    made.standin.set("ticking", 0)
    made.take()
    yield made
    made.standin.reset()
    for counter in ("links", "threads", "modes", "objects"):
        made.standin.wait(counter, exactly=0)
