"""AnimatedImage in a Textual app, driven by its Pilot: what is drawn, when it rests, what it leaves behind."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import sddisplaylink as sd
from support.images import GifPicture, build_gif
from support.terminal_support import expected_dots, mosaic, write_gif

pytest.importorskip("textual.app")  # "textual" alone is the folder of this file
from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static, TabbedContent, TabPane

from sddisplaylink.views.textual import AnimatedImage

BALL = str(Path(__file__).resolve().parents[3] / "examples" / "ball.gif")
PATIENCE = 20.0

pytestmark = [pytest.mark.extended, pytest.mark.filterwarnings("default")]


class Player(App[None]):
    """Shows one image, which fills the screen, and notes its messages."""

    CSS = "AnimatedImage { width: 100%; height: 100%; background: black; }"

    def __init__(self, *images: AnimatedImage) -> None:
        super().__init__()
        self.images = images
        self.log_of: list[object] = []

    def compose(self) -> ComposeResult:
        yield from self.images

    def on_animated_image_frame_shown(self, message: AnimatedImage.FrameShown) -> None:
        self.log_of.append(message.index)

    def on_animated_image_loop_completed(self, message: AnimatedImage.LoopCompleted) -> None:
        self.log_of.append(f"loop {message.loops}")

    def on_animated_image_finished(self, message: AnimatedImage.Finished) -> None:
        self.log_of.append("finished")

    def on_animated_image_failed(self, message: AnimatedImage.Failed) -> None:
        self.log_of.append(type(message.error).__name__)


def run(app: App[None], act: Callable[[Any], Awaitable[object]], size: tuple[int, int] = (40, 16)) -> object:
    async def main() -> object:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            return await act(pilot)

    return asyncio.run(main())


async def until(pilot: Any, condition: Callable[[], bool]) -> bool:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not condition() and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 -- of what no event tells
        await asyncio.sleep(0.01)
    await pilot.pause()
    return condition()


def dots(widget: AnimatedImage) -> list[list[str]]:
    """What the widget draws, as the terminal's tests read it."""
    rows: list[list[str]] = []
    for line in range(widget.size.height):
        upper, lower = [], []
        for segment in widget.render_line(line):
            style = segment.style
            assert style is not None
            front, back = (colour and bytes(colour.triplet or b"").hex() for colour in (style.color, style.bgcolor))
            for glyph in segment.text:
                upper.append(str(front if glyph == "▀" else back))
                lower.append(str(front if glyph == "▄" else back))
        rows += [upper, lower]
    return rows


def test_the_frame_is_drawn_and_follows_the_size(tmp_path: Path) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(seed) for seed in range(3)])
    with sd.AnimatedImage.open(path) as image:
        frames = [frame.image for frame in image]
    clock = sd.ManualClock()
    widget = AnimatedImage(path, clock=clock)

    async def act(pilot: Any) -> None:
        for number in (0, 1, 2, 0):
            clock.advance(0.1)
            await pilot.pause()
            assert widget.player is not None
            assert widget.player.frame_index == number
            assert dots(widget) == expected_dots(frames[number], 40, 16)
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        shown = [["000000" if dot == "default" else dot for dot in row] for row in expected_dots(frames[0], 60, 20)]
        assert dots(widget) == shown

    run(Player(widget), act)


@pytest.mark.parametrize("size", ["auto", "100%"])
def test_the_first_thing_painted_is_the_first_frame(size: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(seed) for seed in range(3)])
    painted: list[tuple[tuple[int, int], int, Any]] = []
    render_line = AnimatedImage.render_line

    def record(self: AnimatedImage, y: int) -> Any:
        strip = render_line(self, y)
        painted.append((tuple(self.size), y, strip))
        return strip

    monkeypatch.setattr(AnimatedImage, "render_line", record)
    widget = AnimatedImage(path, clock=sd.ManualClock())
    app = Player(widget)
    app.CSS = f"AnimatedImage {{ width: {size}; height: {size}; background: black; }}"

    async def act(pilot: Any) -> None:
        await pilot.pause()
        with sd.AnimatedImage.open(path) as image:
            wanted = expected_dots(image[0].image, *widget.size)
        lines = [render_line(widget, y) for y in range(widget.size.height)]
        assert dots(widget) == [["000000" if dot == "default" else dot for dot in row] for row in wanted]
        assert {y for _, y, _ in painted} == set(range(len(lines)))
        assert {place for place, _, _ in painted} == {tuple(widget.size)}
        assert all(strip == lines[y] for _, y, strip in painted)

    run(app, act)


def test_messages_and_reactives() -> None:
    clock = sd.ManualClock()
    data = build_gif([GifPicture(8, 8, fill=number, delay=10) for number in (1, 2, 3)], size=(8, 8), loop=1)
    widget = AnimatedImage(data, clock=clock, late_policy="no_skip")
    app = Player(widget)

    async def act(pilot: Any) -> None:
        player = widget.player
        assert player is not None
        clock.advance(0.01)
        await pilot.pause()
        widget.playing = False
        await pilot.pause()
        assert player.state is sd.PlayerState.PAUSED
        clock.advance(1.0)
        widget.rate = 2.0
        await pilot.pause()
        assert player.rate == 2.0
        widget.playing = True
        for _ in range(60):
            clock.advance(1 / 60)
            await pilot.pause()
        assert app.log_of[-7:] == [1, 2, "loop 1", 0, 1, 2, "finished"] or "finished" in app.log_of
        assert "loop 1" in app.log_of
        assert player.state is sd.PlayerState.FINISHED
        assert widget.playing is False
        widget.set_source(BALL)
        await pilot.pause()
        assert player.is_closed
        assert widget.player is not None
        assert widget.player.rate == 2.0

    run(app, act)


def test_rests_on_other_screens_and_tabs() -> None:
    first, second = AnimatedImage(BALL), AnimatedImage(BALL)

    class Tabs(App[None]):
        def compose(self) -> ComposeResult:
            with TabbedContent():
                with TabPane("one", id="one"):
                    yield first
                with TabPane("two", id="two"):
                    yield second

    async def act(pilot: Any) -> None:
        one, two = first.player, second.player
        assert one is not None
        assert two is not None

        def plays(player: sd.AnimatedImagePlayer) -> bool:
            return player.state is sd.PlayerState.PLAYING and player.stats.shown > 2

        assert await until(pilot, lambda: plays(one))
        assert two.state is sd.PlayerState.PAUSED
        pilot.app.query_one(TabbedContent).active = "two"
        assert await until(pilot, lambda: plays(two) and one.state is sd.PlayerState.PAUSED)
        pilot.app.push_screen(Screen())
        assert await until(pilot, lambda: two.state is sd.PlayerState.PAUSED)
        assert await until(pilot, lambda: sd.diagnostics()["running_sources"] == 0)
        shown = two.stats.shown
        await asyncio.sleep(0.2)
        assert two.stats.shown == shown
        pilot.app.pop_screen()
        assert await until(pilot, lambda: two.stats.shown > shown + 2)
        second.display = False
        assert await until(pilot, lambda: two.state is sd.PlayerState.PAUSED)
        assert second.playing

    run(Tabs(), act, size=(60, 24))


def test_removing_ends_playback_and_no_thread_is_made() -> None:
    widget = AnimatedImage(BALL)
    before = sd.diagnostics()["players"]

    async def act(pilot: Any) -> None:
        player = widget.player
        assert player is not None
        assert await until(pilot, lambda: player.stats.shown > 2)
        await widget.remove()
        await pilot.pause()
        assert player.is_closed
        assert sd.diagnostics()["players"] == before

    run(Player(widget), act)


def test_a_failure_is_a_message() -> None:
    clock = sd.ManualClock()
    app = Player(AnimatedImage(BALL, clock=clock, on_frame=lambda frame: 1 / 0))

    async def act(pilot: Any) -> None:
        clock.advance(0.1)
        await pilot.pause()
        await pilot.pause()
        assert "ZeroDivisionError" in app.log_of

    run(app, act)


def test_sizes_and_symbols() -> None:
    sizes: dict[str, object] = {}

    class Auto(App[None]):
        def compose(self) -> ComposeResult:
            with Vertical():
                yield Static("above")
                for name in ("half", "quad", "sextant"):
                    yield AnimatedImage(Image_of(20, 10), symbols=name, id=name)

    def Image_of(width: int, height: int) -> bytes:  # noqa: N802
        return build_gif([GifPicture(width, height, fill=1, delay=10)], size=(width, height), loop=0)

    async def act(pilot: Any) -> None:
        for widget in pilot.app.query(AnimatedImage):
            sizes[widget.id] = tuple(widget.size)

    run(Auto(), act, size=(80, 40))
    assert sizes == {"half": (20, 5), "quad": (20, 5), "sextant": (20, 5)}
    with pytest.raises(ValueError, match="symbols must be one of half, quad, sextant"):
        AnimatedImage(BALL, symbols="braille")
    with pytest.raises(FileNotFoundError):
        AnimatedImage("/not/here.gif")


def test_containers_that_are_as_high_as_what_they_hold_show_whole_pictures() -> None:
    regions: dict[str | None, tuple[int, int]] = {}

    class Stack(App[None]):
        CSS = "Vertical { height: auto; } #tall { width: 12; } #bar { height: 3; }"

        def compose(self) -> ComposeResult:
            with Vertical(), Vertical(id="stack"):
                yield Static(id="bar")
                yield AnimatedImage(BALL, id="wide")
                yield AnimatedImage(BALL, id="tall")

    async def act(pilot: Any) -> None:
        for widget in pilot.app.query("*"):
            regions[widget.id] = tuple(widget.size)

    run(Stack(), act, size=(30, 40))
    assert regions["wide"] == (30, 15)
    assert regions["tall"] == (12, 6)
    assert regions["stack"] == (30, 24)


def test_a_handler_can_be_for_one_widget() -> None:
    seen: list[object] = []

    class Two(App[None]):
        CSS = "AnimatedImage { height: 10; }"

        def compose(self) -> ComposeResult:
            yield AnimatedImage(BALL, id="left", clock=clock, loop_count=1)
            yield AnimatedImage(BALL, id="right", clock=clock, loop_count=1)

        @on(AnimatedImage.FrameShown, "#right")
        @on(AnimatedImage.LoopCompleted, "#right")
        @on(AnimatedImage.Finished, "#right")
        @on(AnimatedImage.Failed, "#right")
        def note(self, message: Message) -> None:
            seen.append((type(message).__name__, message.control))

    async def act(pilot: Any) -> None:
        right = pilot.app.query_one("#right", AnimatedImage)
        assert await until(pilot, lambda: right.player is not None and right.player.state is sd.PlayerState.PLAYING)
        clock.advance(1.5)
        assert await until(pilot, lambda: any(name == "Finished" for name, _ in seen))
        assert {name for name, _ in seen} >= {"FrameShown", "LoopCompleted", "Finished"}
        assert all(control is right for _, control in seen)

    clock = sd.ManualClock()
    run(Two(), act, size=(80, 30))


def test_is_not_empty_before_the_player_has_shown_a_frame() -> None:
    async def act(pilot: Any) -> str:
        return str(pilot.app.export_screenshot())

    assert str(run(Player(AnimatedImage(BALL, clock=sd.ManualClock())), act)).count("▀") > 50


@pytest.mark.parametrize("autoplay", [True, False])
def test_an_image_of_which_nothing_has_come(autoplay: bool, tmp_path: Path) -> None:
    image, clock = sd.IncrementalImage(), sd.ManualClock()
    widget = AnimatedImage(image, clock=clock, autoplay=autoplay)

    class Small(Player):
        CSS = ""

    async def act(pilot: Any) -> None:
        assert tuple(widget.size) == (1, 1)
        image.feed(write_gif(tmp_path / "a.gif", [mosaic(seed, (12, 8)) for seed in range(3)]).read_bytes())
        widget.playing = True
        clock.advance(0.1)
        await pilot.pause()
        assert widget.player is not None
        assert widget.player.stats.shown == 1
        assert tuple(widget.size) == (12, 4)

    run(Small(widget), act)


def test_a_reversed_image_begins_with_its_last_frame() -> None:
    clock = sd.ManualClock()
    widget = AnimatedImage(BALL, clock=clock, mode="reverse", loop_count=1)

    async def act(pilot: Any) -> None:
        for _ in range(3):
            clock.advance(0.02)
            await pilot.pause()
        assert widget.player is not None
        assert widget.player.frame_index >= 18

    run(Player(widget), act)


def test_a_screenshot_shows_the_picture(tmp_path: Path) -> None:
    clock = sd.ManualClock()

    async def act(pilot: Any) -> str:
        clock.advance(0.1)
        await pilot.pause()
        return str(pilot.app.export_screenshot())

    svg = str(run(Player(AnimatedImage(BALL, clock=clock)), act, size=(60, 30)))
    assert svg.startswith("<svg")
    assert svg.count("▀") > 50


WITHOUT = """
import sys, sddisplaylink
sys.modules["textual"] = None
try:
    import sddisplaylink.views.textual
except sddisplaylink.SDDisplayLinkError as error:
    print(type(error).__name__, error)
"""


def test_without_textual() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("TextualMissingError")
    assert "'.[textual]'" in done.stdout


def test_the_example(tmp_path: Path) -> None:
    example = Path(BALL).with_name("textual_app.py")
    command = [sys.executable, str(example), "--seconds", "1", "--svg", str(tmp_path / "app.svg")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-3]) > 3
    assert (tmp_path / "app.svg").read_text("utf-8").count("▀") > 50
