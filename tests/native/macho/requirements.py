"""Packages that only these tests need."""

from __future__ import annotations

import importlib
from types import ModuleType

from support.requirements import unavailable


def need(name: str) -> ModuleType:
    """An imported module of a package of PyPI's."""
    try:
        return importlib.import_module(name)
    except ImportError:
        unavailable(f"{name.partition('.')[0]} is not installed (pip install --group test-all)", module=True)
