"""Animated images in pyglet: textures and sprites."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from typing import Any

import pyglet
from pyglet import gl

from sddisplaylink.frames.frame import Frame
from sddisplaylink.native import ffi
from sddisplaylink.playback.options import PlayerState
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.games.game_loop import GameLoopView, Playable
from sddisplaylink.views.player_settings import PLAYER_OPTIONS

__all__ = ["AnimatedSprite", "AnimatedTexture"]

_SPRITE: Any = pyglet.sprite.Sprite  # whose properties are set as they are there
_UPSIDE_DOWN = (0, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0)


class AnimatedTexture(GameLoopView):
    """A pyglet texture that plays an animated image; its player is `player`. An OpenGL context must be current.

    Call `update` before drawing, and use `texture` as any other, in as many sprites as you like. Rows are
    stored from the top, as in frames, and the texture's ``tex_coords`` flip them: sprites, ``blit()`` and regions show
    the picture upright, ``get_image_data()`` does not.

    ``source``: an `AnimatedImage`, or anything that `AnimatedImage.open` takes. ``options``: those of
    `AnimatedImagePlayer` but for ``dispatcher``. It plays in real time; while all of pyglet's windows are
    invisible, the player is PAUSED. With one `ManualClock` as the ``clock`` of all textures, they play in the
    game's time instead, by the seconds passed to ``advance()``. ``autoplay=False``: shows the first frame and waits for
    ``player.play()``.

    The player's callbacks are called by `update`, or by the clock's ``advance()``. Use everything on one thread.
    Dropping the object, or `close`, ends playback; the texture stays as it is.

    ``texture`` is always the same, unless an image of another size is set. Set ``is_drawn`` to False while nothing
    shows the texture: the player pauses.

    Raises what AnimatedImage.open() and the player do.
    """

    texture: pyglet.image.Texture
    """The picture, straight alpha: always the same texture, unless `set_source` brings another size."""
    is_drawn: bool
    """Set this to False while nothing shows the texture: the player pauses."""

    def __init__(self, source: Playable, *, autoplay: bool = True, **options: Any) -> None:
        """The arguments are described with the class."""
        self.is_drawn = True
        super().__init__(source, autoplay, options)

    def _can_be_seen(self) -> bool:
        windows = list(pyglet.app.windows)
        return self.is_drawn and (not windows or any(window.visible for window in windows))

    def _resize(self, size: tuple[int, int]) -> None:
        if not hasattr(self, "texture"):
            self._make_texture(size)

    def _make_texture(self, size: tuple[int, int]) -> None:
        self.texture = pyglet.image.Texture.create(*size)
        self.texture.tex_coords = _UPSIDE_DOWN

    def _show(self, frame: Frame) -> None:
        if (self.texture.width, self.texture.height) != frame.size:
            self._make_texture(frame.size)
        address = int(ffi.cast("uintptr_t", ffi.from_buffer("uint8_t[]", frame.rgba)))
        gl.glBindTexture(self.texture.target, self.texture.id)
        gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 4)
        area = (0, 0, *frame.size)
        gl.glTexSubImage2D(self.texture.target, 0, *area, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, ctypes.c_void_p(address))


class AnimatedSprite(pyglet.sprite.Sprite):
    """A pyglet sprite that plays an animated image by a player, in place of a ``pyglet.image.Animation``.

    ``options``: those of `pyglet.sprite.Sprite` (``x``, ``y``, ``batch``, ...) and of `AnimatedTexture`,
    whose statements about time and threads apply here as well. pyglet's clock updates the sprite once per refresh, and
    calls the player's callbacks. The player is PAUSED also while ``visible`` is False. An exception that has stopped
    playback goes to ``player.on_error`` or else through pyglet's event loop.

    ``paused`` and ``frame_index`` are those of the player. `set_source` plays something else. Setting ``image``,
    as of any sprite, ends playback, and the sprite shows that image or plays that ``pyglet.image.Animation``.
    `delete` ends playback, and so does dropping the sprite.
    """

    def __init__(self, source: Playable, *, autoplay: bool = True, **options: Any) -> None:
        """The arguments are described with the class."""
        playback = {name: options.pop(name) for name in PLAYER_OPTIONS & options.keys()}
        self._animated = AnimatedTexture(source, autoplay=autoplay, **playback)
        self._is_playing = True  # unless the sprite shows an image of the user's
        super().__init__(self._animated.texture, **options)
        self._tick = _tick_of(weakref.ref(self))
        pyglet.clock.schedule_interval(self._tick, self.player.refresh_period)

    @property
    def player(self) -> AnimatedImagePlayer:
        """Its player, to pause, seek, set the rate, and so on; closed once ``image`` has been set."""
        return self._animated.player

    def set_source(self, source: Playable) -> None:
        """Play another image, with the settings and callbacks of the former player, which is closed.

        LinkClosedError once ``image`` has been set. Raises the exceptions of the constructor.
        """
        self._animated.set_source(source)

    @property
    def image(self) -> Any:
        """The sprite's texture. Setting another image or pyglet Animation ends playback."""
        return super().image

    @image.setter
    def image(self, image: Any) -> None:
        if self._is_playing:
            self._is_playing = False
            pyglet.clock.unschedule(self._tick)
            self._animated.close()
        _SPRITE.image.fset(self, image)

    @property
    def paused(self) -> bool:
        """Whether the player is paused; set this to pause or to play on."""
        return self.player.state is PlayerState.PAUSED if self._is_playing else bool(super().paused)

    @paused.setter
    def paused(self, pause: bool) -> None:
        if not self._is_playing:
            _SPRITE.paused.fset(self, pause)
        elif pause:
            self.player.pause()
        elif self.paused:
            self.player.play()

    @property
    def frame_index(self) -> int:
        """The index of the shown frame; set it to seek. IndexError if there is no such frame."""
        return self.player.frame_index if self._is_playing else int(super().frame_index)

    @frame_index.setter
    def frame_index(self, index: int) -> None:
        if self._is_playing:
            self.player.seek(index)
        else:
            _SPRITE.frame_index.fset(self, index)

    def delete(self) -> None:
        """End playback, and delete the sprite."""
        pyglet.clock.unschedule(self._tick)
        self._animated.close()
        super().delete()

    def update_frame(self) -> None:
        """Called by pyglet's clock: show the frame that is due."""
        self._animated.is_drawn = self.visible
        self._animated.update()
        if self._animated.texture is not self._texture:
            _SPRITE.image.fset(self, self._animated.texture)


def _tick_of(reference: weakref.ref[AnimatedSprite]) -> Callable[[float], None]:
    """A function for pyglet's clock that holds the sprite weakly, as the clock holds the function."""

    def tick(elapsed: float) -> None:
        sprite = reference()
        if sprite is None:
            pyglet.clock.unschedule(tick)
        else:
            sprite.update_frame()

    return tick
