"""WebP files put together chunk by chunk, so that also those can be had that no encoder writes."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from PIL import Image


def webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) & 1)


def webp_picture(picture: Image.Image, **options: object) -> bytes:
    """The chunks of a picture: VP8L, or VP8 with ALPH before it if it has alpha."""
    file = io.BytesIO()
    picture.save(file, "WEBP", **options)
    data, chunks, at = file.getvalue(), b"", 12
    while at < len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        end = at + 8 + size + (size & 1)
        if kind in (b"VP8 ", b"VP8L", b"ALPH"):
            chunks += data[at:end]
        at = end
    return chunks


def webp_frame(box: tuple[int, int, int, int], delay: int, flags: int, content: bytes) -> bytes:
    """An ANMF chunk; flags: 1 = dispose to background, 2 = replace instead of blending."""
    x, y, width, height = box
    numbers = [value.to_bytes(3, "little") for value in (x // 2, y // 2, width - 1, height - 1, delay)]
    return webp_chunk(b"ANMF", b"".join(numbers) + bytes([flags]) + content)


def webp_file(size: tuple[int, int], flags: int, loops: Sequence[int], content: bytes, *, background: int = 0) -> bytes:
    """An extended file; an ANIM chunk for each of the `loops`."""
    numbers = b"".join(value.to_bytes(3, "little") for value in (size[0] - 1, size[1] - 1))
    header = webp_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + numbers)
    animation = b"".join(webp_chunk(b"ANIM", struct.pack("<IH", background, plays)) for plays in loops)
    body = b"WEBP" + header + animation + content
    return b"RIFF" + struct.pack("<I", len(body)) + body
