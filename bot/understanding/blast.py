"""The blast radius of an edit: which of the pack's own questions are answered otherwise after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from content.bank import OUT
from content.model import Urgency

SHOWN = 20
"""Questions that are listed of each kind and language; the others are counted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the pack: its accepted topics (or `out:KIND`), and where it stands."""

    text: str
    language: str
    topics: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What a question was understood as; `topic` None means that the bot says it does not know."""

    topic: str | None
    urgency: Urgency

    def suits(self, asked: Asked) -> bool:
        """Tell whether the answer is one that the pack accepts."""
        if asked.topics[0].startswith(OUT):
            return self.topic is None
        return self.topic in asked.topics


@dataclass(frozen=True, slots=True)
class Moved:
    """A question that is answered otherwise than before."""

    asked: Asked
    before: Heard
    after: Heard


@dataclass(frozen=True, slots=True)
class Blast:
    """What an edit does. `silenced` are emergencies no more, `alarming` ones that were none before.

    `stolen` questions had a right answer and now have another one, `lost` ones have none; `mended` is how many are
    answered rightly only now, `compared` how many there are in all.
    """

    silenced: tuple[Moved, ...]
    alarming: tuple[Moved, ...]
    stolen: tuple[Moved, ...]
    lost: tuple[Moved, ...]
    mended: int
    compared: int


def compare(asked: Iterable[Asked], before: Mapping[str, Heard], after: Mapping[str, Heard]) -> Blast:
    """Return what changed for the questions; `before` and `after` are what was heard, by text."""
    moved = [Moved(one, before[one.text], after[one.text]) for one in asked]
    was_right = [one for one in moved if one.before.suits(one.asked) and not one.after.suits(one.asked)]
    return Blast(
        silenced=tuple(one for one in moved if _urgent(one.before) and not _urgent(one.after)),
        alarming=tuple(one for one in moved if _urgent(one.after) and not _urgent(one.before)),
        stolen=tuple(one for one in was_right if one.after.topic is not None),
        lost=tuple(one for one in was_right if one.after.topic is None),
        mended=sum(one.after.suits(one.asked) and not one.before.suits(one.asked) for one in moved),
        compared=len(moved),
    )


def render_blast(blast: Blast) -> str:
    """Return what changed in plain words, the emergency border first, by language."""
    kinds = (
        (blast.silenced, "no longer an emergency", _urgencies),
        (blast.alarming, "an emergency now", _urgencies),
        (blast.stolen, "stolen: answered with another topic now", _topics),
        (blast.lost, "lost: not answered any more", _topics),
    )
    lines: list[str] = []
    for moved, name, words in kinds:
        for language in sorted({one.asked.language for one in moved}):
            here = [one for one in moved if one.asked.language == language]
            lines.append(f"{name} ({language}): {len(here)}")
            lines += [f"  {one.asked.file}:{one.asked.line}: '{one.asked.text}': {words(one)}" for one in here[:SHOWN]]
            lines += [f"  ... and {len(here) - SHOWN} more"] if len(here) > SHOWN else []
    if not lines:
        lines.append("no question is stolen or lost, and none crosses the emergency border")
    return "\n".join([*lines, f"{blast.mended} questions are answered rightly only now; {blast.compared} compared"])


def _urgent(heard: Heard) -> bool:
    return heard.urgency is Urgency.EMERGENCY


def _urgencies(one: Moved) -> str:
    return f"was '{one.before.urgency}', is '{one.after.urgency}'"


def _topics(one: Moved) -> str:
    return f"was {_named(one.before)}, is {_named(one.after)}"


def _named(heard: Heard) -> str:
    return f"'{heard.topic}'" if heard.topic else "declined"


def unique(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """Return each question of a language once, the first place where it stands."""
    return tuple({(one.language, one.text): one for one in reversed(asked)}.values())[::-1]
