"""The exceptions of this library.

::

    SDDisplayLinkError
    ├── ClockError                      no such clock or display; or a call that would wait for itself, or is misplaced
    ├── LinkClosedError (ValueError)    a link, player, image, dispatcher or clock was used after close()
    ├── ImageFormatError (ValueError)   the data is no image that can be shown
    └── ForkedProcessError              an object of the parent was used in a forked child
"""

from __future__ import annotations

__all__ = ["ClockError", "ForkedProcessError", "ImageFormatError", "LinkClosedError", "SDDisplayLinkError"]


class SDDisplayLinkError(Exception):
    """Base of every error that this library raises on purpose.

    Raised itself when the system refuses a thread or a descriptor, when `play` finds no terminal or window to show the
    picture in, and when a chart cannot be drawn.
    """


class ClockError(SDDisplayLinkError):
    """There is no such clock or display here, or a call cannot be made at this place.

    Raised for the name of a clock or the id of a display that this system does not have, and when too many clocks are
    open; when the players of a group are on different clocks; when a callback waits for its own player or advances its
    own clock; when a second loop asks for the frames of one player; when `Dispatcher.run_pending` or `Dispatcher.wait`
    is called though the dispatcher has a thread; and when a view of Qt or AppKit is made on another thread than the
    toolkit's.
    """


class LinkClosedError(SDDisplayLinkError, ValueError):
    """The link, player, image, dispatcher or clock has been closed, or the interpreter is exiting.

    Also raised for data that is fed to an `IncrementalImage` after its ``finish()``.
    """


class ImageFormatError(SDDisplayLinkError, ValueError):
    """The data is not an image, holds no whole frame, or exceeds a limit.

    Raised when an image is opened or fed; and by `AnimatedImage.frame`, or a player, for a frame whose data is broken.
    """


class ForkedProcessError(SDDisplayLinkError):
    """In a forked child, native threads are missing, and objects of the parent cannot be used.

    Raised by links, players, clocks and dispatchers, new ones too, except by ``close()``; and by images that the parent
    has opened. Images can be opened anew.
    """


def how_to_install(extra: str) -> str:
    """What the message about a missing package ends with. There is no release yet, so extras come from a clone."""
    return f"in a clone of the project, python -m pip install '.[{extra}]'"
