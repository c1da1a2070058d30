"""`PYTHONPATH=tests python -m stress.run --seed 7 --seconds 600`: rounds of random calls; what must hold after each.

A failure names the seed of its round; `--seed` with that one repeats its calls, though the threads may take turns in
another order; `--threads 0` leaves the main one and that of the asyncio loop.
"""

from __future__ import annotations

import argparse
import asyncio
import faulthandler
import gc
import importlib
import pkgutil
import random
import signal
import sys
import threading
import time
import warnings
from collections import Counter
from typing import Any

import PIL.Image

import stress.actions  # noqa: F401 - registers them
from sddisplaylink import decoders, dispatch, machine, playback
from stress.actor import ACTIONS, Actor, LoopActor
from stress.world import ALLOWED, Interrupt, World, make_files
from support.window_driver import resident_bytes, resources

PATIENCE = 60.0  # seconds until nothing is left, which takes one or two
ROUND_LIMIT = 240.0  # seconds for a round of a few
FLAT = 32 << 20  # bytes that the process may grow by after its first rounds
WARM_UP = 3  # rounds
OTHERS = ("async_iteration", "interrupts")
"""What can be left out beside the actions."""
KNOWN_FAULTS: frozenset[str] = frozenset()
"""What finds faults that are not mended yet: left out unless `--without` says otherwise."""
NOTHING = ("links", "players", "sources", "running_sources", "native_threads", "decode_threads", "pool_bytes")


def main() -> int:
    """Run rounds until the time is over; 1 if something failed."""
    options = parse()
    warnings.simplefilter("ignore")  # of forks in a process with threads, and of tasks that were never awaited
    gc.set_threshold(100, 5, 5)  # so that the collector, and what it ends, runs on every thread
    import_all()
    files, end, sizes, number = make_files(), time.monotonic() + options.seconds, [], 0
    total: Counter[str] = Counter()
    while number == 0 or time.monotonic() < end:
        faulthandler.dump_traceback_later(ROUND_LIMIT, exit=True)
        seed = options.seed + number
        world = run_round(World(files), seed, options)
        failures = world.failures + left_over()
        if options.may_grow:
            first.pop("descriptors", None)
        sizes.append(resident_bytes())
        if len(sizes) > WARM_UP and not options.may_grow and sizes[-1] > sizes[WARM_UP - 1] + FLAT:
            failures.append(f"memory grew: {[size >> 20 for size in sizes]} MB")
        total += world.done
        done = sum(world.done.values())
        print(f"seed {seed}: {done} calls, {world.done['callbacks']} callbacks, {sizes[-1] >> 20} MB", flush=True)
        if failures:
            print(f"seed {seed} failed:\n" + "\n".join(failures), file=sys.stderr)
            return 1
        number += 1
    print(", ".join(f"{total[name]} {name}" for name in ("callbacks", "interrupts", "fork", "errors")))
    print(f"{sum(total.values())} calls and callbacks in {number} rounds", flush=True)
    return 0


def import_all() -> None:
    """Import what calls would import when they are first made.

    Python's import system is itself written in Python: an exception out of a signal's handler between two of
    its lines leaves the lock of all imports taken for ever. No library can mend that.
    """
    PIL.Image.init()
    for package in (decoders, dispatch, machine, playback):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for name in ("csv", "json", "logging", "platform", "shutil", "tempfile"):
        importlib.import_module(name)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stress.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first round; each other one has the next")
    parser.add_argument("--seconds", type=float, default=0.0, help="time for rounds; at least one is run")
    parser.add_argument("--threads", type=int, default=3, help="beside the main one and that of the asyncio loop")
    parser.add_argument("--calls", type=int, default=300, help="of each thread in a round")
    parser.add_argument(
        "--may-grow",
        action="store_true",
        help="memory and descriptors may: a sanitizer holds both",
    )
    known = ",".join(sorted(KNOWN_FAULTS))
    parser.add_argument("--without", default=known, help="what to leave out, joined by commas (default: %(default)s)")
    options = parser.parse_args()
    options.without = frozenset(filter(None, options.without.split(",")))
    names = {action.__name__ for action in ACTIONS} | set(OTHERS)
    if unknown := options.without - names:
        parser.error(f"{', '.join(unknown)}: not one of {', '.join(sorted(names))}")
    return options


def run_round(world: World, seed: int, options: argparse.Namespace) -> World:
    """All threads make their calls; then everything is dropped."""
    left_out = options.without
    hear_hooks(world)
    threads = [
        threading.Thread(target=act, args=(world, f"{seed}/{name}", options.calls, left_out), name=f"actor {name}")
        for name in range(options.threads)
    ]
    loop = (world, f"{seed}/loop", options.calls, left_out)
    threads.append(threading.Thread(target=act_in_loops, args=loop, name="actor loop"))
    for thread in threads:
        thread.start()
    act_interrupted(world, f"{seed}/main", options.calls, left_out)
    for thread in threads:
        thread.join()
    world.clear()
    return world


def hear_hooks(world: World) -> None:
    """What Python itself would print is a failure, unless it was raised on purpose and its player was dropped."""

    def note(error: BaseException | None, where: object) -> None:
        try:
            if not isinstance(error, (Interrupt, *ALLOWED)):
                world.fail(f"unraisable in {where}", error)
        except Interrupt:  # it came in here: Python would print it
            note(error, where)

    sys.unraisablehook = lambda said: note(said.exc_value, said.object)
    threading.excepthook = lambda said: note(said.exc_value, said.thread)
    sys.excepthook = lambda kind, error, traceback: note(error, "excepthook")


def act(world: World, seed: str, calls: int, left_out: frozenset[str]) -> None:
    """One thread's calls."""
    actor = Actor(world, seed, left_out)
    for _ in range(calls):
        actor.act()
    actor.close()


def act_in_loops(world: World, seed: str, calls: int, left_out: frozenset[str]) -> None:
    """The same in asyncio loops, one after the other."""
    for number in range(4):

        async def run(name: str = f"{seed}/{number}") -> None:
            await LoopActor(world, name, left_out).run(calls // 4)

        asyncio.run(run())


def act_interrupted(world: World, seed: str, calls: int, left_out: frozenset[str]) -> None:
    """The same on the main thread, while an alarm raises in the middle of calls."""
    rng, armed = random.Random(seed), False

    def interrupt(*arguments: Any) -> None:
        if armed:
            signal.setitimer(signal.ITIMER_REAL, 0.001 + 0.01 * rng.random())
            if not world.main_forks:
                raise Interrupt

    actor = Actor(world, seed, left_out)
    former = signal.signal(signal.SIGALRM, interrupt)
    if "interrupts" not in left_out:
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    for _ in range(calls):
        try:
            armed = True
            actor.act()
        except Interrupt:
            pass
        finally:
            armed = False
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, former)
    actor.close()


first: dict[str, Any] = {}


def left_over() -> list[str]:
    """What is still there, once threads and clocks have had time to end."""
    end = time.monotonic() + PATIENCE
    while (problems := look()) and time.monotonic() < end:
        time.sleep(0.05)
    if not first:
        first.update(resources())
    return problems


def look() -> list[str]:
    """What is there that should not be."""
    import sddisplaylink as sd

    gc.collect()
    counts, now = sd.diagnostics(), resources()
    problems = [f"{name} is {counts[name]}" for name in NOTHING if counts[name]]
    if first and now["native_threads"] < first["native_threads"]:  # one was still ending when it was counted
        first["native_threads"] = now["native_threads"]
    problems += [f"{name} was {first[name]}, is {now[name]}" for name in first if now[name] != first[name]]
    return problems


if __name__ == "__main__":
    sys.exit(main())
