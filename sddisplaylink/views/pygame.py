"""pygame: a surface that plays an animated image."""

from sddisplaylink.errors import SDDisplayLinkError, how_to_install

__all__ = ["AnimatedSurface", "PygameMissingError"]


class PygameMissingError(SDDisplayLinkError, ImportError):
    """The package pygame-ce, which this view needs, is not installed."""


try:
    from sddisplaylink.views.games.pygame import AnimatedSurface
except ModuleNotFoundError as error:
    raise PygameMissingError(f"this view needs pygame-ce: {how_to_install('pygame')}") from error
