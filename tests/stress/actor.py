"""One thread of the stress: its random numbers, its clock and its dispatcher, on which no other thread waits."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

import sddisplaylink as sd
from stress.world import ALLOWED, Broken, Interrupt, World

Action = Callable[["Actor"], object]
ACTIONS: dict[Action, float] = {}
"""Every action, and how often it is chosen in relation to the others."""


def action(weight: float) -> Callable[[Action], Action]:
    """Register a function as an action."""

    def register(function: Action) -> Action:
        ACTIONS[function] = weight
        return function

    return register


class Actor:
    """Does one random action after another. All that it shares with other actors is in the world."""

    def __init__(self, world: World, seed: str, left_out: frozenset[str] = frozenset()) -> None:
        self.world = world
        self.rng = random.Random(seed)
        self.clock = sd.ManualClock(self.rng.choice([60.0, 100.0, 1000.0]))
        self.dispatcher = sd.Dispatcher(thread=False)
        self._left_out = left_out
        self._actions = [each for each in ACTIONS if each.__name__ not in left_out]
        self._weights = [ACTIONS[each] for each in self._actions]

    def act(self) -> None:
        """Do one action. A failure is noted, an Interrupt is only counted."""
        (chosen,) = self.rng.choices(self._actions, self._weights)
        try:
            chosen(self)
        except ALLOWED:
            self.world.done["errors"] += 1
        except Interrupt:
            self.world.done["interrupts"] += 1
        except BaseException as error:
            self.world.fail(chosen.__name__, error)
        self.world.done[chosen.__name__] += 1

    def close(self) -> None:
        """End what is the actor's own, in the middle of whatever others do with players on it."""
        self.clock.close()
        self.dispatcher.close()

    # ---- for actions ----

    def pick(self, kind: list[Any]) -> Any:
        """One of the world's objects of that kind; ValueError if there is none."""
        picked = self.world.pick(kind, self.rng)
        if picked is None:
            raise ValueError("there is none")
        return picked

    def chance(self, probability: float) -> bool:
        """Whether it comes true."""
        return self.rng.random() < probability

    def choose_time(self) -> dict[str, Any]:
        """A clock and a dispatcher that suit each other, as arguments."""
        clock = self.rng.choice([self.clock, self.clock, "timer:240", "timer:1000", None])
        return {"clock": clock, "dispatcher": self.choose_dispatcher()}

    def choose_dispatcher(self) -> sd.Dispatcher | None:
        """The actor's own, the shared thread's, or one with a thread of its own, which ends with its last user."""
        kind = self.rng.choice(["own", "own", "shared", "shared", "shared", "new"])
        return sd.Dispatcher() if kind == "new" else self.dispatcher if kind == "own" else None


class LoopActor(Actor):
    """An actor on an asyncio loop, and on its dispatcher; the loop is closed in the middle of everything."""

    def __init__(self, world: World, seed: str, left_out: frozenset[str] = frozenset()) -> None:
        super().__init__(world, seed, left_out)
        self.dispatcher.close()
        self.dispatcher = sd.Dispatcher.for_asyncio()
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, count: int) -> None:
        """Do that many actions, with tasks beside them that iterate over frames and ticks."""
        for _ in range(count):
            if self.chance(0.1) and "async_iteration" not in self._left_out:
                self._tasks.append(asyncio.create_task(self._iterate()))
            if self._tasks and self.chance(0.1):
                self._tasks.pop(self.rng.randrange(len(self._tasks))).cancel()
            self.act()
            await asyncio.sleep(0)
        for task in self._tasks[::2]:  # asyncio.run() cancels the others
            task.cancel()

    async def _iterate(self) -> None:
        """Take a few frames or ticks."""
        self.world.done["async iterations"] += 1
        try:
            if self.chance(0.5):
                iterator: Any = self.pick(self.world.players).frames_async()
            else:
                iterator = aiter(self.pick(self.world.links))
            for _ in range(self.rng.randrange(1, 5)):
                await asyncio.wait_for(anext(iterator), 0.05)
            if self.chance(0.5):
                await iterator.aclose()
        except (*ALLOWED, TimeoutError, StopAsyncIteration):
            pass
        except Exception as error:
            self.world.fail("async iteration", error)


def make_callback(actor: Actor, target: list[Any]) -> Callable[..., object] | None:
    """A callback of one kind: none, one that counts, raises, commands its player, or lets go of it."""
    world = actor.world
    kind = actor.rng.choice(["none", "count", "count", "raise", "command", "drop", "keep"])
    # not for ever: one that seeks whenever a frame is shown causes another frame
    commands = actor.rng.choices(["play", "pause", "stop", "close", "seek"], k=20)

    def callback(*arguments: Any) -> None:
        world.done["callbacks"] += 1
        if kind == "raise":
            raise Broken("on purpose")
        if kind == "command" and commands:
            name = commands.pop()
            for player in target:
                command(player, name)
        elif kind == "drop":
            target.clear()
        elif kind == "keep" and arguments and isinstance(arguments[0], sd.Frame):
            world.frames.append(arguments[0])
            del world.frames[:-3]

    return None if kind == "none" else callback


def command(player: Any, name: str) -> None:
    """Call that method; what it may raise is no failure."""
    with contextlib.suppress(*ALLOWED):
        player.seek(0) if name == "seek" else getattr(player, name)()
