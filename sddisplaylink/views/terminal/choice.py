"""Chooses a renderer: the one that was asked for, or the best that the terminal supports.

Only the renderer that is chosen is imported: importing all of them takes milliseconds of every start.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from typing import SupportsIndex

from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.views.terminal.cells import HALF, Symbols
from sddisplaylink.views.terminal.colour import ColourDepth, colour_depth
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer
from sddisplaylink.views.terminal.query import Capabilities
from sddisplaylink.views.terminal.renderer import Renderer

DRAW_SEXTANTS = frozenset({"foot", "ghostty", "kitty", "vte", "wezterm"})
"""Terminals that draw these symbols themselves, whatever their font has."""
SYMBOL_NAMES = ("auto", "half", "quad", "sextant")
RENDERERS = ("auto", "kitty", "sixel", "halfblock")

RendererFactory = Callable[..., Renderer]
"""Makes a renderer for one picture, `width` columns wide (None: as many as fit)."""


class TerminalOptions:
    """How pictures are drawn.

    `renderer` is one of RENDERERS, `width` the columns of each picture (None: as many as fit), `symbols` one of
    SYMBOL_NAMES, for the renderer "halfblock", and `dither` whether 256 colours are mixed to more.
    """

    def __init__(
        self, renderer: str = "auto", width: int | None = None, symbols: str = "auto", dither: bool = True
    ) -> None:
        if renderer not in RENDERERS:
            raise ValueError(f"renderer must be one of {', '.join((*RENDERERS, 'window'))}, not {renderer!r}")
        if symbols not in SYMBOL_NAMES:
            raise ValueError(f"symbols must be one of {', '.join(SYMBOL_NAMES)}, not {symbols!r}")
        if width is not None and not isinstance(width, SupportsIndex):
            raise TypeError(f"width must be an int or None, not {type(width).__name__}")
        if width is not None and width < 1:
            raise ValueError(f"width must be at least 1 column, not {width}")
        self.renderer = renderer
        self.width = width
        self.symbols = symbols
        self.dither = dither


def choose_renderer(options: TerminalOptions | str, capabilities: Capabilities) -> RendererFactory:
    """A factory of renderers. SDDisplayLinkError if the one that was asked for is not available."""
    if isinstance(options, str):
        options = TerminalOptions(options)
    renderer = options.renderer if options.symbols == "auto" or options.renderer != "auto" else "halfblock"
    if renderer == "kitty":
        return _kitty(capabilities)
    if renderer == "sixel":
        return _sixel(capabilities)
    if renderer == "auto" and capabilities.kitty_graphics:
        return _kitty(capabilities)
    if renderer == "auto" and capabilities.sixel:
        try:
            return _sixel(capabilities)
        except SDDisplayLinkError:
            return _blocks(capabilities, options)
    return _blocks(capabilities, options)


def _kitty(capabilities: Capabilities) -> RendererFactory:
    if capabilities.tmux is None:
        from sddisplaylink.views.terminal.kitty import KittyRenderer

        return KittyRenderer
    if not capabilities.tmux.passes:
        raise SDDisplayLinkError("tmux passes no pictures on; to allow it: tmux set-option -g allow-passthrough on")
    from sddisplaylink.views.terminal.placeholders import PlaceholderRenderer

    return PlaceholderRenderer


def _sixel(capabilities: Capabilities) -> RendererFactory:
    from sddisplaylink.views.terminal.sixel import SixelRenderer, load_encoder

    return partial(SixelRenderer, load_encoder(), background=capabilities.background)


def _blocks(capabilities: Capabilities, options: TerminalOptions) -> RendererFactory:
    # A terminal that shows pictures shows every colour, whatever TERM says; tmux converts colours for its terminal.
    every_colour = capabilities.kitty_graphics and capabilities.tmux is None
    depth = ColourDepth.TRUECOLOUR if every_colour else colour_depth(os.environ)
    symbols = _symbols(_finest(capabilities) if options.symbols == "auto" else options.symbols)
    background = capabilities.background
    return partial(HalfBlockRenderer, depth=depth, background=background, symbols=symbols, dither=options.dither)


def _symbols(name: str) -> Symbols:
    if name == HALF.name:
        return HALF
    from sddisplaylink.views.terminal.symbols import SYMBOLS

    return SYMBOLS[name]


def _finest(capabilities: Capabilities) -> str:
    """The finest symbols that are sure to be seen: no terminal tells what its font has."""
    around = capabilities.name if capabilities.tmux is None else re.split("[^a-z]", capabilities.tmux.terminal)[0]
    return "sextant" if around in DRAW_SEXTANTS else "half"
