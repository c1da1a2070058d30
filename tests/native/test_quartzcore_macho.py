"""The QuartzCore clock's machine code, as a Mac would run it: its package tests once more, and what it is bound to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import test_quartzcore_faults as fault_tests
import test_quartzcore_package as package_tests
from macho.fixups import all_binds
from macho.flow import Code, FlowError, check_one_pool
from macho.image import read_images
from quartz import fail

pytest_plugins = ["macho.fixtures"]
pytestmark = pytest.mark.timeout(600)  # whichever runs first builds

CLOCK = "csrc/clocks/quartzcore.m"
POOL = "    @autoreleasepool {\n        (void)selector;"

# the package's tests on the stand-in run again, on the machine code, except the mutants: those of the source suffice
for source in (package_tests, fault_tests):
    names = (name for name in vars(source) if name.startswith("test_") and "noticed" not in name)
    globals().update({name: vars(source)[name] for name in names})


@pytest.fixture(scope="module")
def package(macho_module: Path, tree_of: Callable[[Path], Path]) -> Path:
    return tree_of(macho_module)


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_nothing_of_appkit_or_quartzcore_is_bound(macho_module: Path, machine: str) -> None:
    """A Mac without CADisplayLink, or a process without AppKit, has nothing to find that it has not got."""
    for bind in all_binds(read_images(macho_module)[machine]):
        assert not any(name in bind.symbol for name in ("CADisplay", "NSApp", "NSScreen", "OBJC_CLASS")), bind
        assert not any(name in (bind.library or "") for name in ("AppKit", "QuartzCore")), bind


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_a_callback_without_its_pool_is_noticed(build_mutant: Callable[..., Path], machine: str) -> None:
    code = Code(read_images(build_mutant(CLOCK, POOL, POOL.replace("@autoreleasepool ", "")))[machine])
    with pytest.raises(FlowError, match="before its pool"):
        check_one_pool(code, code.function("_display_link_callback"))


def test_without_its_pool_the_machine_code_leaves_objects_behind(
    build_mutant: Callable[..., Path], tree_of: Callable[[Path], Path]
) -> None:
    mutant = tree_of(build_mutant(CLOCK, POOL, POOL.replace("@autoreleasepool ", "")))
    assert "left by callbacks" in fail(mutant, package_tests.POOLS)
