"""The command line as a whole: usage, errors in one line, exit codes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sddisplaylink
from sddisplaylink.cli import COMMANDS, build_parser, describe, info, main, output
from sddisplaylink.views.play import play
from support.pty_process import plain_environment

BALL = Path(__file__).resolve().parents[2] / "examples" / "ball.gif"
COMMAND = [sys.executable, "-m", "sddisplaylink"]


def raising(error: BaseException) -> Callable[..., object]:
    def run(*arguments: object) -> object:
        raise error

    return run


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["--version"])
    assert exit_info.value.code == 0
    assert capsys.readouterr().out == f"sddisplaylink {sddisplaylink.__version__}\n"


def test_playing_imports_no_more_than_it_needs() -> None:
    program = """
import sys
from sddisplaylink.cli import build_parser
build_parser("play").parse_args(["play", "--loops", "1", "a.gif"])
print([name for name in ("shutil", "bz2", "lzma", "json", "glob", "subprocess", "logging") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "[]\n"


def test_help_is_as_wide_as_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(columns: str) -> list[str]:
        monkeypatch.setenv("COLUMNS", columns)
        return build_parser("play").format_help().splitlines()

    assert len(lines("200")) < len(lines("80")) < len(lines("50"))
    assert max(map(len, lines("80"))) <= 78
    assert lines("") == lines("0") == lines("many") == lines("80")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["--help"])
    assert exit_info.value.code == 0
    out = capsys.readouterr().out
    assert all(f"\n    {name} " in out for name in ("play", "info", "probe", "extract", "bench", "doctor"))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["dance"],
        ["info"],
        ["extract", "a.gif"],
        ["play", "a.gif", "--loops", "-1"],
        ["play", "a.gif", "--loops", "4294967296"],
        ["play", "a.gif", "--rate", "nan"],
        ["play", "a.gif", "--rate", "fast"],
        ["play", "a.gif", "--width", "0"],
        ["play", "a.gif", "--mode", "sideways"],
        ["play"],
        ["play", "a.gif", "--renderer", "paper"],
        ["play", "a.gif", "--late-policy", "never"],
        ["probe", "--seconds", "0"],
        ["probe", "--seconds", "inf"],
        ["bench", "a.gif", "--repeat", "0"],
    ],
)
def test_usage_errors(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 2
    assert capsys.readouterr().err.startswith("usage: sddisplaylink")


def test_play_with_neither_terminal_nor_display_counts_the_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    done = subprocess.run(
        [*COMMAND, "play", str(BALL)], capture_output=True, text=True, timeout=60, env=plain_environment()
    )
    assert (done.returncode, done.stderr) == (0, "")
    head, line = done.stdout.splitlines()
    assert head.startswith("standard output is not a terminal, so nothing was drawn")
    assert sum(map(int, re.findall(r" (\d+)", line.removeprefix(f"{BALL}:")))) == 20
    assert line.endswith(" skipped")
    with pytest.raises(sddisplaylink.SDDisplayLinkError, match="not a terminal"):
        play(BALL)


def test_play_of_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("hello")
    for path in (tmp_path / "text", tmp_path / "none"):
        assert main(["play", str(path)]) == 1
        error = capsys.readouterr().err
        assert str(path) in error
        assert error.count("\n") == 1


@pytest.mark.parametrize("options", [{"renderer": "paper"}, {"width": 0}])
def test_play_rejects_bad_options(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        play(BALL, **options)  # type: ignore[arg-type]


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(info, "describe", raising(KeyboardInterrupt()))
    assert main(["info", str(BALL)]) == 130
    assert capsys.readouterr() == ("", "")


def test_an_unexpected_error_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(info, "describe", raising(KeyError("gone\nastray")))
    assert main(["info", str(BALL)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("sddisplaylink: internal error, please report it: KeyError: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FileNotFoundError(2, "No such file or directory", "a.gif"), "a.gif: No such file or directory"),
        (FileNotFoundError(2, "No such file or directory", ""), "'': No such file or directory"),
        (OSError(28, "No space left on device"), "No space left on device"),
        (sddisplaylink.ImageFormatError("no image"), "no image"),
    ],
)
def test_describe(error: Exception, text: str) -> None:
    assert describe(error) == text


TELLING = """
import sys
from sddisplaylink.cli import main, probe
measure = probe.measure
def tell_and_measure(*arguments):
    print("on", flush=True)
    return measure(*arguments)
probe.measure = tell_and_measure
sys.exit(main(sys.argv[1:]))
"""


def test_ctrl_c_of_a_process() -> None:
    command = [sys.executable, "-c", TELLING, "probe", "--seconds", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert (process.returncode, out, error) == (130, "", "")


@pytest.mark.parametrize("words", [["doctor"], ["--help"], ["play", "--help"]], ids=" ".join)
def test_a_reader_that_leaves(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*COMMAND, *words], stdout=writer, stderr=subprocess.PIPE, timeout=60, env=plain_environment()
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


PRINTING = [
    ["--help"],
    ["--version"],
    *([command, "--help"] for command in COMMANDS),
    ["info", str(BALL)],
    ["info", "--json", str(BALL)],
    ["play", "--loops", "1", "--rate", "50", str(BALL)],
    ["doctor"],
    ["completion", "bash"],
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_full_disk(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            env=plain_environment(),
        )
    assert (done.returncode, done.stderr) == (1, "sddisplaylink: No space left on device\n")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["--help"], 1, "sddisplaylink: standard output is closed\n"),
        (["info", str(BALL)], 1, "sddisplaylink: standard output is closed\n"),
        (["info", "no.gif"], 1, "sddisplaylink: no.gif: No such file or directory\n"),
        (["play", "--renderer", "halfblock", str(BALL)], 1, "sddisplaylink: standard output is not a terminal\n"),
    ],
)
def test_a_closed_output(words: list[str], code: int, error: str) -> None:
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, *words]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60, env=plain_environment())
    assert (done.returncode, done.stderr) == (code, error)


FAILING_LATE = """
import sys
from sddisplaylink.cli import info, main
def fail(*arguments):
    print("so far")
    raise {error}
info.describe = fail
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("error", "code", "text"), [("OSError(5, 'gone')", 1, "sddisplaylink: gone\n"), ("KeyboardInterrupt", 130, "")]
)
def test_a_full_disk_behind_another_error(error: str, code: int, text: str) -> None:
    command = [sys.executable, "-c", FAILING_LATE.format(error=error), "info", str(BALL)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, env=plain_environment()
        )
    assert (done.returncode, done.stderr) == (code, text)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (999_960, "1.0 MB"), (2_500_000_000, "2.5 GB")],
)
def test_format_bytes(count: int, text: str) -> None:
    assert output.format_bytes(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.0123, "12.3 ms"), (0.1, "100 ms"), (1, "1 s"), (65.4321, "65.43 s")])
def test_format_seconds(seconds: float, text: str) -> None:
    assert output.format_seconds(seconds) == text
