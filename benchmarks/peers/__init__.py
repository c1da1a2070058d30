"""The libraries that are compared; each is used as its own documentation says."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.peers.graphics import PyAV, PyAVThreads, Pygame, Pyglet, QtMovie, QtReader, Skia
from benchmarks.peers.imaging import Imagecodecs, ImageIO, OpenCV, Pillow, Pyvips
from benchmarks.peers.ours import Ours, OursWithPillow
from benchmarks.peers.peer import Peer

__all__ = ["PEERS", "Peer", "load"]

PEERS: tuple[type[Peer], ...] = (
    Ours, OursWithPillow, Skia, QtReader, QtMovie, PyAV, PyAVThreads, OpenCV, Pyvips, Imagecodecs, ImageIO, Pygame,
    Pyglet, Pillow,
)  # fmt: skip


def load(names: Sequence[str] = ()) -> tuple[list[Peer], dict[str, str]]:
    """The peers of these names (default: all) that work here, and why the others do not."""
    loaded, skipped = [], {}
    for peer in PEERS:
        if names and peer.name not in names and peer is not Ours:
            continue
        try:
            loaded.append(peer())
        except Exception as error:  # whatever a broken installation comes up with
            skipped[peer.name] = f"{type(error).__name__}: {error}".splitlines()[0]
    return loaded, skipped
