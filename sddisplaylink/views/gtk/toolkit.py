"""The parts of GTK 4 that the views use, of that version and no other."""

from __future__ import annotations

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Gdk", "4.0")

from gi.repository import Gdk, GLib, GObject, Gtk  # noqa: E402 -- once their versions have been required

__all__ = ["GLib", "GObject", "Gdk", "Gtk"]
