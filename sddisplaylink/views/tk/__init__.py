"""Tk: a label that plays an animated image."""

from sddisplaylink.errors import SDDisplayLinkError

__all__ = ["AnimatedLabel", "TkMissingError"]


class TkMissingError(SDDisplayLinkError, ImportError):
    """This Python has no tkinter, which this view needs."""


try:
    from sddisplaylink.views.tk.label import AnimatedLabel
except ImportError as error:
    raise TkMissingError(
        f"this view needs tkinter ({error}). It is a part of Python that some systems have as a package of its own (on "
        "Debian or Ubuntu: `apt-get install python3-tk`; on Fedora: `dnf install python3-tkinter`; with Homebrew: "
        "`brew install python-tk`)"
    ) from error
