"""The notebook's widget: what it sends and takes, and its front end, which runs in node where that is there."""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

import sddisplaylink as sd
from support.requirements import unavailable

pytest.importorskip("anywidget")
import comm
from comm.base_comm import BaseComm

from sddisplaylink.views.notebook import PlayerWidget

FRONT_END = Path(sd.__file__).parent / "views" / "notebook" / "widget.js"
Message = tuple[dict[str, Any], list[bytes]]
MakeImage = Callable[..., bytes]
STATUS = {"state": "paused", "frame": 0, "frames": 5, "rate": 1.0}

pytestmark = pytest.mark.extended


class RecordedComm(BaseComm):
    """What a kernel would send to the notebook."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.sent: list[Message] = []
        super().__init__(*arguments, **options)

    def publish_msg(self, kind: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any) -> None:
        if kind == "comm_msg" and (data or {}).get("method") == "custom":
            self.sent.append((data["content"], [bytes(buffer) for buffer in buffers or []]))


class Notebook:
    """The other end of a widget."""

    def __init__(self, widget: Any) -> None:
        self._comm = widget.comm

    def take(self, kind: str | None = None) -> list[Message]:
        """What has come since the last time, of that kind alone if one is given."""
        sent, self._comm.sent = self._comm.sent, []
        return [message for message in sent if kind in (None, message[0]["kind"])]

    def send(self, **content: Any) -> None:
        self._comm.handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})


@pytest.fixture(autouse=True)
def recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comm, "create_comm", RecordedComm)


@pytest.fixture
def player(make_gif: MakeImage, clock: sd.ManualClock) -> Iterator[sd.AnimatedImagePlayer]:
    """Five frames of 100 ms, six ticks each; callbacks run on this thread, when the clock is advanced."""
    dispatcher = sd.Dispatcher(thread=False)
    with sd.AnimatedImagePlayer(make_gif([100] * 5), clock=clock, dispatcher=dispatcher) as player:
        yield player
    dispatcher.close()


@pytest.fixture
def notebook(player: sd.AnimatedImagePlayer) -> Iterator[Notebook]:
    """One that shows the player's widget."""
    widget = PlayerWidget(player)
    player.engine.binding.current.flush(player.engine.native.source)
    notebook = Notebook(widget)
    notebook.send(kind="hello")
    yield notebook
    widget.close()


def shown(message: Message) -> int:
    """The index of the frame that is sent; its pixels are looked at, too."""
    content, [data] = message
    assert zlib.decompress(data)[:4] != b""
    return int(content["frame"])


# ---- what is sent ----


def test_nothing_is_sent_before_it_is_seen(player: sd.AnimatedImagePlayer, clock: sd.ManualClock) -> None:
    widget = PlayerWidget(player)
    player.play()
    clock.advance(0.3)
    assert Notebook(widget).take("frame") == []
    widget.close()


def test_who_looks_gets_the_present_frame_and_state(player: sd.AnimatedImagePlayer, notebook: Notebook) -> None:
    status, frame = notebook.take()
    assert status[0] == {"kind": "status", "state": "stopped", "frame": 0, "frames": 5, "rate": 1.0}
    assert shown(frame) == 0
    assert zlib.decompress(frame[1][0]) == bytes(player.image.frame(0).rgba)


def test_frames_are_sent_when_they_change_and_have_been_acknowledged(
    player: sd.AnimatedImagePlayer, notebook: Notebook, clock: sd.ManualClock
) -> None:
    seen = []
    [(first, _)] = notebook.take("frame")
    notebook.send(kind="ack", serial=first["serial"])
    player.play()
    for _ in range(30):
        clock.advance(1 / 60)
        for message in notebook.take("frame"):
            seen.append(shown(message))
            notebook.send(kind="ack", serial=message[0]["serial"])
    assert seen == [0, 1, 2, 3, 4]


def test_never_more_than_one_frame_is_being_sent_and_the_latest_follows(
    player: sd.AnimatedImagePlayer, notebook: Notebook, clock: sd.ManualClock
) -> None:
    [(first, _)] = notebook.take("frame")
    player.play()
    clock.advance(0.35)
    assert notebook.take("frame") == []
    notebook.send(kind="ack", serial=first["serial"] + 1)  # of nothing that was sent
    assert notebook.take("frame") == []
    notebook.send(kind="ack", serial=first["serial"])
    assert [shown(message) for message in notebook.take("frame")] == [3]
    notebook.send(kind="ack", serial=first["serial"])  # once more
    clock.advance(0.1)
    assert notebook.take("frame") == []


def test_a_notebook_that_was_loaded_anew_is_not_waited_for(
    player: sd.AnimatedImagePlayer, notebook: Notebook, clock: sd.ManualClock
) -> None:
    player.play()
    clock.advance(0.25)
    notebook.take()
    notebook.send(kind="hello")
    assert [shown(message) for message in notebook.take("frame")] == [2]


def test_the_players_state_is_followed(
    player: sd.AnimatedImagePlayer, notebook: Notebook, clock: sd.ManualClock
) -> None:
    def states() -> list[tuple[str, float]]:
        player.engine.binding.current.flush(player.engine.native.source)
        return [(status["state"], status["rate"]) for status, _ in notebook.take("status")]

    states()
    player.play()
    assert states()[-1] == ("playing", 1.0)
    player.rate = -2.0
    assert states()[-1] == ("playing", -2.0)
    player.pause()
    assert states()[-1] == ("paused", -2.0)
    player.loop_count, player.rate = 1, 1.0
    player.play()
    clock.advance(2.0)
    assert states()[-1] == ("finished", 1.0)
    player.close()
    assert states()[-1] == ("closed", 1.0)


def test_errors_are_shown(player: sd.AnimatedImagePlayer, notebook: Notebook, clock: sd.ManualClock) -> None:
    player.on_frame = lambda frame: 1 / 0
    player.play()
    clock.advance(0.1)
    assert [content["text"] for content, _ in notebook.take("error")] == ["ZeroDivisionError: division by zero"]
    with pytest.raises(ZeroDivisionError):
        player.wait(0)


def test_the_users_callbacks_stay_the_users(
    player: sd.AnimatedImagePlayer, notebook: Notebook, clock: sd.ManualClock
) -> None:
    seen: list[int] = []
    player.on_frame = lambda frame: seen.append(frame.index)
    player.play()
    clock.advance(0.25)
    assert seen == [0, 1, 2]


# ---- what is taken ----


def test_commands(player: sd.AnimatedImagePlayer, notebook: Notebook) -> None:
    notebook.send(kind="play")
    assert player.state is sd.PlayerState.PLAYING
    notebook.send(kind="pause")
    assert player.state is sd.PlayerState.PAUSED
    notebook.send(kind="seek", frame=3)
    assert player.frame_index == 3
    notebook.send(kind="rate", rate=0.5)
    assert player.rate == 0.5
    notebook.send(kind="explode")
    player.close()
    notebook.send(kind="play")
    notebook.send(kind="hello")
    assert notebook.take("status")[-1][0]["state"] == "closed"


def test_a_sought_frame_is_sent(player: sd.AnimatedImagePlayer, notebook: Notebook) -> None:
    [(first, _)] = notebook.take("frame")
    notebook.send(kind="ack", serial=first["serial"])
    notebook.send(kind="seek", frame=3)
    player.engine.binding.current.flush(player.engine.native.source)
    assert [shown(message) for message in notebook.take("frame")] == [3]


def test_closing_the_widget_leaves_the_player_alone(player: sd.AnimatedImagePlayer, clock: sd.ManualClock) -> None:
    widget = PlayerWidget(player)
    notebook = Notebook(widget)
    notebook.send(kind="hello")
    player.play()
    widget.close()
    widget.close()
    clock.advance(0.25)
    assert player.frame_index == 2
    assert not player.engine.callbacks.observers.known
    assert len(notebook.take("frame")) == 1


def test_of_a_closed_player_there_is_no_widget(player: sd.AnimatedImagePlayer) -> None:
    player.close()
    with pytest.raises(sd.LinkClosedError):
        PlayerWidget(player)


def test_without_anywidget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    for name in ("sddisplaylink.views.notebook", "sddisplaylink.views.notebook.widget"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(sd.SDDisplayLinkError, match=r"python -m pip install '\.\[notebook\]'"):
        importlib.import_module("sddisplaylink.views.notebook")


# ---- the front end ----


class FrontEnd:
    """The front end's script in a node process."""

    def __init__(self, widget: PlayerWidget | None = None) -> None:
        """The front end of that widget, or of one of 4 by 3 pixels whose image is still to come."""
        traits = {"width": 4, "height": 3, "picture": b"", "status": STATUS}
        if widget is not None:
            traits = {name: getattr(widget, name) for name in traits}
        traits["picture"] = base64.b64encode(traits["picture"]).decode()
        script = Path(__file__).with_name("jupyter_frontend.mjs")
        command = ["node", str(script), str(FRONT_END), json.dumps(traits)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with self._process:
            self._process.kill()

    def send(self, **line: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def deliver(self, message: Message) -> None:
        content, buffers = message
        self.send(content=content, buffers=[base64.b64encode(buffer).decode() for buffer in buffers])

    def said(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@pytest.fixture
def front_end() -> Iterator[FrontEnd]:
    if shutil.which("node") is None:
        unavailable("node is not installed")
    with FrontEnd() as front_end:
        assert front_end.said() == {"kind": "hello"}
        yield front_end


def test_a_view_begins_with_the_frame_that_it_was_displayed_with(
    player: sd.AnimatedImagePlayer, clock: sd.ManualClock
) -> None:
    if shutil.which("node") is None:
        unavailable("node is not installed")
    with contextlib.closing(PlayerWidget(player)) as widget:
        player.play()
        clock.advance(0.25)
        assert zlib.decompress(widget.picture) == bytes(player.image.frame(0).rgba)
        assert widget._repr_mimebundle_()
        with FrontEnd(widget) as front_end:
            assert front_end.said() == {"kind": "hello"}
            front_end.send(action="inspect")  # no message has come from Python
            seen = front_end.said()
    assert base64.b64decode(seen["pixels"]) == bytes(player.image.frame(2).rgba)
    assert (seen["size"], seen["toggle"], seen["counter"].strip()) == ([4, 3], "pause", "3 / 5")


def test_a_view_of_an_image_of_which_nothing_has_come(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    if shutil.which("node") is None:
        unavailable("node is not installed")
    dispatcher, image = sd.Dispatcher(thread=False), sd.IncrementalImage()
    with sd.AnimatedImagePlayer(image, clock=clock, dispatcher=dispatcher) as player:
        widget = PlayerWidget(player)
        with FrontEnd(widget) as front_end:
            assert front_end.said() == {"kind": "hello"}
            notebook = Notebook(widget)
            notebook.send(kind="hello")
            player.play()
            image.feed(make_gif([100] * 5))
            clock.advance(0.1)
            [frame] = notebook.take("frame")
            front_end.deliver(frame)
            assert front_end.said()["kind"] == "ack"
            front_end.send(action="inspect")
            seen = front_end.said()
        assert (seen["size"], base64.b64decode(seen["pixels"])) == ([4, 3], bytes(image.frame(0).rgba))
        widget.close()
    dispatcher.close()


def test_the_front_end_draws_and_acknowledges(
    player: sd.AnimatedImagePlayer, notebook: Notebook, front_end: FrontEnd
) -> None:
    for message in notebook.take():
        front_end.deliver(message)
    assert front_end.said() == {"kind": "ack", "serial": 1}
    front_end.send(action="inspect")
    seen = front_end.said()
    assert base64.b64decode(seen["pixels"]) == bytes(player.image.frame(0).rgba)
    assert (seen["toggle"], seen["disabled"], seen["counter"].strip(), seen["rate"]) == ("play", False, "1 / 5", 1)


def test_the_front_end_commands(notebook: Notebook, front_end: FrontEnd) -> None:
    [status] = notebook.take("status")
    front_end.deliver(status)
    front_end.send(action="toggle")
    assert front_end.said() == {"kind": "play"}
    front_end.deliver(({**status[0], "state": "playing", "rate": 3.0, "frame": 4}, []))
    front_end.send(action="toggle")
    assert front_end.said() == {"kind": "pause"}
    front_end.send(action="position", value=2)
    assert front_end.said() == {"kind": "seek", "frame": 2}
    front_end.send(action="inspect")
    assert front_end.said()["rate"] == 3  # which is not among the usual ones
    front_end.send(action="rate", value=0.5)
    assert front_end.said() == {"kind": "rate", "rate": 0.5}
    front_end.deliver(({**status[0], "state": "closed"}, []))
    front_end.deliver(({"kind": "error", "text": "broken"}, []))
    front_end.send(action="inspect")
    seen = front_end.said()
    assert (seen["disabled"], seen["problem"]) == (True, "broken")
    front_end.send(action="end")
    assert front_end.said() == {"listeners": 0}


def test_a_frame_that_cannot_be_drawn_is_acknowledged_nevertheless(front_end: FrontEnd) -> None:
    front_end.deliver(({"kind": "frame", "serial": 7, "frame": 0, "size": [4, 3]}, [zlib.compress(b"\0" * 48)[:-6]]))
    assert front_end.said() == {"kind": "ack", "serial": 7}
