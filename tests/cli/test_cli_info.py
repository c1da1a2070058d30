"""`sddisplaylink info`: right answers for good files, one line for bad ones."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from sddisplaylink.cli import main
from support.browser_samples import exif
from support.images import build_png, chunk


def animation(file_format: str, durations: list[int], size: tuple[int, int] = (20, 10), **options: object) -> bytes:
    frames = [Image.new("RGB", size, (40 * number, 255 - 40 * number, 7)) for number in range(len(durations))]
    data = io.BytesIO()
    frames[0].save(
        data, file_format, save_all=True, append_images=frames[1:], duration=durations, **{"loop": 0, **options}
    )
    return data.getvalue()


def gif_without_frames() -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", 8, 8, 0x80, 0, 0) + bytes(6) + b";"


def png_with_lying_actl(frames: int) -> bytes:
    """An APNG of two frames whose acTL claims another number."""
    data = animation("PNG", [100, 100])
    at = data.index(b"acTL")
    body = b"acTL" + struct.pack(">II", frames, 0)
    return data[:at] + body + struct.pack(">I", zlib.crc32(body)) + data[at + 16 :]


def jpeg() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 4), "red").save(data, "JPEG")
    return data.getvalue()


def info(data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    path = tmp_path / "file"
    path.write_bytes(data)
    code = main(["info", str(path), *options])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def facts(data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    code, out, err = info(data, tmp_path, capsys, "--json")
    assert (code, err) == (0, "")
    found: dict[str, object] = json.loads(out)
    return found


def assert_one_line_of_error(code: int, out: str, err: str) -> None:
    assert code == 1
    assert out == ""
    assert err.startswith("sddisplaylink: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "internal error" not in err


def test_json_has_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert facts(animation("GIF", [40, 100, 250]), tmp_path, capsys) == {
        "file": str(tmp_path / "file"),
        "format": "GIF",
        "width": 20,
        "height": 10,
        "frame_count": 3,
        "is_animated": True,
        "loop_count": 0,
        "duration": pytest.approx(0.39),
        "durations": pytest.approx([0.04, 0.1, 0.25]),
        "truncated": False,
        "orientation": 1,
        "colour_profile": None,
        "decoded_bytes": 20 * 10 * 4 * 3,
    }


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = info(animation("PNG", [40, 100, 250], loop=3), tmp_path, capsys)
    assert (code, err) == (0, "")
    lines = dict(line.split(None, 1) for line in out.splitlines())
    assert lines == {
        "file": str(tmp_path / "file"),
        "format": "PNG",
        "size": "20 x 10 pixels",
        "frames": "3",
        "duration": "390 ms (40 ms to 250 ms per frame)",
        "loops": "3 times",
        "truncated": "no",
        "decoded": "2.4 kB",
    }


@pytest.mark.parametrize(("loop", "text"), [(None, "once"), (0, "for ever"), (2, "3 times")])
def test_loops_of_a_gif(loop: int | None, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = info(animation("GIF", [100, 100], loop=loop), tmp_path, capsys)
    assert f"loops      {text}\n" in out


def test_jpeg(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = facts(jpeg(), tmp_path, capsys)
    assert (found["format"], found["width"], found["height"], found["frame_count"]) == ("JPEG", 8, 4, 1)
    assert found["is_animated"] is False


def test_smallest_gif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = facts(animation("GIF", [100], size=(1, 1)), tmp_path, capsys)
    assert (found["width"], found["height"], found["frame_count"], found["truncated"]) == (1, 1, 1, False)


@pytest.mark.parametrize(
    "data", [b"", b"hello, world\n" * 50, gif_without_frames(), b"GIF89a", b"\x89PNG\r\n\x1a\n", bytes(1000)]
)
def test_what_is_no_image_is_one_line_of_error(data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert_one_line_of_error(*info(data, tmp_path, capsys))


@pytest.mark.parametrize("file_format", ["GIF", "PNG"])
def test_cut_at_every_tenth_byte(file_format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A longer part of the file never has fewer frames, and what is missing is reported."""
    data = animation(file_format, [50] * 6)
    counts = []
    for end in range(0, len(data), 10):
        code, out, err = info(data[:end], tmp_path, capsys, "--json")
        if code:
            assert_one_line_of_error(code, out, err)
            counts.append(0)
        else:
            found = json.loads(out)
            assert found["truncated"] or found["frame_count"] == 6
            counts.append(found["frame_count"])
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] in (5, 6)


@pytest.mark.parametrize("claimed", [0, 1, 3, 2**31 - 1, 2**32 - 1])
def test_png_with_lying_actl(claimed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = info(png_with_lying_actl(claimed), tmp_path, capsys, "--json")
    if code:
        assert_one_line_of_error(code, out, err)
    else:
        assert json.loads(out)["frame_count"] in (1, 2)


def test_missing_file_and_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path, reason in ((tmp_path / "none.gif", "No such file or directory"), (tmp_path, "Is a directory")):
        assert main(["info", str(path)]) == 1
        assert capsys.readouterr().err == f"sddisplaylink: {path}: {reason}\n"


def test_a_name_cannot_break_the_line_or_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(tmp_path / "a\nb\x1b[2J.gif")]) == 1
    assert r"a\nb\x1b[2J.gif" in capsys.readouterr().err
    path = tmp_path / "c\x1b[31m.gif"
    path.write_bytes(animation("GIF", [100, 100]))
    assert main(["info", str(path)]) == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("data", [b"", animation("GIF", [100, 100])[:-30], png_with_lying_actl(9)])
def test_as_a_process(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "sddisplaylink", "info", str(path)], capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert_one_line_of_error(done.returncode, done.stdout, done.stderr)
    else:
        assert done.stdout.startswith("file ")
        assert done.stderr == ""


def test_orientation_and_colours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = chunk(b"eXIf", exif(6)) + chunk(b"cICP", bytes([12, 13, 0, 1]))
    data = build_png((4, 3), (1, 2, 3, 255), said)
    _, out, _ = info(data, tmp_path, capsys)
    assert "orientation  turned right\n" in out
    assert "colours      Display P3\n" in out
    assert "size         3 x 4 pixels\n" in out
    found = facts(data, tmp_path, capsys)
    assert (found["orientation"], found["colour_profile"], found["width"]) == (6, "Display P3", 3)
