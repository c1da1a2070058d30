"""The process ends: at once, with the right code and a silent stderr, whatever is still running."""

from __future__ import annotations

import itertools
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.exit_situations import BEGINS_TO_END, LIMIT, PREAMBLE, RUNNING, endings
from support.extent import some_of

RUNS = 100


def run(program: str, ending: str = "") -> tuple[int, bytes, float]:
    """Exit code and standard error of a program, and how long the last part of it took."""
    whole = PREAMBLE + program + BEGINS_TO_END + ending
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, timeout=60)
    ended = time.monotonic()
    return done.returncode, done.stderr, ended - float(done.stdout.split()[0])


@pytest.mark.timeout(300)
def test_processes_that_end_while_ticking():
    chosen = some_of(itertools.islice(itertools.cycle(endings().items()), RUNS), step=4)  # each ending at least twice
    with ThreadPoolExecutor(2) as pool:
        problems = list(pool.map(lambda named: named[1].problem(), chosen))
    assert [(name, problem) for (name, _), problem in zip(chosen, problems, strict=True) if problem] == []


def test_a_callback_that_never_returns_does_not_keep_the_process():
    hang = textwrap.dedent("""
        started = threading.Event()
        stuck = sd.DisplayLink(lambda tick: (started.set(), threading.Event().wait()), clock="timer:1000")
        stuck.start()
        started.wait(10)
    """)
    code, stderr, took = run(hang)
    assert (code, stderr) == (0, b"")
    assert took < LIMIT


def test_a_waiting_thread_is_notified_that_the_process_ends():
    waiting = textwrap.dedent("""
        link = sd.DisplayLink(clock="timer:1")
        def wait():
            try:
                link.wait()
            except sd.LinkClosedError as error:
                print(error, flush=True)
        threading.Thread(target=wait).start()
    """)
    code, stderr, took = run(waiting)
    assert (code, stderr) == (0, b"")
    assert took < LIMIT


def test_links_made_after_the_end_get_a_clear_error():
    late = textwrap.dedent("""
        import atexit
        sys.modules.pop("sddisplaylink")
    """)
    program = (
        "import atexit, sys\n"
        "def late():\n"
        "    try:\n        sd.DisplayLink(clock='timer')\n"
        "    except sd.LinkClosedError as error:\n        print(error)\n"
        "atexit.register(late)\n"
        "import sddisplaylink as sd\n"
    )
    del late
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "exiting" in done.stdout


def test_interrupt_ends_a_wait_at_once():
    ending = textwrap.dedent("""
        import signal
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            link.wait(30)
        except KeyboardInterrupt:
            sys.exit(42)
    """)
    code, stderr, took = run('link = sd.DisplayLink(clock="timer:1")\n', ending)
    assert (code, stderr) == (42, b"")
    assert took < LIMIT


def test_a_thread_that_is_notified_at_the_very_end_can_still_read():
    """A callback may be under way when the clocks are stopped: what it asks of a player and a link is answered."""
    ending = textwrap.dedent("""
        from sddisplaylink.native import lib
        lib.sddl_shutdown(10**9)
        for shown in (player, closed):
            print(shown, shown.state, shown.rate, shown.mode, shown.loop_count, shown.late_policy, shown.stats)
            print(shown.frame_index, shown.loop_index, shown.current_frame, shown.is_closed)
        print(link, link.is_running, link.refresh_period, link.display, sd.diagnostics())
    """)
    code, stderr, _ = run(RUNNING + "closed = sd.AnimatedImagePlayer(player.image)\nclosed.close()\n", ending)
    assert (code, stderr) == (0, b"")


@pytest.mark.parametrize("notified", ["state_changed", "on_frame", "on_tick"])
def test_a_command_in_a_callback_at_the_very_end_is_not_reported(notified):
    ending = textwrap.dedent("""
        from sddisplaylink.native import lib
        from sddisplaylink.playback.observer import PlayerObserver
        def end(*_):
            lib.sddl_shutdown(10**9)
            player.pause()
        view = PlayerObserver()
        view.state_changed = end
    """)
    ending += {
        "state_changed": "player.attach(view)\nplayer.pause()\n",
        "on_frame": "player.on_frame = end\n",
        "on_tick": "ticking = sd.DisplayLink(end, clock='timer:1000')\nticking.start()\n",
    }[notified]
    ending += textwrap.dedent("""
        ended = threading.Event()
        while lib.sddl_subscriber_is_current(0, 0) != lib.SDDL_E_SHUTDOWN:
            ended.wait(0.01)
    """)
    code, stderr, _ = run(RUNNING, ending)
    assert (code, stderr) == (0, b"")
