"""PlayerWidget: a canvas with controls for notebooks, by anywidget, in Jupyter, VS Code, Colab and marimo."""

from __future__ import annotations

import contextlib
import threading
import zlib
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from sddisplaylink.errors import LinkClosedError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import first_frame

__all__ = ["PlayerWidget"]


class PlayerWidget(anywidget.AnyWidget, PlayerObserver):
    """Shows the frames of a player in a notebook, with controls. A player may have several widgets.

    Frames are sent as binary data when they change, one at a time: once the notebook has drawn a frame, the latest one
    is sent, so that a slow connection drops frames and no queue grows. While a cell runs, Jupyter reads no messages of
    the notebook, and frames wait until the cell has ended: the widget shows the frame that it was displayed with.
    Before it is displayed, no other frame is sent.

    While the widget has the focus, space plays and pauses, arrow keys step and change the speed, Home and End show the
    first and the last frame.

    Frames are sent from the player's dispatcher; commands come on the thread that runs cells. `close` removes the
    widget and leaves the player as it is. Raises LinkClosedError if the player is closed.
    """

    _esm = Path(__file__).with_name("widget.js")
    _css = Path(__file__).with_name("widget.css")
    width = traitlets.Int(help="Width of the picture in pixels.").tag(sync=True)
    height = traitlets.Int(help="Height of the picture in pixels.").tag(sync=True)
    picture = traitlets.Bytes(
        help="The frame that a new view begins with: RGBA, compressed by zlib; empty before one has been downloaded."
    ).tag(sync=True)
    status = traitlets.Dict(help="The player's state, for the controls of a new view.").tag(sync=True)

    def __init__(self, player: AnimatedImagePlayer) -> None:
        """The arguments are described with the class."""
        self._player = player  # close() uses the player, also of a widget that is refused: ipywidgets calls close()
        if player.is_closed:
            raise LinkClosedError("a closed player cannot be shown")
        self._outbox_lock = threading.Lock()  # guards what follows
        self._waiting: Frame | None = None
        self._serial = 0
        self._is_awaiting = True  # an acknowledgement, or the first display
        super().__init__(**self._beginning())
        self.on_msg(self._handle_message)
        player.attach(self)

    def close(self) -> None:
        """Remove the widget; the player is left as it is. Idempotent."""
        self._player.detach(self)
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget for the cell that shows it, beginning with the present frame."""
        with self.hold_sync():
            for name, value in self._beginning().items():
                setattr(self, name, value)
        return super()._repr_mimebundle_(**options)

    def _beginning(self) -> dict[str, Any]:
        """The traits of a new view: what it shows at once, without waiting for a message."""
        frame, (width, height) = first_frame(self._player), self._player.image.size
        picture = b"" if frame is None else _compressed(frame)
        return {"width": width, "height": height, "picture": picture, "status": self._status()}

    # ---- from the player, on its dispatcher ----

    def frame_shown(self, frame: Frame) -> None:
        """Called by the player: send the frame, or keep it until the one before has been drawn."""
        with self._outbox_lock:
            self._waiting = frame
        self._send_frame()

    def state_changed(self) -> None:
        """Called by the player: send its state to the controls."""
        self.send({"kind": "status", **self._status()})

    def _status(self) -> dict[str, Any]:
        player = self._player
        return {
            "state": player.state.value,
            "frame": player.frame_index,
            "frames": player.image.frame_count,
            "rate": player.rate,
        }

    def playback_failed(self, error: BaseException) -> None:
        """Called by the player: send the error."""
        self.send({"kind": "error", "text": f"{type(error).__name__}: {error}"})

    # ---- from the notebook, on the thread that runs cells ----

    def _handle_message(self, widget: object, message: dict[str, Any], buffers: object) -> None:
        kind, player = message.get("kind"), self._player
        if kind == "ack":
            self._handle_acknowledgement(message["serial"])
        elif kind == "hello":
            self._send_all()
        elif kind in ("play", "pause", "seek", "rate"):
            with contextlib.suppress(LinkClosedError):  # the controls get the new state anyway
                if kind == "seek":
                    player.seek(message["frame"])
                elif kind == "rate":
                    player.rate = message["rate"]
                else:
                    getattr(player, kind)()

    def _send_all(self) -> None:
        """Send state and frame to a new view: what was sent before may never have been drawn."""
        self.state_changed()
        frame = first_frame(self._player)
        with self._outbox_lock:
            self._waiting, self._is_awaiting = frame or self._waiting, False
        self._send_frame()

    def _handle_acknowledgement(self, serial: int) -> None:
        with self._outbox_lock:
            if serial != self._serial:
                return
            self._is_awaiting = False
        self._send_frame()

    def _send_frame(self) -> None:
        with self._outbox_lock:
            if self._is_awaiting or self._waiting is None:
                return
            frame, self._waiting = self._waiting, None
            self._is_awaiting = True
            serial = self._serial = self._serial + 1
        # outside: a finaliser that runs while a message is made may wait for a thread that wants the lock
        message = {"kind": "frame", "serial": serial, "frame": frame.index, "size": frame.size}
        self.send(message, [_compressed(frame)])


def _compressed(frame: Frame) -> bytes:
    """The pixels of the frame, RGBA."""
    return zlib.compress(frame.rgba, level=1)
