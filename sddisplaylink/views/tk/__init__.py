"""Tk: a label that plays an animated image."""

from sddisplaylink.views.tk.label import AnimatedLabel

__all__ = ["AnimatedLabel"]
