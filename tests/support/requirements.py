"""What tests do where something that they need is missing: skip, or fail where everything has been installed."""

from __future__ import annotations

import os
import sys
import sysconfig
from typing import NoReturn

import pytest

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
NOT_FREE_THREADED = ("PySide6", "PyQt6", "pygame")  # which have no builds for that Python
chosen = False  # whether the extended tests run; conftest.py sets this


def is_everything_installed() -> bool:
    """Whether nothing may be missing: on CI's Linux, where .ci/run installs all that the extended tests need."""
    return chosen and os.environ.get("CI") == "true" and sys.platform == "linux"


def unavailable(reason: str, *, module: bool = False) -> NoReturn:
    """Skip the running test, or the module that is being imported; fail where everything has been installed."""
    if is_everything_installed() and not (FREE_THREADED and reason.partition(" ")[0] in NOT_FREE_THREADED):
        pytest.fail(reason)
    pytest.skip(reason, allow_module_level=module)
