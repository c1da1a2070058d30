"""`sddisplaylink play` in a real pseudo-terminal: however the program ends, the terminal is restored."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from sddisplaylink.views.signals import SignalWatch
from support.pty_process import PtyProcess, assert_empty, assert_given_back
from support.terminal_support import (
    ENTER,
    KITTY_TERMINAL,
    LEAVE,
    PLAY,
    UPDATE_END,
    expected_dots,
    frames_of,
    graphics_commands,
    mosaic,
    write_gif,
)


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    """Three frames of the size of a 40 x 16 terminal, for ever."""
    return write_gif(tmp_path / "a.gif", [mosaic(seed) for seed in range(3)])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_it_with_the_screen_restored(gif: Path, number: signal.Signals, code: int) -> None:
    with PtyProcess(*PLAY, str(gif)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.signal(number)
        process.ends_with(code)
        assert process.errors == ""
        assert_given_back(process)
        assert_empty(process)


def test_a_signal_ends_a_write_that_the_terminal_blocks(tmp_path: Path) -> None:
    """One frame is more than the terminal's buffer holds, and is not read: only a signal can end the write."""
    path = write_gif(tmp_path / "a.gif", [mosaic(1, (400, 300)), mosaic(2, (400, 300))])
    with PtyProcess(*PLAY, str(path), "--renderer", "kitty", cell=(20, 40)) as process:
        process.read_until(lambda: b"\x1b_Ga=T" in process.log)
        process.signal(signal.SIGTERM)
        process.ends_unread()
        process.ends_with(143)
        begin, deletion, end = process.log.rpartition(b"\x1b_Ga=d")
        assert begin.endswith(b"\x1b\\\x1b[?2026l\x1b[m")
        assert deletion
        assert end.endswith(b"\x1b[?25h" + LEAVE)
        assert termios.tcgetattr(process.slave) == process.settings


DRAWING = "sddisplaylink.views.terminal.halfblock.HalfBlockRenderer.draw"
TAKING = "sddisplaylink.views.terminal.tile.Tile._keep"
BREAKING = """
import sys
from unittest import mock
from sddisplaylink.cli import main
with mock.patch({name!r}, autospec=True, side_effect=[b"drawn", RuntimeError("broken")]):
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("name", [DRAWING, TAKING])
def test_an_error_leaves_the_screen_restored(gif: Path, name: str) -> None:
    """Be it raised while drawing or in the player's callback."""
    with PtyProcess("-c", BREAKING.format(name=name), "play", str(gif)) as process:
        process.ends_with(1)
        assert process.errors.count("\n") == 1
        assert "RuntimeError: broken" in process.errors
        assert_given_back(process)
        assert_empty(process)


def test_late_replies_do_not_reach_the_shell(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif), "--rate", "0", answers=b"") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.send(KITTY_TERMINAL)  # which are no keys either
        process.signal(signal.SIGTERM)  # not Ctrl-C, at which the terminal itself drops its input
        process.ends_with(143)
        attributes = termios.tcgetattr(process.slave)
        attributes[3] &= ~termios.ICANON
        termios.tcsetattr(process.slave, termios.TCSANOW, attributes)
        assert not select.select([process.slave], [], [], 0)[0]


def test_a_dumb_terminal(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif), TERM="dumb") as process:
        process.ends_with(1)
        assert process.errors == "sddisplaylink: this terminal cannot show pictures (TERM=dumb)\n"
        assert process.log == b""


SHELL = """
import contextlib, os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
with contextlib.suppress(PermissionError):  # the child has done it, and is another program by now
    os.setpgid(child, child)
os.tcsetpgrp(0, child or os.getpid())
if not child:
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
_, status = os.waitpid(child, os.WUNTRACED)
os.tcsetpgrp(0, os.getpgrp())
os.write(1, b"stopped" if os.WIFSTOPPED(status) else b"not stopped")
assert sys.stdin.read(1) == "\\n"
os.tcsetpgrp(0, child)
os.killpg(child, signal.SIGCONT)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_ctrl_z_gives_the_terminal_to_the_shell_and_back(gif: Path) -> None:
    expected = expected_dots(frames_of(gif)[0], 40, 16)
    with PtyProcess("-c", SHELL, *PLAY, str(gif), "--rate", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.send(b"\x1a")
        process.read_until(lambda: process.log.endswith(b"stopped"))
        assert process.terminal.text()[0] == "stopped"
        assert_given_back(process)
        process.send(b"\n")
        process.read_until(lambda: process.log.count(ENTER) == 2 and process.log.endswith(UPDATE_END))
        assert process.terminal.dots() == expected
        process.send(b"\x03")
        process.ends_with(130)
        assert_given_back(process)


BACKGROUND = """
import os, signal, sys
child = os.fork()
if not child:
    os.setpgid(0, 0)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
for _ in range(2):  # started in the background, and sent there again
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTTOU, status
    os.write(1, b"stopped\\n")
    os.kill(child, signal.SIGCONT)
_, status = os.waitpid(child, os.WUNTRACED)
assert os.WIFSTOPPED(status), status
os.tcsetpgrp(0, child)
os.kill(child, signal.SIGCONT)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_in_the_background_it_stops_and_draws_nothing(gif: Path) -> None:
    """As others do that write to the terminal; brought to the front, it draws."""
    expected = expected_dots(frames_of(gif)[0], 40, 16)
    with PtyProcess("-c", BACKGROUND, *PLAY, str(gif), "--rate", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        before, _, _ = process.log.partition(ENTER)
        assert b"\x1b" not in before.replace(b"\x1b[c", b"") or before.endswith(b"\x1b[c")
        assert before.startswith(b"stopped\r\nstopped\r\n")
        assert process.terminal.dots() == expected
        process.send(b"\x03")
        process.ends_with(130)
        assert_given_back(process)


def test_a_job_that_is_to_end_does_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another thread received the signal: `kill %1` in the shell sends SIGTERM, then SIGCONT."""
    sent: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda group, number: sent.append(number))
    watch = SignalWatch()
    watch.stop_for_output()
    watch.ended_by = signal.SIGTERM
    watch.stop_for_output()
    assert sent == [signal.SIGTTOU]


SENT_BACK = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if not child:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
_, status = os.waitpid(child, os.WUNTRACED)
os.tcsetpgrp(0, os.getpgrp())
os.write(1, b"stopped\\n")
os.kill(child, signal.SIGCONT)
_, status = os.waitpid(child, os.WUNTRACED)
os.write(1, b"again" if os.WIFSTOPPED(status) else b"not stopped")
os.kill(child, signal.SIGTERM)
os.kill(child, signal.SIGCONT)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.parametrize("key", [b"\x1a", None])
def test_sent_to_the_background_it_leaves_the_shells_screen_alone(tmp_path: Path, key: bytes | None) -> None:
    """By Ctrl-Z and `bg`, or by SIGSTOP, which cannot be handled: half a frame that is being written is completed."""
    slow = write_gif(tmp_path / "slow.gif", [mosaic(seed) for seed in range(3)], duration=1000)
    with PtyProcess("-c", SENT_BACK, *PLAY, str(slow)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        if key is None:
            if not Path("/proc/self").exists():
                pytest.skip("needs /proc, to find the process that plays")
            [child] = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            os.kill(int(child), signal.SIGSTOP)
        else:
            process.send(key)
        process.ends_with(143)
        assert process.log.endswith(b"stopped\r\nagain")


@pytest.mark.parametrize(
    "number",
    [signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGABRT, signal.SIGXCPU, signal.SIGPROF],
)
def test_every_signal_gives_the_screen_back(gif: Path, number: signal.Signals) -> None:
    with PtyProcess(*PLAY, str(gif)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.signal(number)
        process.ends_with(128 + number)
        assert process.errors == ""
        assert_given_back(process)
        assert_empty(process)


def test_the_quit_key_gives_the_screen_back(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.send(b"\x1c")  # Ctrl-\\
        process.ends_with(131)
        assert_given_back(process)


def test_ignored_signals_stay_ignored(gif: Path) -> None:
    """As nohup sets it."""
    script = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.executable, sys.argv)"
    with PtyProcess("-c", script.replace("sys.argv)", "[sys.executable, *sys.argv[1:]])"), *PLAY, str(gif)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.signal(signal.SIGHUP)
        before = process.log.count(UPDATE_END)
        process.read_until(lambda: process.log.count(UPDATE_END) > before + 2)
        process.signal(signal.SIGTERM)
        process.ends_with(143)


# ---- sddisplaylink.play() ----

ONE_LINER = """
import sys, sddisplaylink
before = sddisplaylink.diagnostics()["players"]
print("played", sddisplaylink.play(sys.argv[1], loop_count=int(sys.argv[2])))
assert sddisplaylink.diagnostics()["players"] == before == 0
"""


def test_play_returns_whether_it_has_finished(gif: Path) -> None:
    with PtyProcess("-c", ONE_LINER, str(gif), "1", rows=40) as process:
        process.ends_with(0)
        assert b"played True" in process.log
    with PtyProcess("-c", ONE_LINER, str(gif), "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.signal(signal.SIGINT)
        process.ends_with(0)
        assert process.terminal.text()[0] == "played False"
        assert_given_back(process)


def test_play_passes_a_termination_on(gif: Path) -> None:
    with PtyProcess("-c", ONE_LINER, str(gif), "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.signal(signal.SIGTERM)
        process.ends_with(-signal.SIGTERM)
        assert_given_back(process)


THREADED = """
import sys, threading, sddisplaylink
image = sddisplaylink.AnimatedImage.open(sys.argv[1])
thread = threading.Thread(target=sddisplaylink.play, args=(image,), kwargs={"loop_count": 1})
thread.start()
thread.join()
assert image.frame(0)
"""


def test_play_on_another_thread(gif: Path) -> None:
    with PtyProcess("-c", THREADED, str(gif)) as process:
        process.ends_with(0)
        assert UPDATE_END in process.log
        assert_given_back(process)


def test_standard_input_may_be_something_else(gif: Path) -> None:
    """Replies are read from the controlling terminal then."""
    script = "import os, sys; os.dup2(os.open(os.devnull, os.O_RDONLY), 0); os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, *PLAY, str(gif), "--rate", "0"]
    with PtyProcess("-c", script, *command, cell=(8, 16), answers=KITTY_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert graphics_commands(process.log)[1][0]["a"] == "T"
        process.send(b"\x03")
        process.ends_with(130)
        assert_given_back(process)


def test_standard_output_elsewhere(gif: Path, tmp_path: Path) -> None:
    with open(tmp_path / "out", "wb") as out:
        done = subprocess.run(
            [sys.executable, *PLAY, str(gif), "--renderer", "halfblock"],
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (1, "sddisplaylink: standard output is not a terminal\n")
    assert (tmp_path / "out").read_bytes() == b""


def test_a_clock_that_does_not_exist(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif), SDDISPLAYLINK_CLOCK="sundial") as process:
        process.ends_with(1)
        assert process.errors.startswith("sddisplaylink: no clock 'sundial' here")
        assert process.errors.count("\n") == 1
        assert_given_back(process)
