"""Draws frames in a Tk label: shown only when complete, and without blocking the main loop."""

from __future__ import annotations

import contextlib
import tkinter

from PIL import Image, ImageTk

from sddisplaylink.frames.frame import Frame

__all__ = ["TkPicture"]

WHOLE_PIXELS = 1 << 19  # drawn in one step, which takes about 6 ms
BAND_PIXELS = 1 << 17  # drawn in each step of a larger frame
_OPAQUE = 255


class TkPicture:
    """Shows frames in a label, with its background colour behind their transparent pixels.

    A large frame is drawn off screen, in bands, one band whenever Tk is idle, and replaces the shown one when it is
    complete. A frame that comes meanwhile waits, and replaces one that waits already.
    """

    def __init__(
        self, label: tkinter.Label, size: tuple[int, int], zoom: int = 1, former: TkPicture | None = None
    ) -> None:
        """``size``: of the frames; (0, 0) if it is not known before the first frame comes.

        ``zoom``: each pixel of a frame covers so many of the screen in both directions.
        ``former``: the picture that the label shows until the first frame is complete.
        """
        self._size = 0, 0  # until Tk's images are made
        self._label = label
        self._zoom = zoom
        self._former = former
        self._is_large = False
        self._frame: Frame | None = None
        self._next: Frame | None = None
        self._tops: list[int] = []  # first rows of the bands to be drawn, in reverse order
        self._pending: str | None = None
        self._front: tkinter.PhotoImage | None = None  # of a large frame: what is shown, and what is drawn to
        self._back: tkinter.PhotoImage | None = None
        self._hidden: tkinter.Label | None = None
        self._background = ""
        if all(size):
            self._prepare(size)

    def _prepare(self, size: tuple[int, int]) -> None:
        """Make Tk's images, for frames of that size."""
        zoom = self._zoom
        width, height = (zoom * length for length in size)
        self._is_large = width * height > WHOLE_PIXELS
        self._rows = max(1, BAND_PIXELS // (zoom * width)) if self._is_large else size[1]
        # without alpha: Tk needs seconds for many scattered transparent pixels
        rows = zoom * self._rows
        # with its size as Tk's options, too: ImageTk gives Tk its own only with the first pixels, and layout would jump
        self._band = ImageTk.PhotoImage("RGB", (width, rows), master=self._label, width=width, height=rows)
        if self._is_large:
            self._front, self._back = (
                tkinter.PhotoImage(master=self._label, width=width, height=height) for _ in range(2)
            )
            self._hidden = tkinter.Label(self._label, image=self._back)  # keeps the image ready for the screen
        if self._former is None:
            self._label["image"] = self._front if self._is_large else self._band
        self._size = size

    def show(self, frame: Frame) -> None:
        """Draw the frame, now or when the present one is complete."""
        if not all(self._size):  # of an image that has begun to come only now
            self._prepare(frame.size)
        self._next = frame
        if not self._is_scheduled():
            self._draw()

    @property
    def is_blank(self) -> bool:
        """Whether there has been no frame, not even in a former picture that the label shows still."""
        return self._frame is None and self._next is None and self._former is None

    def show_whole(self, frame: Frame) -> None:
        """Draw the frame now, however large it is."""
        self.show(frame)
        while self._pending is not None:
            self._label.after_cancel(self._pending)
            self._draw()

    def refresh(self) -> None:
        """Draw the frame again if the background has changed."""
        if self._frame is not None and self._background != str(self._label["background"]):
            self.show(self._next or self._frame)

    def close(self) -> None:
        """Draw no more; the picture stays on the label as long as this object exists."""
        if self._pending is not None:
            self._label.after_cancel(self._pending)
            self._pending = None
        self._frame = self._next = self._former = None
        if self._hidden is not None:
            with contextlib.suppress(tkinter.TclError):  # it was destroyed with the label
                self._hidden.destroy()

    def _is_scheduled(self) -> bool:
        """Whether Tk will call `_draw`. Tk forgets the call if a Ctrl-C comes before its first statement."""
        try:
            return self._pending is not None and bool(self._label.tk.call("after", "info", self._pending))
        except tkinter.TclError:  # there is no such call
            return False

    # An interrupt may end these calls wherever they call something. So what has to be done is dropped only afterwards:
    # the next call does it again.

    def _draw(self) -> None:
        """Draw a band, and have Tk call this again if there are more."""
        self._pending = None
        try:
            if not self._tops:
                self._begin()
            if self._frame is not None:
                self._draw_band(self._frame, self._tops[-1])
            if len(self._tops) == 1:
                self._present()
            else:
                self._tops.pop()
        except Exception:
            self._tops.clear()  # the frame cannot be drawn
            raise
        finally:
            if self._tops or self._next is not None:
                self._pending = self._label.after_idle(self._draw)

    def _begin(self) -> None:
        """Begin to draw the frame that waits."""
        tops = list(reversed(range(0, self._size[1], self._rows)))
        background = str(self._label["background"])
        self._background, self._tops = background, tops
        self._frame, self._next = self._next, None

    def _draw_band(self, frame: Frame, top: int) -> None:
        width, height = self._size
        band = frame.buffer().image.crop((0, top, width, min(top + self._rows, height)))
        if band.getchannel("A").getextrema()[0] != _OPAQUE:
            red, green, blue = (value >> 8 for value in self._label.winfo_rgb(self._background))
            backdrop = Image.new("RGB", band.size, (red, green, blue))
            backdrop.paste(band, mask=band)
            band = backdrop
        if self._zoom > 1:
            band = band.resize((self._zoom * band.width, self._zoom * band.height), Image.Resampling.NEAREST)
        self._band.paste(band)
        if self._is_large:
            area = ("-from", 0, 0, *band.size, "-to", 0, self._zoom * top, "-compositingrule", "set")
            self._label.tk.call(str(self._back), "copy", str(self._band), *area)

    def _present(self) -> None:
        """Show the frame, which is complete."""
        front, back = self._front, self._back
        if self._hidden is not None:
            self._label["image"] = back
            self._hidden["image"] = front
        elif self._former is not None:
            self._label["image"] = self._band
        self._front, self._back, self._former, self._tops = back, front, None, []  # one step
