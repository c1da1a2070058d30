"""Animated images in Textual: a widget of block characters."""

from sddisplaylink.errors import SDDisplayLinkError, how_to_install

__all__ = ["AnimatedImage", "TextualMissingError"]


class TextualMissingError(SDDisplayLinkError, ImportError):
    """The package textual, which this view needs, is not installed."""


try:
    from sddisplaylink.views.textual.widget import AnimatedImage
except ModuleNotFoundError as error:
    raise TextualMissingError(f"this view needs Textual: {how_to_install('textual')}") from error
