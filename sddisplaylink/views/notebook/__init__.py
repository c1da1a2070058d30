"""Notebooks: a widget that shows what a player shows."""

from sddisplaylink.views.notebook.widget import PlayerWidget

__all__ = ["PlayerWidget"]
