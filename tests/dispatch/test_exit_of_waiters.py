"""The process ends while threads wait for ticks and frames: at once, with exit code 0, and nothing on stderr."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

LIMIT = 10.0  # of the whole process; none of them takes one second

SUBJECTS = """
import io
from PIL import Image

frames = [Image.new("RGB", (8, 8), (n, 0, 0)) for n in range(0, 250, 25)]
data = io.BytesIO()
frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=20, loop=0)
image = sd.AnimatedImage.open(data.getvalue())
link = sd.DisplayLink(clock="timer:1000")
link.start()
player = sd.AnimatedImagePlayer(image, clock="timer:1000")
player.play()
iterated = sd.AnimatedImagePlayer(image, clock="timer:1000")
idle = sd.Dispatcher(thread=False)
slow = sd.DisplayLink(clock="timer:1")
slow.start()
entered = threading.Event()

def run(call):
    entered.set()
    call()

def until_it_waits():
    entered.wait(10)
    for _ in range(20):
        link.wait(10)
"""

WAITS = {
    "player.wait": "player.wait()",
    "player.wait with a timeout": "player.wait(3600)",
    "link.wait": "[link.wait() for _ in iter(int, 1)]",
    "slow link.wait": "slow.wait()",
    "for tick in link": "[None for tick in link]",
    "player.frames": "list(iterated.frames())",
    "dispatcher.wait": "idle.wait()",
    "frames_async": "__import__('asyncio').run(collect(iterated.frames_async()))",
    "async for": "__import__('asyncio').run(collect(link))",
}
COLLECT = """
async def collect(items):
    return [item async for item in items]
"""

THREADS = {
    "daemon": "threading.Thread(target=run, args=(wait,), daemon=True).start()",
    "not daemon": "threading.Thread(target=run, args=(wait,)).start()",
    "executor": "executor = ThreadPoolExecutor(); executor.submit(run, wait)",
    "asyncio's executor": textwrap.dedent("""
        import asyncio
        async def main():
            asyncio.get_running_loop().run_in_executor(None, run, wait)
            until_it_waits()
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
    """),
}

IMPORTS = {
    "executors first": "import threading\nimport concurrent.futures.thread\nimport sddisplaylink as sd",
    "executors later": "import threading\nimport sddisplaylink as sd\nimport concurrent.futures.thread",
}
EXECUTOR = "from concurrent.futures import ThreadPoolExecutor"


def run(program: str) -> tuple[int, str, bool]:
    """The exit code of a program, its standard error, and whether it ended in time."""
    begin = time.monotonic()
    try:
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=2 * LIMIT)
    except subprocess.TimeoutExpired:
        return -1, "does not end", False
    return done.returncode, done.stderr, time.monotonic() - begin < LIMIT


@pytest.mark.timeout(300)
def test_waiting_threads_do_not_delay_the_exit() -> None:
    programs = {
        (wait, kind, order): "\n".join(
            [imports, EXECUTOR, SUBJECTS, COLLECT, f"wait = lambda: {call}", thread, "until_it_waits()"]
        )
        for (wait, call), (kind, thread), (order, imports) in itertools.product(
            WAITS.items(), THREADS.items(), IMPORTS.items()
        )
        if "executor" in kind or order == "executors later"
    }
    with ThreadPoolExecutor(2) as pool:
        results = dict(zip(programs, pool.map(run, programs.values()), strict=True))
    assert {case: result for case, result in results.items() if result != (0, "", True)} == {}


OTHER_ENDINGS = {
    "callbacks that ask the player": """
        def ask(frame):
            player.state, player.rate, player.stats, player.frame_index, link.refresh_period
        for _ in range(8):
            each = sd.AnimatedImagePlayer(image, clock="timer:1000", on_frame=ask)
            each.play()
            sys.modules[__name__].__dict__.setdefault("kept", []).append(each)
        until = [link.wait(10) for _ in range(20)]
    """,
    "a daemon thread that uses everything": """
        def use():
            while True:
                player.seek(1); player.rate = 2; player.pause(); player.play(); link.wait(0); link.stop(); link.start()
                sd.AnimatedImagePlayer(image, clock="timer:1000").play()
        threading.Thread(target=use, daemon=True).start()
        until = [slow.wait(0.05)]
    """,
    "multiprocessing": """
        import multiprocessing
        context = multiprocessing.get_context("fork")
        threading.Thread(target=player.wait, daemon=True).start()
        threading.Thread(target=list, args=(iterated.frames(),), daemon=True).start()
        processes = [context.Process(target=int) for _ in range(5)]
        [process.start() for process in processes]
        [process.join() for process in processes]
        assert [process.exitcode for process in processes] == [0] * 5
    """,
    "forked children that end as usual": """
        import os
        threading.Thread(target=player.wait, daemon=True).start()
        threading.Thread(target=lambda: [player.wait(0) for _ in iter(int, 1)], daemon=True).start()
        for _ in range(10):
            if (child := os.fork()) == 0:
                break
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    """,
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork()")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("ending", OTHER_ENDINGS)
def test_nothing_is_printed_at_the_exit(ending: str) -> None:
    quiet = "import warnings; warnings.simplefilter('ignore')\nimport sys, threading\nimport sddisplaylink as sd"
    program = "\n".join([quiet, SUBJECTS, textwrap.dedent(OTHER_ENDINGS[ending])])
    for _ in range(5):
        assert run(program) == (0, "", True)
