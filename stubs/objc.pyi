"""What this project uses of PyObjC, by hand: PyObjC can only be installed on macOS, and has no annotations."""

import builtins
from typing import Any, TypeVar

_T = TypeVar("_T")

super = builtins.super  # noqa: A001

def python_method(method: _T) -> _T: ...

class WeakRef:
    def __init__(self, instance: object) -> None: ...
    def __call__(self) -> Any: ...
