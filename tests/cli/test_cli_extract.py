"""`sddisplaylink extract`: files with the right pixels, nothing overwritten, nothing half written."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from sddisplaylink.cli import extract, main
from sddisplaylink.images.image import AnimatedImage
from support.pty_process import PtyProcess


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    frames = [Image.new("RGB", (6, 4), (20 * number, 9, 200)) for number in range(12)]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50, loop=0)
    return path


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_every_frame_is_written(gif: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / "deep" / "er"
    assert main(["extract", str(gif), "-o", str(directory)]) == 0
    assert capsys.readouterr() == ("", "")
    assert names(directory) == [*(f"frame_{number:04d}.png" for number in range(12)), "manifest.json"]
    with AnimatedImage.open(gif) as image:
        for frame in image:
            with Image.open(directory / f"frame_{frame.index:04d}.png") as written:
                assert written.format == "PNG"
                assert written.convert("RGBA").tobytes() == bytes(frame.rgba)


def test_names_sort_with_any_number_of_frames(tmp_path: Path) -> None:
    assert extract.frame_paths(tmp_path, 1) == [tmp_path / "frame_0000.png"]
    paths = extract.frame_paths(tmp_path, 10001)
    assert paths == sorted(paths)
    assert paths[-1].name == "frame_10000.png"


def test_existing_files_are_kept_unless_forced(gif: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = tmp_path / "out"
    directory.mkdir()
    mine = directory / "frame_0003.png"
    mine.write_text("mine")
    assert main(["extract", str(gif), "-o", str(directory)]) == 1
    assert capsys.readouterr().err == f"sddisplaylink: {mine} exists; --force overwrites\n"
    assert names(directory) == ["frame_0003.png"]
    assert mine.read_text() == "mine"
    assert main(["extract", str(gif), "-o", str(directory), "--force"]) == 0
    assert len(names(directory)) == 12 + 1
    with Image.open(mine) as written:
        assert written.size == (6, 4)


def test_files_get_the_usual_permissions(gif: Path, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        assert main(["extract", str(gif), "-o", str(tmp_path / "out")]) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out" / "frame_0000.png").stat().st_mode) == 0o644


def test_a_failed_write_leaves_nothing(gif: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def save(self: Image.Image, file: io.BytesIO, file_format: str) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", save)
    assert main(["extract", str(gif), "-o", str(tmp_path / "out")]) == 1
    assert names(tmp_path / "out") == []


def test_a_directory_that_is_a_file(gif: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", str(gif), "-o", str(gif)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("sddisplaylink: ")
    assert error.count("\n") == 1
    assert "internal" not in error


def test_truncated_file_gives_its_whole_frames(gif: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = gif.read_bytes()
    gif.write_bytes(data[: len(data) * 2 // 3])
    assert main(["extract", str(gif), "-o", str(tmp_path / "out")]) == 0
    written = len(names(tmp_path / "out")) - 1
    assert 0 < written < 12
    error = capsys.readouterr().err
    assert f"truncated: {written} whole frames were written" in error


def test_progress_is_drawn_on_a_terminal_only(gif: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sddisplaylink", "extract", str(gif), "-o"]
    done = subprocess.run([*command, str(tmp_path / "one")], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    script = "import os, sys; os.dup2(1, 2); from sddisplaylink.cli import main; sys.exit(main(sys.argv[1:]))"
    with PtyProcess("-c", script, "extract", str(gif), "-o", str(tmp_path / "two")) as process:
        process.ends_with(0)
        assert b"[" + b"#" * 15 + b" " * 15 + b"] 6/12" in process.log
        assert process.terminal.text()[0] == ""
