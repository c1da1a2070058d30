"""Several files, patterns and standard input for every command that reads; manifests, tables of frames, limits."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from sddisplaylink.cli import main
from sddisplaylink.images.image import AnimatedImage
from support.images import GifPicture, build_gif

DATA = build_gif([GifPicture(6, 4, fill=number, delay=4 * number) for number in (1, 2, 3)], size=(6, 4), loop=2)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three images, in the working directory."""
    for name in ("a.gif", "b.gif", "c[1].gif"):
        (tmp_path / name).write_bytes(DATA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def give_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    return capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_info_of_several(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, "info", "--json", "*.gif"))
    assert [entry["file"] for entry in found] == ["a.gif", "b.gif", "c[1].gif"]
    assert {entry["frame_count"] for entry in found} == {3}
    assert json.loads(said(capsys, "info", "--json", "c[1].gif"))["file"] == "c[1].gif"  # a name as it is
    text = said(capsys, "info", "a.gif", "b.gif")
    assert [line.split()[1] for line in text.splitlines() if line.startswith("file")] == ["a.gif", "b.gif"]


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1"])
def test_names_that_the_output_cannot_encode(encoding: str, folder: Path) -> None:
    (folder / "h\xfcpfend \u9020.gif").write_bytes(DATA)
    command = [sys.executable, "-m", "sddisplaylink", "info", "h\xfcpfend \u9020.gif"]
    done = subprocess.run(command, capture_output=True, timeout=60, env={**os.environ, "PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    name = "h\xfcpfend \u9020.gif".encode(encoding, "backslashreplace")
    assert done.stdout.splitlines()[0] == b"file       " + name


def test_of_several_files_the_good_ones_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "broken.gif").write_bytes(b"no image")
    assert main(["info", "--json", "a.gif", "broken.gif", "missing.gif"]) == 1
    out, err = capsys.readouterr()
    assert [entry["file"] for entry in json.loads(out)] == ["a.gif"]
    assert err.count("\n") == 2
    assert all(name in err for name in ("broken.gif", "missing.gif"))


@pytest.mark.parametrize("command", ["info", "bench"])
def test_an_error_names_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (folder / "broken.gif").write_bytes(b"no image")
    assert main([command, "broken.gif"]) == 1
    assert capsys.readouterr().err == "sddisplaylink: broken.gif: not an image, or not in a known format\n"
    give_input(monkeypatch, b"no image")
    assert main([command, "-"]) == 1
    assert capsys.readouterr().err == "sddisplaylink: standard input: not an image, or not in a known format\n"


@pytest.mark.usefixtures("folder")
def test_a_limit_of_pixels_is_for_every_run_of_bench(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert "throughput" in said(capsys, "bench", "--max-pixels", "24", "a.gif")
    assert main(["bench", "a.gif"]) == 1


@pytest.mark.usefixtures("folder")
def test_a_pattern_that_matches_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "*.webp"]) == 1
    assert capsys.readouterr().err == "sddisplaylink: *.webp: no file matches\n"


@pytest.mark.parametrize("command", ["info", "bench", "extract"])
def test_what_cannot_be_read_does_not_keep_others_from_being_read(
    command: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.gif").write_bytes(b"no image")
    options = {"info": ["--json"], "bench": ["--json", "--repeat", "1"], "extract": ["-o", "out"]}[command]
    assert main([command, "*.webp", "broken.gif", "missing.gif", "a.gif", *options]) == 1
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "sddisplaylink: *.webp: no file matches",
        "sddisplaylink: broken.gif: not an image, or not in a known format",
        "sddisplaylink: missing.gif: No such file or directory",
    ]
    if command == "extract":
        assert [path.name for path in (folder / "out").iterdir()] == ["a"]
    else:
        assert [entry["file"] for entry in json.loads(out)] == ["a.gif"]


@pytest.mark.parametrize("command", [["info"], ["bench"], ["extract", "-o", "out"], ["play"]])
@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "standard input: the file is empty"),
        (b"no image", "standard input: not an image, or not in a known format"),
        (None, "standard input is closed"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_standard_input_that_is_no_image(
    command: list[str],
    data: bytes | None,
    error: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if data is None:
        monkeypatch.setattr("sys.stdin", None)  # as Python has it
    else:
        give_input(monkeypatch, data)
    assert main([*command, "-"]) == 1
    assert capsys.readouterr().err == f"sddisplaylink: {error}\n"


@pytest.mark.usefixtures("folder")
def test_without_standard_error_no_error_is_mixed_with_the_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr", None)  # as Python has it
    assert [entry["file"] for entry in json.loads(said(capsys, "info", "--json", "missing.gif", "a.gif", code=1))] == [
        "a.gif"
    ]


@pytest.mark.parametrize("command", [["info"], ["bench", "--repeat", "1"]])
def test_standard_input(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    give_input(monkeypatch, DATA)
    found = json.loads(said(capsys, *command, "--json", "-"))
    assert (found["file"], found.get("frame_count", found.get("frames"))) == ("-", 3)
    assert main([*command, "-", "-"]) == 1
    assert capsys.readouterr().err == "sddisplaylink: standard input (-) can be read only once\n"


def test_play_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    give_input(monkeypatch, DATA)
    assert "-: 3 frames shown" in said(capsys, "play", "-", "--loops", "1", "--rate", "50", "--late-policy", "no-skip")


@pytest.mark.usefixtures("folder")
def test_a_table_of_frames(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, table = said(capsys, "info", "a.gif", "--frames").partition("\n\n")
    assert [line.split() for line in table.splitlines()] == [
        ["frame", "begins", "lasts"],
        ["0", "0", "ms", "40", "ms"],
        ["1", "40", "ms", "80", "ms"],
        ["2", "120", "ms", "120", "ms"],
    ]
    found = json.loads(said(capsys, "info", "a.gif", "--frames", "--json"))
    assert found["frames"][2] == {"index": 2, "timestamp": 0.12, "duration": 0.12}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", [["info"], ["bench"], ["play"], ["extract", "-o", "out"]])
def test_max_pixels(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "a.gif", "--max-pixels", "23"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "pixels" in error


# ---- extract ----


@pytest.mark.usefixtures("folder")
def test_a_manifest_says_what_the_frames_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "extract", "a.gif", "-o", "out")
    manifest = json.loads(Path("out/manifest.json").read_text("utf-8"))
    assert manifest["loop_count"] == 3
    assert manifest["frames"] == [
        {"file": f"frame_{number:04d}.png", "duration": duration} for number, duration in enumerate((0.04, 0.08, 0.12))
    ]
    assert (manifest["width"], manifest["height"], manifest["format"], manifest["truncated"]) == (6, 4, "GIF", False)
    assert main(["extract", "a.gif", "-o", "out"]) == 1
    assert "--force overwrites" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_several_files_have_folders_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("more").mkdir()
    Path("more/a.gif").write_bytes(DATA)
    give_input(monkeypatch, DATA)
    assert main(["extract", "a.gif", "more/a.gif", "b.gif", "-", "-o", "out"]) == 0
    folders = sorted(Path("out").iterdir())
    assert len(folders) == 4
    assert {"a", "b", "standard_input"} <= {folder.name for folder in folders}
    assert all((folder / "manifest.json").exists() for folder in folders)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("kind", ["webp", "gif"])
def test_other_formats(kind: str) -> None:
    assert main(["extract", "a.gif", "-o", "out", "--format", kind]) == 0
    with AnimatedImage.open("a.gif") as image:
        for frame in image:
            with Image.open(f"out/frame_{frame.index:04d}.{kind}") as written:
                assert written.format == kind.upper()
                assert written.convert("RGBA").tobytes() == bytes(frame.rgba)


# ---- words ----


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["play", "a.gif", "--rate", "abc"], "argument --rate: must be a number, not 'abc'"),
        (["play", "a.gif", "--width", "x"], "argument --width: must be a whole number, not 'x'"),
        (["play", "a.gif", "--loops", "x"], "argument --loops: must be a whole number, not 'x'"),
        (["probe", "--seconds", "x"], "argument --seconds: must be a number, not 'x'"),
    ],
)
def test_usage_errors_show_no_private_name(arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert text in capsys.readouterr().err


def test_doctor_names_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    packages = json.loads(said(capsys, "doctor", "--json"))["packages"]
    deflate = pytest.importorskip("importlib.metadata").version("deflate")
    assert packages["deflate"] == deflate
