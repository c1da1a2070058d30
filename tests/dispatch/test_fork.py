"""After fork() the child gets one clear error, and the parent plays on."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")

PROGRAM = textwrap.dedent("""
    import io, os, sys, warnings
    import sddisplaylink as sd
    from PIL import Image

    warnings.simplefilter("ignore")
    frames = [Image.new("RGB", (8, 8), (n, 0, 0)) for n in range(0, 250, 25)]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=20, loop=0)

    link = sd.DisplayLink(clock="timer:1000")
    link.start()
    shown = []
    player = sd.AnimatedImagePlayer(data.getvalue(), on_frame=shown.append, clock="timer:1000")
    player.play()
    dispatcher = sd.Dispatcher(thread=False)
    clock = sd.ManualClock()

    def child():
        tries = [
            lambda: sd.DisplayLink(clock="timer"), link.start, lambda: link.wait(1), lambda: next(iter(link)),
            lambda: sd.AnimatedImagePlayer(data.getvalue(), clock="timer"), player.play, lambda: player.seek(1),
            sd.diagnostics, sd.ManualClock, lambda: clock.advance(1), sd.Dispatcher, dispatcher.run_pending,
            lambda: next(player.frames()),
        ]
        for number, attempt in enumerate(tries):
            try:
                attempt()
            except sd.ForkedProcessError:
                continue
            os.write(2, f"try {number} did not raise\\n".encode())
            return 1
        if "of the parent process" not in repr(player):
            os.write(2, f"{player!r} {link!r}\\n".encode())
            return 1
        link.stop(); link.close(); player.close()
        return 0

    for round in range(20):
        pid = os.fork()
        if pid == 0:
            sys.exit(child())
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0:
            sys.exit(1)
    before = link.wait(5).sequence
    while link.wait(5).sequence < before + 50:
        pass
    count = len(shown)
    while len(shown) < count + 3:
        link.wait(5)
    print("parent played on")
""")


def test_child_gets_an_error_and_the_parent_plays_on():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout, done.stderr) == (0, "parent played on\n", "")


LOOP_PROGRAM = textwrap.dedent("""
    import asyncio, io, os, sys, warnings
    import sddisplaylink as sd
    from PIL import Image

    warnings.simplefilter("ignore")
    frames = [Image.new("RGB", (8, 8), (n, 0, 0)) for n in range(0, 250, 25)]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=20, loop=0)
    players = [sd.AnimatedImagePlayer(data.getvalue(), clock="timer:1000") for _ in range(2)]
    link = sd.DisplayLink(clock="timer:1000")
    events = asyncio.new_event_loop()
    loops = [players[0].frames(), iter(link)]
    [next(loop) for loop in loops]
    loops.append(players[1].frames_async())
    events.run_until_complete(loops[-1].__anext__())
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        events.run_until_complete(loops[-1].aclose())
        events.close()
    else:
        loops.clear()
        code = 0
    sys.exit(code)
""")


def test_loops_that_were_begun_before_end_in_the_child_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", LOOP_PROGRAM], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")


BUSY_PROGRAM = textwrap.dedent("""
    import os, signal, sys, threading, time, warnings
    import sddisplaylink as sd
    from sddisplaylink.dispatch.dispatcher import default_dispatcher

    warnings.simplefilter("ignore")
    entered, leave = threading.Event(), threading.Event()

    def stay(tick):
        entered.set()
        leave.wait()

    clock = sd.ManualClock()
    link = sd.DisplayLink(stay, clock=clock)
    link.start()
    advancing = threading.Thread(target=clock.advance, args=(0.02,))
    advancing.start()
    entered.wait()
    tries = [
        lambda: clock.advance(1), lambda: clock.stall(1), lambda: default_dispatcher().flush(clock.handle),
        lambda: default_dispatcher().run_due(clock.handle), link.start,
    ]
    child = os.fork()
    if child == 0:  # the other thread's locks are held for ever, and its callback is never left
        signal.alarm(60)
        begin = time.monotonic()
        for number, attempt in enumerate(tries):
            try:
                attempt()
            except sd.ForkedProcessError:
                continue
            os._exit(1 + number)
        link.stop()
        link.close()
        os._exit(100 if time.monotonic() > begin + 0.9 else 0)  # one second is waited for a callback
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    leave.set()
    advancing.join()
    link.close()
    sys.exit(code)
""")


def test_a_child_does_not_wait_for_what_other_threads_held() -> None:
    done = subprocess.run([sys.executable, "-c", BUSY_PROGRAM], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")


EXITING = textwrap.dedent("""
    import os, sys, warnings
    import sddisplaylink as sd

    warnings.simplefilter("ignore")
    clock, dispatcher = sd.ManualClock(), sd.Dispatcher(thread=False)
    codes = []

    def fork(_):
        child = os.fork()
        if not child:
            sys.exit(5)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    options = {"clock": clock, "dispatcher": dispatcher}
    player = sd.AnimatedImagePlayer(sys.argv[1], on_frame=fork, **options)
    with player, sd.DisplayLink(fork, **options):
        player.play()
        clock.advance(0.1)
    assert len(codes) > 2 and set(codes) == {5}, codes
""")


def test_a_child_that_a_callback_has_forked_ends_as_it_says() -> None:
    ball = Path(__file__).resolve().parents[2] / "examples" / "ball.gif"
    done = subprocess.run([sys.executable, "-c", EXITING, str(ball)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
