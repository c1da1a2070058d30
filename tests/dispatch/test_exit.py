"""The process ends: at once, with the right code and a silent stderr, whatever is still running."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

RUNS = 100
LIMIT = 3.0  # seconds from the moment at which the program begins to end
BEGINS_TO_END = "print(time.monotonic(), flush=True)\n"

PREAMBLE = """
import io, os, sys, threading, time
import sddisplaylink as sd
from PIL import Image
"""

RUNNING = """
link = sd.DisplayLink(lambda tick: None, clock="timer:1000")
link.start()
pulled = sd.DisplayLink(clock="timer:1000")
pulled.start()
frames = [Image.new("RGBA", (32, 32), (n, n, n, 255)) for n in range(0, 250, 10)]
data = io.BytesIO()
frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=20, loop=0)
player = sd.AnimatedImagePlayer(data.getvalue(), on_frame=lambda frame: None, clock="timer:1000")
player.play()
pulled.wait(1)
"""

ENDINGS = {
    "just ends": ("", 0, b""),
    "sys.exit": ("sys.exit(7)", 7, b""),
    "raises": ("raise RuntimeError('on purpose')", 1, b"RuntimeError: on purpose"),
    "os._exit": ("os._exit(5)", 5, b""),
    "sys.exit in a thread": ("threading.Thread(target=sys.exit).start()", 0, b""),
    "thread that iterates": (
        "on = threading.Event(); threading.Thread(target=lambda: [on.set() for _ in pulled]).start(); on.wait()",
        0, b"",
    ),
    "objects in cycles": ("link.self = link; player.self = player; del link, player", 0, b""),
    "globals torn down": ("sys.modules['__main__'].keep = [link, player, pulled]", 0, b""),
    "user's atexit stops": ("import atexit; atexit.register(link.stop); atexit.register(player.close)", 0, b""),
    "dispatcher of its own": (
        "d = sd.Dispatcher(); l = sd.DisplayLink(print, clock='timer:5', dispatcher=d); d.post(int)", 0, b"",
    ),
}  # fmt: skip


def run(program: str, ending: str = "") -> tuple[int, bytes, float]:
    """Exit code and standard error of a program, and how long the last part of it took."""
    whole = PREAMBLE + program + BEGINS_TO_END + ending
    done = subprocess.run([sys.executable, "-c", whole], capture_output=True, timeout=60)
    ended = time.monotonic()
    return done.returncode, done.stderr, ended - float(done.stdout.split()[0])


@pytest.mark.timeout(300)
def test_a_hundred_processes_that_end_while_ticking():
    endings = list(ENDINGS.values())
    chosen = [endings[n % len(endings)] for n in range(RUNS)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda ending: run(RUNNING, ending[0]), chosen))
    for (ending, code, last_words), (returned, stderr, took) in zip(chosen, results, strict=True):
        assert returned == code, (ending, stderr)
        assert stderr.strip().endswith(last_words) and (last_words or not stderr), (ending, stderr)
        assert took < LIMIT, ending


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
