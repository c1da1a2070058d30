"""Notebooks: a widget that shows the frames of a player, with controls."""

from sddisplaylink.errors import SDDisplayLinkError, how_to_install

__all__ = ["AnywidgetMissingError", "PlayerWidget"]


class AnywidgetMissingError(SDDisplayLinkError, ImportError):
    """The package anywidget, which this view needs, is not installed."""


try:
    from sddisplaylink.views.notebook.widget import PlayerWidget
except ModuleNotFoundError as error:
    raise AnywidgetMissingError(f"a widget needs anywidget: {how_to_install('notebook')}") from error
