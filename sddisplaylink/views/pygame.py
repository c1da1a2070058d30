"""pygame: a surface that plays an animated image."""

from sddisplaylink.views.games.pygame import AnimatedSurface

__all__ = ["AnimatedSurface"]
