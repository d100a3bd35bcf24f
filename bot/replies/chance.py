"""Chance that can be repeated: the same numbers always draw the same lot."""

from __future__ import annotations

from hashlib import blake2b


def draw(*parts: int | str) -> int:
    """Return a number of 64 bits that looks random and depends on nothing but `parts`."""
    text = "\0".join(str(part) for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
