"""What administrators see of the whole: how many, never who. Numbers below five are hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.replies.model import Button, Reply
from bot.replies.render import render_text, split_text
from bot.replies.topics import has_words, topic_title
from bot.replies.wording import Words
from content.entries import Confidence
from content.model import Pack
from content.numbers import figure_wording, number
from content.observations import Observation
from content.panels import Frame, Line, Sheet

FEWEST = 5
"""A smaller number could point to a person: it is shown as "<5"."""
_LISTED = 10
_BARS = 5


@dataclass(frozen=True, slots=True)
class Overview:
    """The counts of the last `days` days up to `until`, and the people there are now.

    `languages` and `countries` hold chats and subscriptions ("" is a country that was not said), `deliveries` the
    outcomes of tips, `questions` the topics that were understood, `unknown` the nearest topic and the language of
    messages that were not. `checks` are helplines to be checked within 30 days: country, name, last check.
    """

    days: int
    until: date
    languages: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    countries: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    deliveries: Mapping[str, int] = field(default_factory=dict)
    questions: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[tuple[str, str], int] = field(default_factory=dict)
    emergencies: int = 0
    refusals: int = 0
    degraded: int = 0
    votes: Mapping[str, int] = field(default_factory=dict)
    checks: Sequence[tuple[str, str, date | None]] = ()

    @property
    def messages(self) -> int:
        """How many messages were judged."""
        return sum(self.questions.values()) + sum(self.unknown.values()) + self.emergencies + self.refusals


def shy(count: int) -> str:
    """Return a number as it may be shown: what could point to a person is only said to be small."""
    return number(count) if count >= FEWEST or count == 0 else f"<{FEWEST}"


def overview_reply(pack: Pack, language: str, overview: Overview, *, weekly: bool) -> Reply:
    """Return the numbers as text; `weekly` tells whether the reader gets a summary every week."""
    words = Words(pack, language)
    sections = [
        [words("admin.head", days=overview.days, until=overview.until.isoformat())],
        _section(words("admin.languages"), _people(words, overview.languages, "lang")),
        _section(words("admin.countries"), _people(words, overview.countries, "country")),
        _section(words("admin.deliveries"), _counts(words, overview.deliveries)),
        _section(words("admin.questions"), _topics(pack, language, overview.questions)),
        _shares(words, overview),
        _section(words("admin.unknown"), _unknown(pack, words, overview.unknown)),
        _section(words("admin.checks"), _checks(words, overview.checks)),
    ]
    text = "\n\n".join("\n".join(lines) for lines in sections if lines)
    verb = "weekly-off" if weekly else "weekly-on"
    rows = ((Button(words("admin.refresh"), "admin:show:all"), Button(words(f"admin.{verb}"), f"admin:{verb}:all")),)
    return Reply(tuple(render_text(part) for part in split_text(text)), rows)


def overview_sheet(pack: Pack, language: str, overview: Overview) -> Sheet | None:
    """Return the same as a chart: people by language, the most asked topics, what became of tips.

    None when no number is large enough to be shown.
    """
    words = Words(pack, language)
    people = {_language(words, code): chats for code, (chats, _) in overview.languages.items()}
    topics = {_title(pack, topic, language): count for topic, count in overview.questions.items()}
    outcomes = {_outcome(words, outcome): count for outcome, count in overview.deliveries.items()}
    frames = [
        Frame("bars", title, bars, ())
        for title, bars in (
            (words("admin.languages"), _bars(people)),
            (words("admin.questions"), _bars(topics)),
            (words("admin.deliveries"), _bars(outcomes)),
        )
        if bars
    ]
    if not frames:
        return None
    subtitle = words("admin.chart-subtitle", days=overview.days, until=overview.until.isoformat())
    return Sheet(
        words("admin.chart-title"),
        subtitle,
        tuple(frames),
        (),
        words("admin.chart-source"),
        figure_wording(pack, language),
    )


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"**{title}**", *lines] if lines else []


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _people(words: Words, crowds: Mapping[str, tuple[int, int]], kind: str) -> list[str]:
    name = _language if kind == "lang" else _country
    ordered = sorted(crowds.items(), key=lambda item: (-item[1][0], item[0]))
    return [
        words("admin.people-line", name=name(words, code), chats=shy(chats), subscribed=shy(subscribed))
        for code, (chats, subscribed) in ordered
    ]


def _counts(words: Words, outcomes: Mapping[str, int]) -> list[str]:
    return [f"- {_outcome(words, outcome)}: {shy(count)}" for outcome, count in _most(outcomes)]


def _topics(pack: Pack, language: str, questions: Mapping[str, int]) -> list[str]:
    shown = [(topic, count) for topic, count in _most(questions) if count >= FEWEST][:_LISTED]
    return [f"- {_title(pack, topic, language)}: {shy(count)}" for topic, count in shown]


def _shares(words: Words, overview: Overview) -> list[str]:
    unknown = sum(overview.unknown.values())
    share = f"{100 * unknown / overview.messages:.1f} %" if unknown >= FEWEST else shy(unknown)
    lines = [
        words("admin.messages", count=shy(overview.messages), unknown=share),
        words("admin.emergencies", count=shy(overview.emergencies)),
        words("admin.votes", yes=shy(overview.votes.get("yes", 0)), no=shy(overview.votes.get("no", 0))),
    ]
    if overview.degraded:
        lines.append(words("admin.degraded", count=shy(overview.degraded)))
    return lines


def _unknown(pack: Pack, words: Words, unknown: Mapping[tuple[str, str], int]) -> list[str]:
    found = sorted(unknown.items(), key=lambda item: (-item[1], item[0]))
    return [
        words(
            "admin.unknown-line",
            topic=_title(pack, topic, words.language) if topic else words("admin.no-topic"),
            language=_language(words, language),
            count=shy(count),
        )
        for (topic, language), count in found
        if count >= FEWEST
    ][:_LISTED]


def _checks(words: Words, checks: Iterable[tuple[str, str, date | None]]) -> list[str]:
    lines = [
        words(
            "admin.check-line",
            country=_country(words, country) if country != "WORLD" else words("helpline.everywhere"),
            name=name,
            checked=checked.isoformat() if checked else words("helpline.undated"),
        )
        for country, name, checked in checks
    ]
    if len(lines) > _LISTED:
        return [*lines[:_LISTED], words("admin.more", count=len(lines) - _LISTED)]
    return lines


def _title(pack: Pack, topic: str, language: str) -> str:
    if topic in pack.topics and has_words(pack, topic):
        try:
            return topic_title(pack, topic, language)
        except KeyError:
            return topic
    return topic


def _language(words: Words, code: str) -> str:
    return _worded(words, f"helpline.lang.{code}", code)


def _country(words: Words, code: str) -> str:
    return words(f"country.{code}") if code in words.pack.countries else code or words("settings.unsaid")


def _outcome(words: Words, outcome: str) -> str:
    return _worded(words, f"outcome.{outcome}", outcome)


def _worded(words: Words, key: str, otherwise: str) -> str:
    try:
        return words(key)
    except KeyError:
        return otherwise


def _bars(counts: Mapping[str, int]) -> tuple[Line, ...]:
    shown = [(label, count) for label, count in _most(counts) if count >= FEWEST][:_BARS]
    return tuple(Line(label, (_bar(label, count),), {}) for label, count in shown)


def _bar(label: str, count: int) -> Observation:
    return Observation(
        id=label,
        topic="",
        measure=label,
        group=None,
        country="",
        year=None,
        period=None,
        span="year",
        value=count,
        qualifier=None,
        unit="",
        base=None,
        scope="",
        source="",
        confidence=Confidence.VERIFIED,
        formula=None,
        notes=(),
    )
