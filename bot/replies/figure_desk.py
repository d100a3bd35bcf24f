"""What every reply about numbers needs: the numbers, their words, and the lines that must stand below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from bot.replies.model import Button, Reply
from bot.replies.render import render_text, split_text
from bot.replies.wording import Words
from content.model import Pack
from content.numbers import (
    figure_wording,
    fill_numbers,
    is_second_hand,
    number,
    worded_formula,
    worded_sources,
    worded_time,
    worded_value,
)
from content.observations import HOME, TOTAL, Observation, Observations
from content.statistics import FigureWording

_NOTES, _LIMITS, _SOURCES = 5, 3, 3


@dataclass(frozen=True, slots=True)
class Desk:
    """The numbers of a pack in one language."""

    pack: Pack
    language: str
    words: Words
    wording: FigureWording
    numbers: Observations

    @property
    def base_year(self) -> int:
        """The year that the pack describes most completely: the answer when no year was named."""
        years = Counter(figure.year for figure in self.pack.figures.values() if figure.country == HOME and figure.year)
        return min(years, key=lambda year: (-years[year], year), default=0)

    def default_years(self, measure: str) -> tuple[int, ...]:
        """Return the years that answer a question without a year: the newest, and the most complete one."""
        years = self.numbers.years(measure)
        return tuple(dict.fromkeys([*years[-1:], *([self.base_year] if self.base_year in years else [])]))

    def year(self, year: int) -> str:
        """Return a calendar year in words."""
        return self.wording.times.get("year", "{year}").format(year=year)

    def years(self, years: Sequence[int]) -> str:
        """Return at least one year in words, runs as `2008 to 2025`."""
        runs: list[list[int]] = []
        for year in sorted(set(years)):
            if runs and year == runs[-1][-1] + 1:
                runs[-1].append(year)
            else:
                runs.append([year])
        said: list[str] = []
        for run in runs:
            if len(run) > 2:
                said.append(self.words("stats.to", first=self.year(run[0]), last=self.year(run[-1])))
            else:
                said += [self.year(year) for year in run]
        return reduce(lambda first, following: self.words("stats.then", first=first, next=following), said)

    def number(self, value: float) -> str:
        """Return a number with the marks of the language."""
        return number(value, self.wording)

    def line(self, one: Observation) -> str:
        """Return the time and the number with its unit, marked when it is second-hand or calculated."""
        marks = [self.words("stats.second-hand-mark")] if is_second_hand(one) else []
        if one.formula:
            marks.append(self.words("stats.calculated", formula=worded_formula(self.wording, one.formula)))
        value = worded_value(self.wording, one)
        if marks:
            value = self.words("stats.marked", value=value, mark="; ".join(marks))
        return self.words("stats.line", time=worded_time(self.wording, one), value=value)

    def measure(self, measure: str) -> str:
        """Return what is counted, as a noun phrase."""
        return self.wording.measures.get(measure, measure)


@dataclass(slots=True)
class Answer:
    """Lines that answer a question, the numbers they state, and the `bases` that those were only divided by."""

    lines: list[str] = field(default_factory=list)
    used: list[Observation] = field(default_factory=list)
    bases: list[Observation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        """Add lines of text."""
        self.lines += lines

    def state(self, desk: Desk, *many: Observation) -> None:
        """Add a line for each number."""
        for one in many:
            self.lines.append(f"- {desk.line(one)}")
        self.use(*many)

    def use(self, *many: Observation) -> None:
        """Remember numbers whose source and limits must be said."""
        self.used += [one for one in many if one not in self.used]


def open_desk(pack: Pack, language: str) -> Desk:
    """Return the numbers of a pack, ready to be worded in a language."""
    return Desk(pack, language, Words(pack, language), figure_wording(pack, language), pack.observations)


def finish(desk: Desk, answer: Answer, buttons: tuple[tuple[Button, ...], ...]) -> Reply:
    """Return the reply: the lines, then notes, who is counted, what it does not say, and the source of every number."""
    blocks = ["\n".join(answer.lines)]
    notes = dict.fromkeys([*answer.notes, *(name for one in answer.used for name in one.notes)])
    said = [
        fill_numbers(desk.wording.notes[name], desk.numbers, desk.wording)
        for name in notes
        if name in desk.wording.notes
    ]
    if said:
        blocks.append("\n".join(said[:_NOTES]))
    if answer.used:
        blocks.append("\n".join([*who_lines(desk, answer.used), *limit_lines(desk, answer.used)]))
        blocks.append(source_line(desk, [*answer.used, *answer.bases]))
    text = "\n\n".join(block for block in blocks if block)
    shows = dict.fromkeys(f"stats:{one.topic}" for one in answer.used)
    return Reply(tuple(render_text(part) for part in split_text(text)), buttons, shows=tuple(shows))


def who_lines(desk: Desk, used: Iterable[Observation]) -> list[str]:
    """Return the line that says who is counted, each scope once."""
    scopes = dict.fromkeys(one.scope for one in used)
    texts = [desk.wording.definitions.get(scope) or desk.wording.scopes.get(scope, scope) for scope in scopes]
    return [desk.words("stats.who", text=" / ".join(dict.fromkeys(texts)))]


def limit_lines(desk: Desk, used: Iterable[Observation], most: int = _LIMITS) -> list[str]:
    """Return what the numbers do not say, the limits of each scope in turn, at most `most` lines."""
    scopes = dict.fromkeys(one.scope for one in used)
    limits = [limit for scope in scopes for limit in desk.wording.limits.get(scope, ())]
    texts = [fill_numbers(limit, desk.numbers, desk.wording) for limit in dict.fromkeys(limits)][:most]
    return [desk.words("stats.limits", text=" ".join(texts))] if texts else []


def source_line(desk: Desk, used: Sequence[Observation]) -> str:
    """Return the source of one number, or the sources of many in short."""
    shown, more = worded_sources(desk.pack, desk.wording, used, _SOURCES)
    line = desk.words("stats.source-more" if more else "stats.source", source=shown, more=more)
    if any(is_second_hand(one) for one in used):
        line += "\n" + desk.words("stats.second-hand")
    return line


def total_of(desk: Desk, one: Observation) -> Observation | None:
    """Return the count of all victims that a number is a part of, or None when it is no part of one."""
    if one.year is None or one.period is not None or one.span != "year" or one.measure == TOTAL:
        return None
    found = [total for total in desk.numbers.counts(TOTAL) if total.year == one.year and total.scope == one.scope]
    return found[0] if found and one.unit == found[0].unit else None
