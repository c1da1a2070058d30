"""What all threads of the stress share: the files, the objects that they have made, and the failures."""

from __future__ import annotations

import contextlib
import io
import random
import threading
import traceback
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeVar

from PIL import Image

import sddisplaylink as sd
from support.images import GifPicture, PngPicture, build_apng, build_gif

MOST = 12
"""Objects of one kind at a time: a new one takes the place of another, which is dropped."""

Kind = TypeVar("Kind")


class Broken(Exception):
    """What callbacks raise on purpose."""


class Interrupt(KeyboardInterrupt):
    """What the handler of the alarm raises in the main thread, at any moment."""


ALLOWED = (sd.SDDisplayLinkError, ValueError, IndexError, Broken)
"""What a call may raise: errors of the library, and for arguments that do not suit the image."""


def make_files() -> dict[str, bytes]:
    """Small animations of every format; one of them is broken in the middle."""
    tiles = [GifPicture(6, 5, at % 7, at % 5, fill=at, delay=1 + at % 4, transparent=0) for at in range(1, 40)]
    pillow = [Image.new("RGB", (24, 16), (at * 20, 0, 0)) for at in range(8)]
    webp = io.BytesIO()
    pillow[0].save(webp, "WEBP", save_all=True, append_images=pillow[1:], duration=30, loop=0)
    return {
        "gif": build_gif([GifPicture(32, 24, delay=2), *tiles], size=(32, 24), loop=0),
        "gif, three plays": build_gif([GifPicture(fill=at, delay=2) for at in range(4)], loop=2),
        "gif, one frame": build_gif([GifPicture()]),
        "gif, broken": build_gif([GifPicture(delay=5), GifPicture(delay=5, data=b"\x0c\x01\xff\x00")], loop=0),
        "apng": build_apng(
            [PngPicture(20, 10, delay=(20, 1000))]
            + [PngPicture(5, 4, at, at % 6, (at, 9, 9, 120), blend=1, delay=(20, 1000)) for at in range(12)]
        ),
        "webp": webp.getvalue(),
    }


@dataclass
class World:
    """Everything that is alive in a round. Lists alone: what appends and pops needs no lock."""

    files: dict[str, bytes]
    players: list[sd.AnimatedImagePlayer] = field(default_factory=list)
    links: list[sd.DisplayLink] = field(default_factory=list)
    groups: list[sd.PlayerGroup] = field(default_factory=list)
    images: list[sd.AnimatedImage] = field(default_factory=list)
    recorders: list[sd.PacingRecorder] = field(default_factory=list)
    frames: list[sd.Frame] = field(default_factory=list)
    incoming: list[tuple[sd.IncrementalImage, list[bytes]]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    """How often each action was done, and callbacks were run."""
    main_forks: bool = False
    """Whether the main thread is in ``os.fork()``: an exception in there leaves locks of ``logging`` taken for ever."""
    failures: list[str] = field(default_factory=list)

    def add(self, kind: list[Kind], made: Kind, rng: random.Random) -> Kind:
        """Add an object; drop another where there are many."""
        kind.append(made)
        if len(kind) > MOST:
            self.drop(kind, rng)
        return made

    def pick(self, kind: list[Kind], rng: random.Random) -> Kind | None:
        """One of the objects; None if there is none."""
        chosen = rng.random()
        try:
            return kind[int(chosen * len(kind))]
        except IndexError:
            return None

    def drop(self, kind: list[Any], rng: random.Random) -> None:
        """Let go of one of the objects."""
        chosen = rng.random()
        with contextlib.suppress(IndexError):
            del kind[int(chosen * len(kind))]

    def clear(self) -> None:
        """Let go of all objects."""
        for kind in (self.groups, self.players, self.links, self.recorders, self.frames, self.incoming, self.images):
            kind.clear()

    def fail(self, what: str, error: BaseException | None = None) -> None:
        """Note a failure, with the traceback of the error."""
        lines = [] if error is None else traceback.format_exception(error)
        self.failures.append(f"[{threading.current_thread().name}] {what}\n{''.join(lines)}")
