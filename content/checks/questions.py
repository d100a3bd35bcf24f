"""Rules for the bank of questions: labels that exist, every line once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from content.bank import load_bank
from content.faults import Fault
from content.model import Pack


def check_questions(folders: Sequence[Path], pack: Pack) -> Iterator[Fault]:
    """Yield what is wrong with the bank of the given layers of packs."""
    yield from load_bank(folders, pack.topics).faults
