"""GTK windows for test_gtk.py: each function opens some, does something with them, and says what it saw."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops

import sddisplaylink as sd
from sddisplaylink.views.gtk import AnimatedPaintable, AnimatedPicture, GLibDispatcher
from sddisplaylink.views.gtk.toolkit import Gdk, GLib, Gtk
from support.window_driver import grab, main, resident_bytes, resources
from support.window_scenes import AppearanceWatch

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
BALL, SPIRAL = str(EXAMPLES / "ball.gif"), str(EXAMPLES / "spiral.png")
PATIENCE = 20.0
BACKGROUND = (48, 160, 240)
context = GLib.MainContext.default()


def run_until(condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Run the main loop until then."""
    end = time.monotonic() + patience
    while not condition() and time.monotonic() < end:
        if not context.iteration(False):
            time.sleep(0.002)
    return condition()


def window(child: Gtk.Widget) -> Gtk.Window:
    """One of a single colour, without a frame, in the screen's corner."""
    style = Gtk.CssProvider()
    style.load_from_data(b"window { background: rgb(48, 160, 240); }")
    display = Gdk.Display.get_default()
    Gtk.StyleContext.add_provider_for_display(display, style, Gtk.STYLE_PROVIDER_PRIORITY_APPLICATION)
    top = Gtk.Window(decorated=False, child=child)
    top.present()
    run_until(child.get_mapped)
    return top


def photograph(widget: Gtk.Widget) -> Image.Image:
    """What is on the screen where the widget is."""
    native = widget.get_native()
    _, bounds = widget.compute_bounds(native)
    left, top = (round(offset) for offset in native.get_surface_transform())
    ratio = widget.get_scale_factor()
    x, y = (left + round(bounds.get_x())) * ratio, (top + round(bounds.get_y())) * ratio
    return grab(box=(x, y, x + round(bounds.get_width()) * ratio, y + round(bounds.get_height()) * ratio))


def difference(picture: AnimatedPicture) -> int:
    """How far the screen is from the frame that the player reports."""
    frame = picture.player.image[picture.player.frame_index].image
    expected = Image.alpha_composite(Image.new("RGBA", frame.size, (*BACKGROUND, 255)), frame).convert("RGB")
    shot = photograph(picture.picture)
    if shot.size != expected.size:
        return 999
    return max(int(high) for _, high in ImageChops.difference(shot, expected).getextrema())


def pixels(path: str, image_scale: str = "1") -> dict[str, object]:
    """Frames in virtual time."""
    clock = sd.ManualClock()
    picture = AnimatedPicture(path, clock=clock, image_scale=float(image_scale))
    window(picture)
    indices, worst = [], 0
    run_until(lambda: picture.paintable.playing)
    for _ in range(12):
        clock.advance(0.1)
        number = picture.player.frame_index
        run_until(lambda: difference(picture) <= 1, 5.0)
        indices.append(number)
        worst = max(worst, difference(picture))
    return {
        "worst": worst,
        "different": len(set(indices)),
        "size": photograph(picture.picture).size,
        "width": picture.picture.get_width(),
    }


def appears() -> dict[str, object]:
    """All that is seen of a widget, and of a paintable, from their creation on, beside a still picture of frame 0."""
    image = sd.AnimatedImage.open(BALL)
    frame, clock = image[0].image, sd.ManualClock()
    picture = AnimatedPicture(BALL, clock=clock)
    bare = Gtk.Picture(paintable=AnimatedPaintable(BALL, clock=clock), can_shrink=False)
    texture = Gdk.MemoryTexture.new(*frame.size, Gdk.MemoryFormat.R8G8B8A8, GLib.Bytes.new(frame.tobytes()), 640)
    still = Gtk.Picture(paintable=texture, can_shrink=False)
    box = Gtk.Box()
    for child in (picture, bare, still):
        box.append(child)
    sizes = [child.measure(Gtk.Orientation.HORIZONTAL, -1).natural for child in (picture, bare, still)]
    watches = {child: AppearanceWatch(frame.convert("RGB")) for child in (picture, bare)}
    top = Gtk.Window(decorated=False, child=box)
    top.present()
    end = time.monotonic() + PATIENCE
    while not all(watch.report()["seen"] for watch in watches.values()) and time.monotonic() < end:
        context.iteration(False)
        for child, watch in watches.items():
            watch.look(
                *(photograph(each) if each.get_mapped() and each.get_width() else None for each in (child, still))
            )
    top.destroy()
    return {"sizes": sizes, "widget": watches[picture].report(), "paintable": watches[bare].report()}


def begins() -> dict[str, object]:
    """Drawn before the player has shown anything: no tick comes."""
    picture = AnimatedPicture(BALL, clock=sd.ManualClock())
    window(picture)
    is_drawn = run_until(lambda: difference(picture) == 0, 5.0)
    return {"drawn": is_drawn, "shown": picture.player.stats.shown}


def coming_in() -> dict[str, object]:
    """Pictures of an image of which nothing has come yet."""
    image = sd.IncrementalImage()
    pictures = AnimatedPicture(image), AnimatedPicture(image, autoplay=False)
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    for picture in pictures:
        box.append(picture)
    window(box)
    run_until(lambda: pictures[0].paintable.playing)
    image.feed(Path(BALL).read_bytes())
    playing, waiting = pictures
    return {
        "shown": run_until(lambda: playing.player.stats.shown > 2),
        "size": run_until(lambda: playing.picture.get_width() == image.width),
        "waiting": waiting.player.state.value,
    }


def hides() -> dict[str, object]:
    """A widget, and a paintable of which nobody says who shows it."""
    seen: dict[str, object] = {}
    picture = AnimatedPicture(BALL)
    player = picture.player

    def moves() -> bool:
        before = player.stats.shown
        return run_until(lambda: player.stats.shown > before + 3)

    def rests() -> bool:
        at_rest = run_until(lambda: player.state is sd.PlayerState.PAUSED)
        return at_rest and run_until(lambda: sd.diagnostics()["running_sources"] == 0)

    seen["not yet shown"] = rests()
    top = window(picture)
    seen["shown"] = moves()
    top.set_visible(False)
    seen["hidden"] = player.state is sd.PlayerState.PAUSED and rests()
    woken: list[int] = []
    dispatcher = player.engine.binding.current
    run_pending, dispatcher.run_pending = dispatcher.run_pending, lambda: woken.append(1) or run_pending()
    run_until(lambda: False, 0.3)
    seen["no wake-ups"] = not woken
    del dispatcher.run_pending
    top.present()
    seen["shown again"] = moves()
    picture.set_visible(False)
    player.pause()
    picture.set_visible(True)
    run_until(lambda: False, 0.3)
    seen["paused by the user"] = player.state is sd.PlayerState.PAUSED
    picture.paintable.playing = True
    seen["played"] = moves()
    top.destroy()
    paintable = AnimatedPaintable(BALL)
    player = paintable.player
    seen["bare, not yet shown"] = rests()
    other = window(Gtk.Image(paintable=paintable, pixel_size=80))
    seen["bare, shown"] = moves()
    other.set_visible(False)
    seen["bare, hidden"] = rests()
    other.present()
    seen["bare, shown again"] = moves()
    other.destroy()
    return seen


def signals() -> dict[str, object]:
    """Properties and signals, and on which thread."""
    threads: set[int] = set()
    log: list[object] = []

    def note(*what: object) -> None:
        threads.add(threading.get_ident())
        log.append(what[1:] if len(what) > 1 else "finished")

    clock = sd.ManualClock()
    paintable = AnimatedPaintable(BALL, clock=clock, loop_count=2, rate=2.0)
    paintable.connect("loop-completed", note)
    paintable.connect("finished", note)
    frames: list[int] = []
    notified: list[int] = []
    paintable.connect("frame-shown", lambda _, number: frames.append(number))
    paintable.connect("notify::frame", lambda source, _: notified.append(source.frame))
    paintable.set_visible(True)
    for _ in range(300):
        clock.advance(0.01)
    rate = paintable.rate
    paintable.rate = 3.0
    failing = AnimatedPaintable(BALL, clock=clock, on_frame=lambda frame: 1 / 0)
    errors: list[str] = []
    failing.connect("failed", lambda _, error: errors.append(type(error).__name__))
    failing.set_visible(True)
    clock.advance(0.1)
    texture = paintable.get_current_image()
    return {
        "log": log,
        "frames": (min(frames), max(frames), frames == notified),
        "here": threads == {threading.get_ident()},
        "rate": (rate, paintable.player.rate),
        "errors": errors,
        "texture": (texture.get_width(), texture.get_height()),
        "intrinsic": (paintable.get_intrinsic_width(), AnimatedPaintable(BALL, image_scale=2).get_intrinsic_width()),
    }


def notifications() -> dict[str, object]:
    """What "notify" says of properties, and what can be set."""
    clock = sd.ManualClock()
    paintable = AnimatedPaintable(BALL, clock=clock)
    log: list[object] = []
    for name in ("playing", "rate"):
        paintable.connect(f"notify::{name}", lambda source, about: log.append(source.get_property(about.name)))

    def does(act: Callable[[], object]) -> list[object]:
        """What has been notified of by the time that all events have been handled."""
        log.clear()
        act()
        clock.advance(0.1)
        run_until(lambda: not context.pending())
        return list(log)

    def play(playing: bool) -> None:
        paintable.playing = playing

    def set_rate(rate: float) -> None:
        paintable.rate = rate

    seen = {
        "seen": does(lambda: paintable.set_visible(True)),
        "pause": does(lambda: play(False)),
        "pause again": does(lambda: play(False)),
        "rate": does(lambda: set_rate(2.0)),
        "rate again": does(lambda: set_rate(2.0)),
        "play": does(lambda: play(True)),
        "player": does(paintable.player.pause),
    }
    try:
        paintable.set_property("frame", 3)
    except TypeError:
        return {**seen, "frame": "read-only"}
    return {**seen, "frame": "writable"}


def ends() -> dict[str, object]:
    """Dropped with its window, while it plays; and another source."""
    warm = window(Gtk.Label(label="what GTK keeps once it has shown a window"))
    warm.destroy()
    before = resources()
    states = []
    for _ in range(3):
        picture = AnimatedPicture(BALL)
        top = window(picture)
        first = picture.player
        run_until(lambda first=first: first.stats.shown > 2)
        picture.set_source(SPIRAL)
        player = picture.player
        run_until(lambda player=player: player.stats.shown > 2)
        top.set_child(None)
        top.destroy()
        del picture, top
        gc.collect()
        run_until(lambda player=player: player.is_closed, 2.0)
        states += [first.state.value, player.state.value]
        first = player = None
    gc.collect()
    names = ("links", "players", "sources")
    run_until(lambda: all(resources()[name] == before[name] for name in names), 3.0)
    after = resources()
    return {"states": sorted(set(states)), "left": [after[name] - before[name] for name in names]}


def grows(count: str) -> dict[str, object]:
    """Memory over that many frames."""
    clock = sd.ManualClock(refresh_rate=1000.0)
    picture = AnimatedPicture(SPIRAL, clock=clock, rate=100.0, late_policy="no_skip")
    window(picture)
    run_until(lambda: picture.paintable.playing)

    def show(frames: int) -> int:
        goal = picture.player.stats.shown + frames
        while picture.player.stats.shown < goal:
            clock.advance(0.001)
            context.iteration(False)
            picture.paintable.set_visible(True)
        return resident_bytes()

    before = show(1000)
    return {"growth": show(int(count)) - before, "shown": picture.player.stats.shown}


def dispatcher() -> dict[str, object]:
    """For links of the user's."""
    ticks: list[int] = []
    with sd.DisplayLink(lambda tick: ticks.append(threading.get_ident()), dispatcher=GLibDispatcher()):
        came = run_until(lambda: len(ticks) > 3)
    return {"came": came, "here": set(ticks) == {threading.get_ident()}}


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
