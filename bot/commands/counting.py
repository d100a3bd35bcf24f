"""Counts in the sentences of commands: `1 fault`, `2 faults`."""

from __future__ import annotations


def count_of(number: int, noun: str) -> str:
    """Return a number with its English noun, in the plural unless it is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
