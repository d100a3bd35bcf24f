"""Which version of an item of the pack a reader sees, so that they can be told when it was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import blake2b

from content.entries import Entry
from content.model import WORLD, Pack


def item_version(pack: Pack, item: str, language: str) -> str | None:
    """Return the version of an item as it reads in a language; None when the pack has no such item.

    Items are `topic:ID`, `tip:ID`, `stats:ID` (the figures of a `stats-*` topic) and `helplines:COUNTRY`. A version is
    the date of the last review, where there is one, and a short hash of what is said: `en-2026-11-02-1f9c3a`.
    """
    kind, _, name = item.partition(":")
    match kind:
        case "topic":
            found = pack.topic_text(name, language)
            if found is None:
                return None
            return f"{found[1]}-{found[0].reviewed}-{_hash([found[0]])}"
        case "tip":
            tip = pack.tips.get(name)
            if tip is None:
                return None
            words = pack.languages[language].tips.get(name, "") if language in pack.languages else ""
            return f"{language}-{tip.reviewed}-{_hash([tip], words)}"
        case "stats":
            numbers: list[Entry] = [one for one in pack.figures.values() if one.topic == name]
            numbers += [one for one in pack.series.values() if one.topic == name]
            return f"figures-{_hash(numbers)}" if numbers else None
        case "helplines":
            lines = list(pack.helplines.get(name, {}).values())
            if not lines or name == WORLD:
                return None
            newest = max(line.checked or date.min for line in lines)
            return f"{newest}-{_hash(lines)}"
    return None


def _hash(entries: Sequence[Entry], *more: str) -> str:
    digest = blake2b(digest_size=3)
    for entry in entries:
        digest.update(entry.model_dump_json().encode())
    for text in more:
        digest.update(text.encode())
    return digest.hexdigest()
