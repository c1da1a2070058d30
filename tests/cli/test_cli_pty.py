"""`sddisplaylink play` in a real pseudo-terminal: the right picture is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sddisplaylink.views.terminal.layout import Area, Dots, place, scaled
from support.pty_process import PtyProcess, assert_empty, assert_given_back
from support.terminal_support import (
    ATTRIBUTES,
    ENTER,
    KITTY_TERMINAL,
    LAST_WORDS,
    PLAY,
    UPDATE_BEGIN,
    UPDATE_END,
    Emulator,
    decode_graphics,
    expected_dots,
    frames_of,
    graphics_commands,
    mosaic,
    picture_dots,
    write_gif,
)


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    """Three frames of the size of a 40 x 16 terminal, for ever."""
    return write_gif(tmp_path / "a.gif", [mosaic(seed) for seed in range(3)])


# ---- the picture ----


def test_the_frame_is_on_the_screen(gif: Path) -> None:
    expected = expected_dots(frames_of(gif)[0], 40, 16)
    with PtyProcess(*PLAY, str(gif), "--rate", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert process.terminal.dots() == expected
        assert process.terminal.in_alternate_screen
        assert process.terminal.cursor_hidden
        process.send(b"\x03")
        process.ends_with(130)
        assert process.errors == ""
        assert_given_back(process)
        assert_empty(process)


def test_frames_follow_each_other_and_each_is_one_synchronized_update(gif: Path) -> None:
    expected = [expected_dots(frame, 40, 16) for frame in frames_of(gif)]
    with PtyProcess(*PLAY, str(gif), "--loops", "3", "--late-policy", "no_skip") as process:
        process.ends_with(0)
    terminal, shown = Emulator(40, 16), []
    *updates, rest = process.log[: process.log.index(LAST_WORDS)].split(UPDATE_END)
    for number, update in enumerate(updates):
        before, begin, _ = update.partition(UPDATE_BEGIN)
        assert begin
        assert number == 0 or before == b""
        terminal.feed(update + UPDATE_END)
        shown.append(expected.index(terminal.dots()))
    assert shown == [0, 1, 2] * 3
    assert rest == b""


def test_the_last_picture_stays_when_it_has_finished(gif: Path) -> None:
    last = frames_of(gif)[-1]
    inline = scaled(last, place(last.size, Area(40, 15), Dots(1, 2)))
    with PtyProcess(*PLAY, str(gif), "--loops", "1") as process:
        process.ends_with(0)
        assert_given_back(process)
        seen = [row[: inline.width] for row in process.terminal.dots()[: inline.height]]
        assert seen == picture_dots(inline)


def test_a_still_picture_stays_too(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    mosaic(9, (20, 10)).save(path)
    with PtyProcess(*PLAY, str(path), "--width", "20") as process:
        process.ends_with(0)
        assert_given_back(process)
        assert [row[:20] for row in process.terminal.dots()[:10]] == picture_dots(mosaic(9, (20, 10)).convert("RGBA"))


def test_mode_and_width(gif: Path) -> None:
    expected = expected_dots(frames_of(gif)[2], 40, 16, width=20)
    with PtyProcess(*PLAY, str(gif), "--rate", "0", "--mode", "reverse", "--width", "20") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert process.terminal.dots() == expected


def test_transparency_shows_the_terminals_background(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (40, 32))
    picture.paste((250, 0, 0, 255), (0, 0, 20, 32))
    picture.paste((0, 0, 0, 51), (20, 0, 30, 32))
    path = tmp_path / "a.png"
    picture.save(path, save_all=True, append_images=[picture.rotate(180)], duration=100)
    answers = b"\x1b]11;rgb:0000/0000/ffff\x1b\\" + ATTRIBUTES
    with PtyProcess(*PLAY, str(path), "--rate", "0", answers=answers) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert process.terminal.dots() == [["fa0000"] * 20 + ["0000cc"] * 10 + ["default"] * 10] * 32


def test_256_colours(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif), "--rate", "0", COLORTERM="") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert b"38;5;" in process.log
        assert b"38;2;" not in process.log


def test_resizing_draws_anew(gif: Path) -> None:
    frame = frames_of(gif)[0]
    with PtyProcess(*PLAY, str(gif), "--rate", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        for columns, rows in ((60, 20), (11, 30), (1, 1), (40, 16)):
            before = process.log.count(UPDATE_END)
            process.resize(columns, rows)
            process.read_until(lambda before=before: process.log.count(UPDATE_END) > before)  # type: ignore[misc]
            assert process.terminal.dots() == expected_dots(frame, columns, rows)


def test_a_terminal_that_does_not_reply(gif: Path) -> None:
    expected = expected_dots(frames_of(gif)[0], 40, 16)
    with PtyProcess(*PLAY, str(gif), "--rate", "0", answers=b"") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert process.terminal.dots() == expected


# ---- kitty graphics ----


def test_kitty_graphics_are_used_where_the_terminal_has_them(tmp_path: Path) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(1, (70, 50)), mosaic(2, (70, 50))])
    with PtyProcess(*PLAY, str(path), "--rate", "0", cell=(8, 16), answers=KITTY_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        [(keys, payload)] = graphics_commands(process.log[process.log.index(ENTER) :])
        assert (keys["a"], keys["q"], keys["f"]) == ("T", "2", "24")
        assert decode_graphics(keys, payload).tobytes() == frames_of(path)[0].tobytes()
        process.send(b"\x03")
        process.ends_with(130)
        assert_given_back(process)
        [deletion] = graphics_commands(process.log)[2:]
        assert deletion == ({"a": "d", "d": "I", "i": keys["i"], "q": "2"}, b"")


def test_kitty_frames_have_one_id_and_the_last_one_stays(tmp_path: Path) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(seed, (30, 20)) for seed in range(3)])
    expected = [frame.tobytes() for frame in frames_of(path)]
    with PtyProcess(
        *PLAY, str(path), "--loops", "1", "--late-policy", "no_skip", cell=(8, 16), answers=KITTY_TERMINAL
    ) as process:
        process.ends_with(0)
        assert_given_back(process)
    _, *frames, deletion, last = graphics_commands(process.log)
    assert [decode_graphics(*frame).tobytes() for frame in frames] == expected
    assert {keys["i"] for keys, _ in frames} == {deletion[0]["i"]}
    assert decode_graphics(*last).tobytes() == expected[-1]
    assert last[0]["i"] != deletion[0]["i"]


def test_renderer_can_be_chosen_against_what_the_terminal_says(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif), "--rate", "0", "--renderer", "halfblock", answers=KITTY_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert len(graphics_commands(process.log)) == 1
        assert process.terminal.dots() == expected_dots(frames_of(gif)[0], 40, 16)
    with PtyProcess(*PLAY, str(gif), "--rate", "0", "--renderer", "kitty") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert graphics_commands(process.log)[1][0]["a"] == "T"


def test_cell_size_is_asked_for_where_the_system_does_not_know_it(tmp_path: Path) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(1, (500, 400)), mosaic(2, (500, 400))])
    with PtyProcess(*PLAY, str(path), "--rate", "0", answers=b"\x1b[6;10;5t" + KITTY_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        keys, _ = graphics_commands(process.log)[1]
        assert (keys["s"], keys["v"]) == ("200", "160")


def test_kitty_pictures_follow_the_terminals_size(tmp_path: Path) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(1, (70, 50)), mosaic(2, (70, 50))])
    with PtyProcess(*PLAY, str(path), "--rate", "0", cell=(8, 16), answers=KITTY_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.resize(20, 9)
        process.read_until(lambda: process.log.count(UPDATE_END) == 2)
        _, first, second = graphics_commands(process.log)
        assert decode_graphics(*second).tobytes() == frames_of(path)[0].tobytes()
        assert second[0]["i"] == first[0]["i"]
        drawn = process.log.split(UPDATE_BEGIN)
        assert drawn[1].startswith(b"\x1b[2J\x1b[7;16H")  # 9 x 4 cells, in the middle of 40 x 16
        assert drawn[2].startswith(b"\x1b[2J\x1b[3;6H")  # and of 20 x 9


def test_kitty_pictures_keep_their_alpha(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (20, 10), (250, 0, 0, 51))
    picture.paste((0, 0, 0, 0), (0, 0, 10, 10))
    path = tmp_path / "a.png"
    picture.save(path, save_all=True, append_images=[picture.rotate(180)], duration=100)
    with PtyProcess(*PLAY, str(path), "--rate", "0", cell=(8, 16), answers=KITTY_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        _, drawn = graphics_commands(process.log)
        assert decode_graphics(*drawn).tobytes() == picture.tobytes()
