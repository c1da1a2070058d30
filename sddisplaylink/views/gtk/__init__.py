"""Animated images in GTK 4: a paintable for any Gtk.Picture or Gtk.Image, and a widget. Needs PyGObject."""

from sddisplaylink.errors import SDDisplayLinkError, how_to_install

__all__ = ["AnimatedPaintable", "AnimatedPicture", "GLibDispatcher", "GtkMissingError"]


class GtkMissingError(SDDisplayLinkError, ImportError):
    """PyGObject or GTK 4, which these views need, is not installed."""


try:
    from sddisplaylink.views.gtk.dispatcher import GLibDispatcher
    from sddisplaylink.views.gtk.paintable import AnimatedPaintable
    from sddisplaylink.views.gtk.picture import AnimatedPicture
except (ImportError, ValueError) as error:  # ValueError: of gi.require_version()
    raise GtkMissingError(f"this view needs PyGObject and GTK 4 ({error}): {how_to_install('gtk')}") from error
