"""Where decoder="pillow" cannot give the pixels of decoder="auto"; docs/semantics.md has the same list."""

from __future__ import annotations

__all__ = ["pillow_cannot"]

# Why, and how such files are known: depth and colour type, and a chunk that they have.
_PILLOW_CANNOT = {
    "it drops the lower bytes of 16-bit RGB, and they decide what is transparent": (b"\x10\x02", b"tRNS"),
}


def pillow_cannot(data: bytes) -> str | None:
    """Why Pillow's codecs cannot give the right pixels of that file; None if they can."""
    for reason, (header, kind) in _PILLOW_CANNOT.items():
        if data[24:26] == header and kind in data:
            return reason
    return None
