"""pyglet: a sprite, and a texture, that play an animated image."""

from sddisplaylink.views.games.pyglet import AnimatedSprite, AnimatedTexture

__all__ = ["AnimatedSprite", "AnimatedTexture"]
