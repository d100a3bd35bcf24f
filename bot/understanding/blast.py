"""The blast radius of an edit: which of the pack's own questions are answered otherwise after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from content.bank import OUT
from content.model import Urgency

SHOWN = 10
"""Questions that are listed of each kind and language in a short report; the others are counted."""
_NAMED = 8
"""Edited topics that a report calls by name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the pack: its accepted topics (or `out:KIND`), and where it stands.

    `urgency` is what the bank says of it; None for the example of a topic, of which nobody has said it.
    """

    text: str
    language: str
    topics: tuple[str, ...]
    file: str
    line: int
    urgency: Urgency | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a question was understood as; `topic` None means that the bot says it does not know.

    `offered` are the topics that stand under that answer as buttons.
    """

    topic: str | None
    urgency: Urgency
    offered: tuple[str, ...] = ()

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

    @property
    def is_close(self) -> bool:
        """Tell whether a right answer is still one tap away, under the answer of now."""
        return any(topic in self.asked.topics for topic in self.after.offered)

    def concerns(self, topics: Collection[str]) -> bool:
        """Tell whether the question belongs to one of the topics, or was or is answered with one."""
        return any(topic in topics for topic in (*self.asked.topics, self.before.topic, self.after.topic))


@dataclass(frozen=True, slots=True)
class Edit:
    """What was changed: the topics whose sentences are other ones now, and how many sentences came or went."""

    topics: tuple[str, ...] = ()
    sentences: int = 0


@dataclass(frozen=True, slots=True)
class Blast:
    """What an edit does. `silenced` are emergencies no more, `alarming` ones that were none before.

    A question that crosses this border towards what the bank says of it is in neither. `stolen` questions had a right
    answer and now have another one, `lost` ones have none; `close` are those of both whose right answer is still
    offered. `mended` are right only now, in answer or urgency; `compared` is how many questions there are.
    """

    silenced: tuple[Moved, ...]
    alarming: tuple[Moved, ...]
    stolen: tuple[Moved, ...]
    lost: tuple[Moved, ...]
    close: tuple[Moved, ...]
    mended: tuple[Moved, ...]
    compared: int
    edit: Edit = field(default_factory=Edit)


def compare(
    asked: Iterable[Asked], before: Mapping[str, Heard], after: Mapping[str, Heard], edit: Edit | None = None
) -> Blast:
    """Return what changed for the questions; `before` and `after` are what was heard, by text."""
    moved = [Moved(one, before[one.text], after[one.text]) for one in asked]
    wrong_now = [one for one in moved if one.before.suits(one.asked) and not one.after.suits(one.asked)]
    firm = [one for one in wrong_now if not one.is_close]
    return Blast(
        silenced=tuple(one for one in moved if _crosses(one) and _urgent(one.before) and not _is_calmed(one)),
        alarming=tuple(one for one in moved if _crosses(one) and _urgent(one.after) and not _is_found(one)),
        stolen=tuple(one for one in firm if one.after.topic is not None),
        lost=tuple(one for one in firm if one.after.topic is None),
        close=tuple(one for one in wrong_now if one.is_close),
        mended=tuple(one for one in moved if _answers(one) or _is_calmed(one) or _is_found(one)),
        compared=len(moved),
        edit=edit or Edit(),
    )


_SILENCED, _ALARMING = "no longer an emergency", "an emergency now"
_STOLEN, _LOST = "stolen: answered with another topic now", "lost: not answered any more"
_CLOSE, _MENDED = "close calls: the right topic is still offered", "right only now: the answer, or the urgency"


def render_blast(blast: Blast, shown: int | None = SHOWN) -> str:
    """Return what changed in plain words: how much of each kind by language, then the questions themselves.

    The emergency border comes first, and what has to do with the edited topics before the rest. A short report lists
    `shown` questions of a kind and language and no close calls; with None it lists all.
    """
    kinds = {
        _SILENCED: blast.silenced,
        _ALARMING: blast.alarming,
        _STOLEN: blast.stolen,
        _LOST: blast.lost,
        _CLOSE: blast.close,
        _MENDED: blast.mended,
    }
    lines = [_edited(blast.edit), f"{blast.compared} questions compared", ""]
    if any(kinds[kind] for kind in (_SILENCED, _ALARMING, _STOLEN, _LOST)):
        lines += _table(kinds)
    else:
        lines.append("no question is stolen or lost, and none crosses the emergency border")
        lines += [f"{kind}: {len(kinds[kind])}" for kind in (_CLOSE, _MENDED) if kinds[kind]]
    for kind in (_SILENCED, _ALARMING, _STOLEN, _LOST, *(() if shown else (_CLOSE,))):
        words = _urgencies if kind in {_SILENCED, _ALARMING} else _topics
        lines += _listed(kind, kinds[kind], words, blast.edit.topics, shown)
    return "\n".join(lines)


def _edited(edit: Edit) -> str:
    named = ", ".join(edit.topics[:_NAMED])
    more = f" and {len(edit.topics) - _NAMED} more" if len(edit.topics) > _NAMED else ""
    return f"{edit.sentences} sentences came or went" + (f", of {named}{more}" if named else "")


def _table(kinds: Mapping[str, Sequence[Moved]]) -> list[str]:
    """Return one line a kind and one column a language, with how many questions there are."""
    languages = sorted({one.asked.language for moved in kinds.values() for one in moved})
    width = max(map(len, kinds))
    rows = [("", *languages)]
    rows += [
        (kind, *(str(sum(one.asked.language == code for one in moved)) for code in languages))
        for kind, moved in kinds.items()
    ]
    return ["  ".join((name.ljust(width), *(cell.rjust(5) for cell in cells))) for name, *cells in rows]


def _listed(
    kind: str, moved: Sequence[Moved], words: Callable[[Moved], str], topics: Collection[str], shown: int | None
) -> list[str]:
    lines: list[str] = []
    for language in sorted({one.asked.language for one in moved}):
        here = [one for one in moved if one.asked.language == language]
        here.sort(key=lambda one: not one.concerns(topics))
        lines += ["", f"{kind} ({language}): {len(here)}"]
        lines += [f"  {one.asked.file}:{one.asked.line}: '{one.asked.text}': {words(one)}" for one in here[:shown]]
        lines += [f"  ... and {len(here) - shown} more"] if shown and len(here) > shown else []
    return lines


def _urgent(heard: Heard) -> bool:
    return heard.urgency is Urgency.EMERGENCY


def _crosses(one: Moved) -> bool:
    return _urgent(one.before) != _urgent(one.after)


def _answers(one: Moved) -> bool:
    """Tell whether a question is answered rightly only now."""
    return one.after.suits(one.asked) and not one.before.suits(one.asked)


def _is_calmed(one: Moved) -> bool:
    """Tell whether a false alarm is none any more."""
    return _crosses(one) and _urgent(one.before) and one.asked.urgency not in {None, Urgency.EMERGENCY}


def _is_found(one: Moved) -> bool:
    """Tell whether an emergency is seen only now."""
    return _crosses(one) and _urgent(one.after) and one.asked.urgency is Urgency.EMERGENCY


def _urgencies(one: Moved) -> str:
    return f"was '{one.before.urgency}', is '{one.after.urgency}'"


def _topics(one: Moved) -> str:
    return f"was {_named(one.before)}, is {_named(one.after)}"


def _named(heard: Heard) -> str:
    return f"'{heard.topic}'" if heard.topic else "declined"


def unique(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """Return each question of a language once, the first place where it stands."""
    return tuple({(one.language, one.text): one for one in reversed(asked)}.values())[::-1]
