"""What a question about numbers asks for: which number, of which years and places, compared with what.

Nothing is guessed here. What a question names and no statistic counts is passed on as such, so that the reply can
say that it is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from bot.understanding.ages import read_ages
from bot.understanding.counted import counts_unknown
from bot.understanding.dates import read_years
from bot.understanding.model import FigureQuery, Question
from content.lexicon import Found, Lexicon, fold
from content.observations import HOME, TOTAL

_TOPIC = "stats-"
_MOTIVES, _PLATFORMS, _AGES, _CRIMES = "stats-motives", "stats-platforms", "stats-ages", "stats-crimes"
_TOTAL, _TREND = "stats-total", "stats-trend"
_WIDE = {None, _TOTAL, _TREND}
"""Topics that say of nothing but numbers: what is named in the question may be a part of any of them."""
_MONTH = re.compile(r"(?<!\d)(?:1[0-2]|[1-9])\s?[月월](?!間|분기)")
_SHORT = 120
"""Latin characters (others count twice) up to which a whole message is read as the question; of a longer one, only
the sentences that ask."""
_ENDS = re.compile(r"(?<=[.!?。！？])\s+|(?<=[。！？])|\n")
_DIMENSIONS = {
    "crime": "crime",
    "serious": "crime",
    "school": "school",
    "age": "school",
    "elementary-age": "school",
    "sex": "sex",
    "platform": "platform",
    "type": "platform",
    "game": "platform",
    "motive": "motive",
}
"""Ways in which the victims are divided. No statistic divides them in two ways at once."""
_ONLY = {"motive-": _MOTIVES, "platform-line": _PLATFORMS, "platform-games": _PLATFORMS, "smartphone": _PLATFORMS}
"""Measures whose words mean many other things: read only when the topic is theirs."""
_REPORTED = ("ncmec-", "iwf-", "report-remove", "esafety")
"""Starts of the measures that count reports."""
_EXTREMES = {"rank", "highest", "lowest"}
_ELEMENTARY = {frozenset({"school-elementary", "girls"}): "elementary-girls"}
_ELEMENTARY[frozenset({"school-elementary", "boys"})] = "elementary-boys"
_PARENTS, _FILTERING_OF_PARENTS = "older", "usage-filtering"
_FILTERING = {"filtering", "no-filtering"}
_ROOM = 4096


def read_figure(text: str, lexicon: Lexicon, topic: str | None) -> FigureQuery | None:
    """Return what is asked about a number, or None when no number is asked for, but what to do.

    `topic` is what the message was understood to be about; with None, only a clear question about a number counts.
    Works in every language of the lexicon at once. Never raises.
    """
    if topic is not None and not topic.startswith(_TOPIC):
        return None
    asked = question_part(text, lexicon)
    found = lexicon.find(asked)
    if any(one.slot == "steps" for one in found) and not _ids(found, "questions"):
        return None
    measures, unknown_ages = _measures(asked, found, lexicon, topic)
    if not measures and topic in {_CRIMES, _PLATFORMS, _AGES}:
        everywhere = lexicon.find(fold(text[:_ROOM]))
        measures = tuple(name for name in _ids(everywhere, "measures") if lexicon.topics.get(name) == topic)
        measures = _allowed(measures, topic)
    unlisted = [*_ids(found, "unknown"), *unknown_ages]
    if _PARENTS in unlisted and _FILTERING & set(measures):
        measures = (_FILTERING_OF_PARENTS,)
        unlisted.remove(_PARENTS)
    group = next(iter(_ids(found, "groups")), None)
    kinds = set(_ids(found, "questions"))
    countries = _ids(found, "countries")
    years = read_years(asked)
    if topic is None:
        topic = _inferred(found, measures, group, lexicon)
        if topic is None:
            return None
    understood = topic
    topic = _said(topic, measures, years, found, lexicon)
    several = len(measures) > 1 or len(years) > 1 or len(countries) > 1
    question = _question(kinds, topic, measures, years, group, several=several)
    unknown = [*unlisted, *(["time"] if _MONTH.search(asked) else [])]
    if _crosses(measures, question, found, lexicon):
        unknown.append("cross")
    unknown = _unknown(unknown, measures, group, countries, understood)
    plain = lexicon.find_plain(asked)
    motives = () if topic == _MOTIVES else ("motive-", "reason")
    meant = [one for one in found if one.id in measures or not one.id.startswith(motives)]
    if not unknown and counts_unknown(asked, [*meant, *plain], lexicon):
        unknown.append("thing")
    if (
        not (measures or group)
        and set(countries) - {HOME}
        and topic in _WIDE
        and _asks_for_victims(kinds, found, plain)
    ):
        measures = (TOTAL,)
    ranked = question is Question.RANK or (question is Question.LOWEST and "when" not in kinds)
    if ranked and (group or _is_divided(topic)):
        measures = ()
    return FigureQuery(
        topic=topic,
        question=question,
        measures=measures,
        years=years,
        places=("region",) if any(one.slot == "places" for one in found) else (),
        unknown=tuple(unknown),
        group=None if measures else group,
        countries=countries,
        newest=any(one.slot == "newest" for one in found) and not years,
        relative=any(one.slot == "relative" for one in found) and not years,
    )


def question_part(text: str, lexicon: Lexicon) -> str:
    """Return the part of a message that asks, folded: a short message whole, of a long one the asking sentences."""
    text = text[:_ROOM]
    whole = fold(text)
    if sum(1 if char.isascii() else 2 for char in whole) <= _SHORT:
        return whole
    parts = [fold(part) for part in _ENDS.split(text) if part.strip()]
    asking = [part for part in parts if any(one.slot == "counting" for one in lexicon.find(part))]
    plain = [part for part in asking if part.endswith("?")] or asking
    return " ".join(plain) or whole


def _ids(found: Iterable[Found], slot: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in found if one.slot == slot))


def _measures(
    asked: str, found: Sequence[Found], lexicon: Lexicon, topic: str | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    named = [name for name in _ids(found, "measures") if name in lexicon.topics]
    if topic == _MOTIVES:
        if any(name.startswith("motive-") for name in named):
            return _allowed([name for name in named if name != "met"], topic), ()
        return tuple(name for name in named if lexicon.topics[name] == _MOTIVES), ()
    ages, unknown = read_ages(asked, found, spans=topic == _AGES)
    if "youngest" in named:
        named, ages, unknown = ["youngest"], (), ()
    if "met" in named and any(lexicon.topics[name] == _PLATFORMS for name in named):
        named.remove("met")  # "met through Twitter" asks about Twitter
    both = frozenset(named)
    if both in _ELEMENTARY:
        named = [_ELEMENTARY[both]]
    return _allowed([*named, *(age for age in ages if age in lexicon.topics)], topic), unknown


def _allowed(names: Iterable[str], topic: str | None) -> tuple[str, ...]:
    kept = []
    for name in names:
        only = next((owner for start, owner in _ONLY.items() if name.startswith(start)), None)
        if only in {None, topic} or (only == _PLATFORMS and topic in _WIDE):
            kept.append(name)
    return tuple(dict.fromkeys(kept))


def _inferred(found: Sequence[Found], measures: Sequence[str], group: str | None, lexicon: Lexicon) -> str | None:
    """Return the topic of a clear question: something that is counted, victims, and how many of them.

    Who tells of a victim, an app and a year asks for help, not for a number.
    """
    slots = {one.slot for one in found}
    harmed = "victims" in slots or any(name.startswith("crime-") for name in measures)
    if not harmed or "number" not in _ids(found, "questions"):
        return None
    if measures:
        return lexicon.topics[measures[0]]
    owners = [lexicon.topics[name] for name, owner in lexicon.groups.items() if owner == group]
    return owners[0] if owners else None


def _said(topic: str, measures: Sequence[str], years: Sequence[int], found: Sequence[Found], lexicon: Lexicon) -> str:
    """Return the topic that the words themselves say, which may be another than the message was understood to be of."""
    owners = [lexicon.topics[name] for name in measures]
    for group in () if measures else _ids(found, "groups")[:1]:
        owners = [lexicon.topics[name] for name, owner in lexicon.groups.items() if owner == group]
    if owners:
        return topic if topic in owners else owners[0]
    slots, kinds = {one.slot for one in found}, set(_ids(found, "questions"))
    year_asked = "when" in kinds and kinds & _EXTREMES
    only_years = topic == _AGES and years and "victims" in slots and not slots & {"years_old", "aged", "under"}
    return _TOTAL if year_asked or only_years else topic


def _is_divided(topic: str) -> bool:
    return topic in {_CRIMES, _PLATFORMS, _AGES, _MOTIVES}


def _question(
    kinds: Set[str], topic: str, measures: Sequence[str], years: Sequence[int], group: str | None, *, several: bool
) -> Question:
    if "compare" in kinds and several:
        return Question.COMPARE
    if "when" in kinds and kinds & _EXTREMES and not group:
        return Question.LOWEST if "lowest" in kinds else Question.HIGHEST
    if "highest" in kinds and not group:
        return Question.HIGHEST
    if "lowest" in kinds:
        return Question.LOWEST
    if kinds & {"rank", "highest"} and (group or (_is_divided(topic) and len(measures) < 2)):
        return Question.RANK
    if "since" in kinds and len(years) == 1:
        return Question.TREND
    if "trend" in kinds and (topic == "stats-trend" or "change" not in kinds) and len(years) < 2:
        return Question.TREND
    for kind in (Question.CHANGE, Question.TREND, Question.SHARE):
        if kind in kinds:
            return kind
    if len(years) > 1 and len(measures) < 2:
        return Question.TREND if topic == "stats-trend" else Question.CHANGE
    return Question.VALUE


def _asks_for_victims(kinds: Set[str], found: Iterable[Found], plain: Iterable[Found]) -> bool:
    """Tell whether the number of all children is asked for, not whatever figures there are."""
    counted = "number" in kinds or any(one.slot == "victims" for one in found)
    return counted and any(one.slot == "children" for one in plain)


def _crosses(measures: Sequence[str], question: Question, found: Sequence[Found], lexicon: Lexicon) -> bool:
    """Tell whether victims are divided in two ways at once, in a question about one number."""
    ways = {_DIMENSIONS[group] for name in measures if (group := lexicon.groups.get(name)) in _DIMENSIONS}
    asks = sum(1 for one in found if one.slot == "counting")
    return len(ways) > 1 and question is not Question.COMPARE and asks < 3


def _unknown(
    kinds: Sequence[str], measures: Sequence[str], group: str | None, countries: Sequence[str], topic: str
) -> list[str]:
    """Return the kinds that nothing in the question makes harmless."""
    drop = set()
    if measures or group:
        drop |= {"service", "crime"}
    if group or any(name.startswith("motive-") for name in measures):
        drop.add("reason")
    if "youngest" in measures:
        drop |= {"grade", "younger"}
    if topic != _MOTIVES:
        drop.add("reason")
    if topic not in {_CRIMES, *_WIDE}:
        drop.add("crime")
    if topic == _MOTIVES:
        drop.add("offender")
    if any(name in {"deepfakes", "dating"} for name in measures):
        drop.add("cases")
    if "victims-half-year" in measures:
        drop.add("time")
    if "US" in countries:
        drop.add("outcome")
    if "usage-minutes" in measures:
        drop |= {"average", "time"}
    if any(name.startswith(_REPORTED) for name in measures):
        drop.add("reports")
    return list(dict.fromkeys(kind for kind in kinds if kind not in drop))
