"""Programs that end while something plays, ticks or waits: what each must leave behind is its exit code and no word."""

from __future__ import annotations

import itertools
import subprocess
import sys
import textwrap
import time
from typing import NamedTuple

LIMIT = 3.0  # seconds from the moment at which the program begins to end
PATIENCE = 60.0
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
    "loop that was left": ("loop = player.frames(); next(loop)", 0, b""),
    "globals torn down": ("sys.modules['__main__'].keep = [link, player, pulled]", 0, b""),
    "user's atexit stops": ("import atexit; atexit.register(link.stop); atexit.register(player.close)", 0, b""),
    "dispatcher of its own": (
        "d = sd.Dispatcher(); l = sd.DisplayLink(print, clock='timer:5', dispatcher=d); d.post(int)", 0, b"",
    ),
}  # fmt: skip
"""What a program with `RUNNING` does at last, its exit code, and how its standard error ends."""

SUBJECTS = """
import io, time
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

QUIET = "import warnings; warnings.simplefilter('ignore')\nimport sys, threading\nimport sddisplaylink as sd"
OTHERS = {
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
"""They need os.fork()."""


class Situation(NamedTuple):
    """A program, its exit code, and how its standard error ends: nothing may be on it but such an end."""

    program: str
    code: int = 0
    last_words: bytes = b""

    def problem(self) -> str:
        """Run the program; in words what is wrong with its end, "" if nothing is."""
        try:
            done = subprocess.run([sys.executable, "-c", self.program], capture_output=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return "it does not end"
        took = time.monotonic() - float(done.stdout.split()[-1])
        if done.returncode != self.code:
            return f"exit code {done.returncode}, not {self.code}: {done.stderr!r}"
        if not done.stderr.strip().endswith(self.last_words) or (done.stderr and not self.last_words):
            return f"on standard error: {done.stderr!r}"
        return f"it took {took:.1f} s" if took > LIMIT else ""


def endings() -> dict[str, Situation]:
    """Programs in which everything runs, that end in all sorts of ways."""
    return {
        name: Situation(PREAMBLE + RUNNING + BEGINS_TO_END + ending, code, last_words)
        for name, (ending, code, last_words) in ENDINGS.items()
    }


def waiters() -> dict[str, Situation]:
    """Programs that end while a thread of some kind waits for something."""
    found = {}
    for wait, thread, imports in itertools.product(WAITS, THREADS, IMPORTS):
        if "executor" in thread or imports == "executors later":
            lines = IMPORTS[imports], EXECUTOR, SUBJECTS, COLLECT, f"wait = lambda: {WAITS[wait]}", THREADS[thread]
            program = "\n".join([*lines, "until_it_waits()", BEGINS_TO_END])
            found[f"{wait} in {thread}, {imports}"] = Situation(program)
    return found


def others() -> dict[str, Situation]:
    """Programs that fork, or that use everything until the very end."""
    return {
        name: Situation("\n".join([QUIET, SUBJECTS, textwrap.dedent(program), BEGINS_TO_END]))
        for name, program in OTHERS.items()
    }
