"""Every public name exists and is what it is said to be."""

from __future__ import annotations

import inspect
import io
import pydoc
import re

import pytest
from PIL import Image

import sddisplaylink as sd

NAMES = {
    "DisplayLink": (
        "start stop close wait is_running is_closed display clock_name refresh_period refresh_rate __enter__ __iter__ "
        "__aiter__"
    ),
    "Tick": "sequence timestamp target_timestamp period missed synthetic",
    "Display": "id refresh_rate is_main",
    "ManualClock": "advance refresh_rate",
    "AnimatedImage": (
        "open format size width height frame_count loop_count durations duration is_animated truncated frame "
        "__getitem__ __len__ __iter__ close __enter__ purge _repr_mimebundle_"
    ),
    "IncrementalImage": "feed finish is_finished",
    "Frame": "index timestamp duration size rgba image buffer __array_interface__",
    "PixelBuffer": "data stride size format nbytes image __array_interface__",
    "AnimatedImagePlayer": (
        "play pause stop seek close wait state frame_index loop_index current_frame rate mode loop_count late_policy "
        "stats frames frames_async record on_frame on_loop on_finish on_error image is_closed refresh_period "
        "attach detach update_visibility use_dispatcher take_error __enter__ __exit__"
    ),
    "PacingEvent": "frame loop intended actual lateness skipped missed_ticks",
    "PacingRecorder": "stop events summary to_json to_csv plot __enter__ __len__",
    "PacingSummary": (
        "frames seconds skipped missed_ticks late dropped "
        "lateness_mean lateness_p50 lateness_p95 lateness_p99 lateness_max"
    ),
    "PlayerStats": "shown skipped late missed_ticks buffer_hits buffer_misses max_lateness",
    "PlaybackMode": "NORMAL REVERSE BOUNCE REVERSED_BOUNCE",
    "LatePolicy": "SKIP NO_SKIP CATCH_UP",
    "PlayerState": "STOPPED PLAYING PAUSED FINISHED CLOSED",
    "PlayerGroup": "play pause stop seek rate",
    "Dispatcher": "fileno run_pending run_async for_asyncio close",
}
FUNCTIONS = {"available_clocks", "displays", "diagnostics", "play"}
ERRORS = {
    "SDDisplayLinkError": Exception,
    "ClockError": sd.SDDisplayLinkError,
    "LinkClosedError": (sd.SDDisplayLinkError, ValueError),
    "ImageFormatError": (sd.SDDisplayLinkError, ValueError),
    "ForkedProcessError": sd.SDDisplayLinkError,
}
SIGNATURES = {
    sd.DisplayLink: "callback=None, *, display=None, clock=None, dispatcher=None",
    sd.AnimatedImagePlayer: (
        "image, *, on_frame=None, on_loop=None, on_finish=None, on_error=None, rate=1.0, mode=NORMAL, loop_count=None, "
        "late_policy='skip', max_buffer_bytes=None, display=None, clock=None, dispatcher=None"
    ),
    sd.AnimatedImage.open: "source, *, timing='browser', decoder='auto', max_pixels=None, max_frames=None, "
    "orient=True, to_srgb=True",
    sd.AnimatedImagePlayer.seek: "self, index, loop=None",
    sd.AnimatedImagePlayer.wait: "self, timeout=None",
    sd.DisplayLink.wait: "self, timeout=None",
    sd.ManualClock: "refresh_rate=60.0",
}


def test_all_lists_exactly_the_public_names():
    assert set(sd.__all__) == set(NAMES) | FUNCTIONS | set(ERRORS)
    assert sd.__all__ == sorted(sd.__all__)
    assert all(hasattr(sd, name) for name in sd.__all__)


@pytest.mark.parametrize("owner", NAMES)
def test_members(owner):
    cls = getattr(sd, owner)
    fields = getattr(cls, "__dataclass_fields__", {})
    for member in NAMES[owner].split():
        assert hasattr(cls, member) or member in fields, f"{owner}.{member}"


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    bases = ERRORS[name] if isinstance(ERRORS[name], tuple) else (ERRORS[name],)
    assert all(issubclass(getattr(sd, name), base) for base in bases)


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda function: function.__qualname__)
def test_signatures(function):
    parameters = inspect.signature(function).parameters.values()
    written = []
    for parameter in parameters:
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in written:
            written.append("*")
        default = parameter.default
        text = (
            ""
            if default is parameter.empty
            else f"={default.name if isinstance(default, sd.PlaybackMode) else repr(default)}"
        )
        written.append(parameter.name + text)
    assert ", ".join(written) == SIGNATURES[function]


def test_every_public_thing_says_what_it_is():
    for name in sd.__all__:
        thing = getattr(sd, name)
        assert inspect.getdoc(thing), name
        for member, value in vars(thing).items() if inspect.isclass(thing) else ():
            if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
                assert inspect.getdoc(value), f"{name}.{member}"


@pytest.mark.parametrize("name", sd.__all__)
def test_help_is_plain_text(name):
    """No roles of Sphinx: its default role links names in single backquotes."""
    text = pydoc.render_doc(getattr(sd, name), renderer=pydoc.plaintext)
    assert not re.findall(r".*:[a-z:]+:`.*", text)


def test_help_explains_every_field_of_a_named_tuple():
    tuples = [thing for thing in vars(sd).values() if inspect.isclass(thing) and issubclass(thing, tuple)]
    assert len(tuples) >= 5
    for cls in tuples:
        text = pydoc.render_doc(cls, renderer=pydoc.plaintext)
        assert "Alias for field number" not in text, cls.__name__
        assert all(getattr(cls, field).__doc__ in " ".join(text.split()) for field in cls._fields), cls.__name__


@pytest.mark.parametrize("cls", [sd.Frame, sd.PixelBuffer])
def test_help_explains_every_field_of_a_frame(cls):
    text = pydoc.render_doc(cls, renderer=pydoc.plaintext)
    for field in set(cls.__slots__) - {"__weakref__"}:
        assert f" |  {field}\n |      {inspect.getdoc(getattr(cls, field))}" in text


def test_diagnostics_have_the_figures_of_a_bug_report():
    figures = sd.diagnostics()
    assert {"links", "players", "sources", "native_threads", "pool_bytes", "stalls", "versions"} <= set(figures)


def test_the_contract_in_use():
    data = io.BytesIO()
    pages = [Image.new("RGB", (4, 4), (shade, 0, 0)) for shade in (0, 100, 200)]
    pages[0].save(data, "GIF", save_all=True, append_images=pages[1:], duration=[20, 40, 100], loop=1)
    clock = sd.ManualClock()
    seen: list[object] = []
    with sd.AnimatedImage.open(data.getvalue()) as image:
        assert (image.format, image.size, len(image), image.loop_count) == ("GIF", (4, 4), 3, 2)
        player = sd.AnimatedImagePlayer(
            image, clock=clock, on_frame=lambda f: seen.append(f.index), on_loop=lambda n: seen.append(f"loop {n}"),
            on_finish=lambda: seen.append("finish"),
        )  # fmt: skip
        player.play()
        clock.advance(1.0)
        assert player.wait(5) is True
        assert player.state is sd.PlayerState.FINISHED
        assert seen == [0, 1, 2, "loop 1", 0, 1, 2, "loop 2", "finish"]
        player.close()
        assert player.state is sd.PlayerState.CLOSED


def test_help_shows_a_player_whole_and_nothing_from_inside() -> None:
    assert sd.AnimatedImagePlayer.__mro__ == (sd.AnimatedImagePlayer, object)
    text = pydoc.render_doc(sd.AnimatedImagePlayer, renderer=pydoc.plaintext)  # type: ignore[arg-type]
    public = [name for name in dir(sd.AnimatedImagePlayer) if not name.startswith("_")]
    for name in public:
        assert inspect.getdoc(getattr(sd.AnimatedImagePlayer, name)), name
        assert name in text
    assert "inherited from" not in text
    assert "engine" not in text
