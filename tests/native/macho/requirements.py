"""What only these tests need: skipped with the reason where it is missing, but in CI nothing may be missing."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import NoReturn

import pytest


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the running test, or the test module that is being imported; fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=True)


def need(name: str) -> ModuleType:
    """An imported module of a package of PyPI's."""
    try:
        return importlib.import_module(name)
    except ImportError:
        skip_or_fail(f"{name.partition('.')[0]} is not installed (pip install --group test)")
