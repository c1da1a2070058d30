"""What a player called, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Log(list[Any]):
    """What a player called, in order: frame indices, ``("loop", n)``, ``"finish"``, errors."""

    def callbacks(self) -> dict[str, Callable[..., object]]:
        return {
            "on_frame": lambda frame: self.append(frame.index),
            "on_loop": lambda loops: self.append(("loop", loops)),
            "on_finish": lambda: self.append("finish"),
            "on_error": self.append,
        }
