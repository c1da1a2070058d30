"""The exceptions of this library.

::

    SDDisplayLinkError
    ├── ClockError                      a clock or display cannot be had, or is used wrongly
    ├── LinkClosedError (ValueError)    a link, player, dispatcher or clock was used after close()
    ├── ImageFormatError (ValueError)   the data is no image that can be shown
    └── ForkedProcessError              native objects were used in a forked child
"""

from __future__ import annotations

__all__ = ["ClockError", "ForkedProcessError", "ImageFormatError", "LinkClosedError", "SDDisplayLinkError"]


class SDDisplayLinkError(Exception):
    """Base of every error that this library raises on purpose."""


class ClockError(SDDisplayLinkError):
    """The clock or display does not exist here, could not be used, or was asked for something it cannot do."""


class LinkClosedError(SDDisplayLinkError, ValueError):
    """The link, player, dispatcher or clock has been closed."""


class ImageFormatError(SDDisplayLinkError, ValueError):
    """The data is not an image, holds no whole frame, or exceeds a limit."""


class ForkedProcessError(SDDisplayLinkError):
    """The object belongs to the parent of this forked process; native threads do not survive ``fork()``."""


def how_to_install(extra: str) -> str:
    """What the message about a missing package ends with. There is no release yet, so extras come from a clone."""
    return f"in a clone of the project, python -m pip install '.[{extra}]'"
