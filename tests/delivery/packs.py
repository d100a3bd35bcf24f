"""Small packs for the tests of delivery."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from content.model import AgeBand, Audience, LanguagePack, Pack, Tip
from content.statistics import FigureWording

EVERYONE = tuple(Audience)
ALL_AGES = tuple(AgeBand)


def make_tip(
    topic: str = "grooming", audience: tuple[Audience, ...] = EVERYONE, ages: tuple[AgeBand, ...] = ALL_AGES
) -> Tip:
    return Tip(topic=topic, audience=audience, ages=ages, sources=("npa",), reviewed=date(2026, 1, 1))


def make_pack(tips: Mapping[str, Tip], words: Mapping[str, tuple[str, ...]] | None = None) -> Pack:
    """A pack of these tips alone; `words` are the tips that each language has (English has all by default)."""
    words = words or {"en": tuple(tips)}
    wording = FigureWording(units={}, measures={}, scopes={}, limits={})
    return Pack(
        version="1",
        topics={},
        sources={},
        figures={},
        series={},
        helplines={},
        tips=tips,
        languages={
            code: LanguagePack(
                code=code, name=code, topics={}, tips=dict.fromkeys(ids, "text"), wording={}, figures=wording
            )
            for code, ids in words.items()
        },
        question_languages=("en",),
    )
