"""Notebooks: a widget that shows what a player shows, with controls for it."""

from sddisplaylink.errors import SDDisplayLinkError

__all__ = ["AnywidgetMissingError", "PlayerWidget"]


class AnywidgetMissingError(SDDisplayLinkError, ImportError):
    """The package anywidget, which this view needs, is not installed."""


try:
    from sddisplaylink.views.notebook.widget import PlayerWidget
except ModuleNotFoundError as error:
    raise AnywidgetMissingError("a widget needs anywidget: pip install 'sddisplaylink[notebook]'") from error
