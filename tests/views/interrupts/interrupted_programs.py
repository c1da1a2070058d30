"""Programs for the tests beside this file that show an animation, or the same without this library, until Ctrl-C comes.

Each prints a line for every frame: the time in nanoseconds. argv: the program, "ours" or "theirs", and what the program
does about Ctrl-C: "default" (Python's KeyboardInterrupt), "quit" (a handler that ends the event loop), or "system" (the
signal's default action).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

BALL = str(Path(__file__).resolve().parents[3] / "examples" / "ball.gif")
os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
NAME, SIDE, HANDLING = sys.argv[1:4]
OURS = SIDE == "ours"


def handle(quit_loop: Callable[[], object]) -> None:
    """Do about Ctrl-C what the command line says."""
    handlers = {
        "default": signal.default_int_handler,
        "quit": lambda number, frame: quit_loop(),
        "system": signal.SIG_DFL,
    }
    signal.signal(signal.SIGINT, handlers[HANDLING])


def shown(*unused: object) -> None:
    os.write(1, b"%d\n" % time.monotonic_ns())


def qt(binding: str) -> None:
    os.environ["QT_API"] = binding.lower()
    core = __import__(f"{binding}.QtCore").QtCore
    widgets = __import__(f"{binding}.QtWidgets").QtWidgets
    application = widgets.QApplication([])
    handle(application.quit)
    if OURS:
        from sddisplaylink.views.qt import AnimatedImageWidget

        view = AnimatedImageWidget(BALL)
        view.movie.frameChanged.connect(shown)
        view.show()
    else:
        timer = core.QTimer()
        timer.timeout.connect(shown)
        timer.start(50)
    sys.exit(application.exec())


def tk() -> None:
    import tkinter

    root = tkinter.Tk()
    handle(root.quit)
    if OURS:
        from sddisplaylink.views.tk import AnimatedLabel

        AnimatedLabel(root, BALL, on_frame=shown).pack()
    else:
        reader, writer = os.pipe()

        def write() -> None:
            while True:
                os.write(writer, b".")
                threading.Event().wait(0.05)

        def read(*unused: object) -> None:
            os.read(reader, 1)
            shown()

        root.tk.createfilehandler(reader, tkinter.READABLE, read)
        threading.Thread(target=write, daemon=True).start()
    root.mainloop()


def gtk() -> None:
    import gi

    gi.require_version("Gtk", "4.0")
    from gi.repository import GLib, Gtk

    loop = GLib.MainLoop()
    handle(loop.quit)
    window = Gtk.Window(decorated=False)
    if OURS:
        from sddisplaylink.views.gtk import AnimatedPicture

        picture = AnimatedPicture(BALL)
        picture.paintable.connect("frame-shown", shown)
        window.set_child(picture)
    else:
        GLib.timeout_add(50, lambda: shown() or True)
    window.present()
    loop.run()


def pygame() -> None:
    import pygame

    pygame.init()
    screen = pygame.display.set_mode((200, 200))
    turns = [True]
    handle(turns.clear)
    if OURS:
        from sddisplaylink.views.pygame import AnimatedSurface

        view = AnimatedSurface(BALL, on_frame=shown)
    while turns:
        if OURS:
            view.update()
            screen.blit(view.surface, (0, 0))
        else:
            shown()
        pygame.display.flip()
        pygame.event.pump()
        pygame.time.wait(10 if OURS else 50)


def pyglet() -> None:
    import pyglet

    window = pyglet.window.Window(200, 200)
    handle(pyglet.app.exit)
    if OURS:
        from sddisplaylink.views.pyglet import AnimatedSprite

        view = AnimatedSprite(BALL, on_frame=shown)
    else:
        from support.pyglet_animation import pyglet_animation

        view = pyglet.sprite.Sprite(pyglet_animation(BALL))
        pyglet.clock.schedule_interval(shown, 0.05)

    @window.event
    def on_draw() -> None:
        window.clear()
        view.draw()

    pyglet.app.run()


def asyncio() -> None:
    import asyncio

    import sddisplaylink as sd

    async def play() -> None:
        if HANDLING != "default":
            handle(asyncio.current_task().cancel)
        if OURS:
            async for _ in sd.AnimatedImagePlayer(BALL).frames_async():
                shown()
        while True:
            await asyncio.sleep(0.05)
            shown()

    asyncio.run(play())


def textual() -> None:
    """A frame is a line on the app's screen; the app draws on standard output, so that errors stand apart."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    sys.__stderr__ = sys.__stdout__
    if OURS:
        from sddisplaylink.views.textual import AnimatedImage

    class Program(App[None]):
        def compose(self) -> ComposeResult:
            self.frames = 0
            yield Static(id="frames")
            if OURS:
                yield AnimatedImage(BALL)
            else:
                self.set_interval(0.05, self.on_animated_image_frame_shown)

        def on_animated_image_frame_shown(self) -> None:
            self.frames += 1
            self.query_one("#frames", Static).update(f"shown {self.frames}")

    app = Program()
    handle(app.exit)
    app.run()


def iterate() -> None:
    """No event loop: frames() in the main thread."""
    import sddisplaylink as sd

    handle(lambda: sys.exit(0))
    if OURS:
        for _ in sd.AnimatedImagePlayer(BALL).frames():
            shown()
    while True:
        threading.Event().wait(0.05)
        shown()


def wait() -> None:
    """The shared dispatcher's thread plays, and the main thread waits."""
    import sddisplaylink as sd

    handle(lambda: sys.exit(0))
    if OURS:
        player = sd.AnimatedImagePlayer(BALL, on_frame=shown)
        player.play()
        player.wait()
    while True:
        shown()
        threading.Event().wait(0.05)


PROGRAMS: dict[str, Callable[[], None]] = {
    "PySide6": lambda: qt("PySide6"),
    "PyQt6": lambda: qt("PyQt6"),
    "Tk": tk,
    "GTK": gtk,
    "pygame": pygame,
    "pyglet": pyglet,
    "asyncio": asyncio,
    "Textual": textual,
    "frames": iterate,
    "wait": wait,
}

if __name__ == "__main__":
    PROGRAMS[NAME]()
