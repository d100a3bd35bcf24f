"""A made-up picture to send: a small PNG landscape, drawn without any library."""

from __future__ import annotations

import struct
import zlib
from functools import cache

_SKY = ((249, 214, 180), (126, 166, 210))
_HILLS = ((92, 134, 118), (58, 96, 92))


@cache
def fake_photo(width: int, height: int) -> bytes:
    """Return a PNG of `width` x `height` pixels: a sky, a sun and two hills."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(_colour(x / width, y / height, width / height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 6))
        + _chunk(b"IEND", b"")
    )


def _colour(x: float, y: float, ratio: float) -> tuple[int, int, int]:
    near = 0.78 - 0.9 * (x - 0.8) ** 2 + 0.05
    far = 0.72 - 0.6 * (x - 0.25) ** 2
    if y > 1.45 - near:
        return _HILLS[1]
    if y > 1.3 - far:
        return _HILLS[0]
    if ((x - 0.68) * ratio) ** 2 + (y - 0.3) ** 2 < 0.012:
        return (255, 244, 220)
    low, high = _SKY
    return (
        round(high[0] + (low[0] - high[0]) * y),
        round(high[1] + (low[1] - high[1]) * y),
        round(high[2] + (low[2] - high[2]) * y),
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
