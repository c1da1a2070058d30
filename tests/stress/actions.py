"""The actions: each calls a part of the public API on objects that any thread may be using, ending or dropping."""

from __future__ import annotations

import copy
import faulthandler
import gc
import os
import signal
import threading
import time
from itertools import islice
from typing import Any

import numpy

import sddisplaylink as sd
from stress.actor import Actor, action, make_callback
from stress.world import ALLOWED

CALLBACKS = ("on_frame", "on_loop", "on_finish", "on_error")
MOMENT = 0.01  # seconds: the longest that an action waits
CHILD_LIMIT = 30  # seconds for a forked child, which needs a moment

# ---- players ----


@action(6)
def make_player(actor: Actor) -> None:
    """Of a file, of an image that others use, or of one that is still coming in; it may hold itself in a cycle."""
    world, rng = actor.world, actor.rng
    sources: list[Any] = [*world.files.values(), *world.images[:], *(image for image, _ in world.incoming[:])]
    target: list[Any] = []
    options: dict[str, Any] = {name: make_callback(actor, target) for name in CALLBACKS}
    options |= actor.choose_time()
    player = sd.AnimatedImagePlayer(
        rng.choice(sources),
        rate=rng.choice([1.0, 1.0, 2.5, 0.0, -1.0, 50.0]),
        mode=rng.choice(list(sd.PlaybackMode)),
        loop_count=rng.choice([None, 0, 1, 3]),
        late_policy=rng.choice(["skip", "no_skip", "catch_up"]),
        max_buffer_bytes=rng.choice([None, 0, 5000, 100_000]),
        **options,
    )
    target.append(player)
    if actor.chance(0.8):
        player.play()
    world.add(world.players, player, rng)


@action(25)
def command_player(actor: Actor) -> None:
    player, rng = actor.pick(actor.world.players), actor.rng
    commands = "play play play pause stop seek rate mode loop_count late_policy cache_all_frames"
    name = rng.choice(commands.split())
    if name == "seek":
        player.seek(rng.randrange(-1, 45), rng.choice([None, None, 0, 2]))
    elif name == "rate":
        player.rate = rng.choice([0, 1, 2, -1, 0.1, 100])
    elif name == "mode":
        player.mode = rng.choice(list(sd.PlaybackMode))
    elif name == "loop_count":
        player.loop_count = rng.choice([None, 0, 1, 5])
    elif name == "late_policy":
        player.late_policy = rng.choice(["skip", "no_skip", "catch_up"])
    elif name == "cache_all_frames":
        player.cache_all_frames = rng.choice([True, False])
    else:
        getattr(player, name)()


@action(10)
def ask_player(actor: Actor) -> None:
    """Everything that can be read; the figures never contradict one another."""
    player = actor.pick(actor.world.players)
    frame = player.current_frame
    assert frame is None or (frame.index >= 0 and frame.rgba.shape == (*frame.size[::-1], 4))
    stats = player.stats
    assert min(stats.shown, stats.skipped, stats.late, stats.missed_ticks) >= 0
    assert isinstance(player.state, sd.PlayerState)
    repr((player, player.frame_index, player.loop_index, player.refresh_period, player.rate, player.mode))
    player.wait(actor.rng.choice([0, 0, MOMENT]))


@action(3)
def set_callback(actor: Actor) -> None:
    player = actor.pick(actor.world.players)
    setattr(player, actor.rng.choice(CALLBACKS), make_callback(actor, [player]))


@action(2)
def change_dispatcher(actor: Actor) -> None:
    actor.pick(actor.world.players).use_dispatcher(actor.choose_dispatcher() or actor.dispatcher)


@action(3)
def record_pacing(actor: Actor) -> None:
    world = actor.world
    recorder = world.pick(world.recorders, actor.rng)
    if recorder is None or actor.chance(0.3):
        world.add(world.recorders, actor.pick(world.players).record(actor.rng.choice([1, 100])), actor.rng)
    else:
        recorder.summary()
        if actor.chance(0.3):
            world.drop(world.recorders, actor.rng)


@action(6)
def end_player(actor: Actor) -> None:
    """Close one, or let go of it."""
    if actor.chance(0.3):
        actor.pick(actor.world.players).close()
    else:
        actor.world.drop(actor.world.players, actor.rng)


# ---- groups ----


@action(2)
def make_group(actor: Actor) -> None:
    world, rng = actor.world, actor.rng
    players = [world.pick(world.players, rng) for _ in range(rng.randrange(4))]
    world.add(world.groups, sd.PlayerGroup({player for player in players if player is not None}), rng)


@action(6)
def use_group(actor: Actor) -> None:
    world, rng = actor.world, actor.rng
    group = actor.pick(world.groups)
    name = rng.choice(["play", "pause", "stop", "seek", "rate", "add", "remove", "wait", "close", "drop"])
    if name == "seek":
        group.seek(rng.randrange(3))
    elif name == "rate":
        group.rate = rng.choice([0, 1, -2])
    elif name in ("add", "remove"):
        getattr(group, name)(actor.pick(world.players))
    elif name == "wait":
        group.wait(MOMENT)
    elif name == "drop":
        world.drop(world.groups, rng)
    else:
        getattr(group, name)()


# ---- links and clocks ----


@action(3)
def make_link(actor: Actor) -> None:
    world, target = actor.world, []
    link = sd.DisplayLink(make_callback(actor, target), **actor.choose_time())
    if actor.chance(0.8):
        link.start()
    world.add(world.links, link, actor.rng)


@action(8)
def use_link(actor: Actor) -> None:
    world, rng = actor.world, actor.rng
    link = actor.pick(world.links)
    name = rng.choice(["start", "start", "stop", "wait", "ask", "close", "drop", "drop"])
    if name == "wait":
        link.wait(MOMENT)
    elif name == "ask":
        repr((link, link.is_running, link.display, link.clock_name, link.refresh_period, link.refresh_rate))
    elif name == "drop":
        world.drop(world.links, rng)
    else:
        getattr(link, name)()


@action(20)
def let_time_pass(actor: Actor) -> None:
    """On the actor's own clock; or on its dispatcher alone."""
    if actor.chance(0.3):
        actor.dispatcher.run_pending()
    elif actor.chance(0.1):
        actor.clock.stall(actor.rng.random())
    else:
        actor.clock.advance(actor.rng.choice([0, 1 / 60, 0.02, 0.3 * actor.rng.random()]))


@action(1)
def replace_clock(actor: Actor) -> None:
    """Close the clock that players and links are on."""
    actor.clock.close()
    actor.clock = sd.ManualClock(actor.rng.choice([60.0, 1000.0]))


@action(3)
def keep_to_the_schedule(actor: Actor) -> None:
    """Whatever the others do: an undisturbed player shows what is due, and shown + skipped is what was due."""
    ticks = [actor.rng.randrange(2, 9) for _ in range(6)]  # of 10 ms, for each frame
    from support.images import GifPicture, build_gif

    data = build_gif([GifPicture(fill=at + 1, delay=count) for at, count in enumerate(ticks)], loop=0)
    clock, dispatcher = sd.ManualClock(100.0), sd.Dispatcher(thread=False)
    with sd.AnimatedImage.open(data, timing="raw") as image:
        player = sd.AnimatedImagePlayer(image, clock=clock, dispatcher=dispatcher)
        player.play()
        clock.advance(0.01)
        passed = 0
        for _ in range(actor.rng.randrange(1, 6)):
            step = actor.rng.randrange(1, 60)
            if actor.chance(0.5):
                clock.stall((step - 1) / 100)
                clock.advance(0.01)
            else:
                clock.advance(step / 100)
            passed += step
            due = frames_due(ticks, passed)
            stats = player.stats
            assert stats.shown + stats.skipped == due, (ticks, passed, stats, due)
            assert player.frame_index == (due - 1) % len(ticks), (ticks, passed, player.frame_index)
        player.close()
    clock.close()
    dispatcher.close()


def frames_due(ticks: list[int], passed: int) -> int:
    """How many frames have been due, that many ticks after the first one was shown."""
    loops, left = divmod(passed, sum(ticks))
    return loops * len(ticks) + sum(sum(ticks[:index]) <= left for index in range(len(ticks)))


# ---- images ----


@action(2)
def open_image(actor: Actor) -> None:
    data = actor.rng.choice(list(actor.world.files.values()))
    image = sd.AnimatedImage.open(data, decoder=actor.rng.choice(["auto", "pillow"]))
    actor.world.add(actor.world.images, image, actor.rng)


@action(8)
def use_image(actor: Actor) -> None:
    world, rng = actor.world, actor.rng
    image = actor.pick(world.images)
    name = rng.choice(["frame", "frame", "frame", "iterate", "purge", "ask", "close", "drop"])
    if name == "frame":
        frame = image.frame(rng.randrange(-3, 40))
        assert numpy.asarray(frame).shape == (*frame.size[::-1], 4)
        frame.buffer(rng.choice(["BGRA", "BGRa", "RGBA"]))
    elif name == "iterate":
        for frame in islice(image, 5):
            assert frame.image.size == image.size
    elif name == "ask":
        repr((image, image.format, image.durations, image.loop_count, image.truncated, copy.copy(image.size)))
    elif name == "drop":
        world.drop(world.images, rng)
    else:
        getattr(image, name)()


@action(2)
def begin_download(actor: Actor) -> None:
    world, data = actor.world, actor.rng.choice(list(actor.world.files.values()))
    if actor.chance(0.2):
        data = data[: actor.rng.randrange(len(data))]
    size = actor.rng.choice([7, 100, 1000])
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    world.add(world.incoming, (sd.IncrementalImage(), pieces[::-1]), actor.rng)


@action(15)
def go_on_with_download(actor: Actor) -> None:
    world, rng = actor.world, actor.rng
    image, pieces = actor.pick(world.incoming)
    if pieces and not actor.chance(0.02):
        for _ in range(min(len(pieces), rng.randrange(1, 8))):
            image.feed(pieces.pop())
    elif actor.chance(0.5):
        image.finish()
        repr((image, image.frame_count, image.truncated, image.durations))
    elif actor.chance(0.5):
        image.close()
    else:
        world.drop(world.incoming, rng)


# ---- the process ----


@action(2)
def collect(actor: Actor) -> None:
    gc.collect()


@action(2)
def ask_diagnostics(actor: Actor) -> None:
    assert all(value >= 0 for value in sd.diagnostics().values() if isinstance(value, int))


@action(2)
def take_frames(actor: Actor) -> None:
    """Iterate over frames or ticks that come from a timer; an iterator may be let go of half-way."""
    rng = actor.rng
    data = actor.world.files["gif, three plays"]
    if actor.chance(0.5):
        player = sd.AnimatedImagePlayer(data, clock="timer:1000", rate=20.0, loop_count=rng.choice([0, 1]))
        for frame in islice(player.frames(), rng.randrange(1, 4)):
            assert frame.size == (4, 3)
    else:
        with sd.DisplayLink(clock="timer:1000") as link:
            for tick in islice(link, rng.randrange(1, 4)):
                assert tick.period > 0


@action(0.3)
def fork(actor: Actor) -> None:
    """The child of any thread gets the one error for whatever it calls, and ends."""
    world = actor.world
    calls = [sd.diagnostics, sd.ManualClock, sd.Dispatcher, lambda: actor.clock.advance(1)]
    calls += [player.play for player in world.players[:3]] + [link.start for link in world.links[:3]]
    is_main = threading.current_thread() is threading.main_thread()
    if is_main:
        world.main_forks = True
    child = os.fork()
    if is_main:
        world.main_forks = False
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        faulthandler.register(signal.SIGALRM, chain=True)  # says where it hangs, and ends it
        signal.alarm(CHILD_LIMIT)
        os._exit(run_child(calls))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        world.fail(f"the forked child ended with {code} ({-signal.SIGALRM}: it hung)")


def run_child(calls: list[Any]) -> int:
    """The exit code: 1 + the number of the first call that goes wrong."""
    for number, call in enumerate(calls):
        try:
            call()
        except sd.ForkedProcessError:
            continue
        except ALLOWED:
            if number > 3:
                continue  # what has been closed says so
        return 1 + number
    return 0


@action(0.5)
def idle(actor: Actor) -> None:
    """Let others run for a moment."""
    time.sleep(actor.rng.random() * MOMENT)
