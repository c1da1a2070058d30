"""pyglet: a sprite, and a texture, that play an animated image."""

from sddisplaylink.errors import SDDisplayLinkError, how_to_install

__all__ = ["AnimatedSprite", "AnimatedTexture", "PygletMissingError"]


class PygletMissingError(SDDisplayLinkError, ImportError):
    """The package pyglet, which this view needs, is not installed."""


try:
    from sddisplaylink.views.games.pyglet import AnimatedSprite, AnimatedTexture
except ModuleNotFoundError as error:
    raise PygletMissingError(f"this view needs pyglet: {how_to_install('pyglet')}") from error
