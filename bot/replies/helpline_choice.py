"""Which helplines are shown, and in which order: a pure choice from the reader's country and the worldwide services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from content.entries import Confidence
from content.freshness import Freshness, freshness
from content.hours import OpenKind, open_state
from content.model import WORLD, Audience, Helpline, Need, Pack
from content.profile import Profile

Rank = tuple[int, ...]

_OPEN_ORDER = {OpenKind.ALWAYS: 0, OpenKind.OPEN: 0, OpenKind.UNKNOWN: 1, OpenKind.CLOSED: 2}
_AUDIENCE_ORDER: dict[Audience | None, dict[str, int]] = {
    Audience.YOUNG: {"child": 0, "anyone": 1, "parent": 2},
    Audience.PARENT: {"parent": 0, "anyone": 1, "child": 2},
    Audience.TEACHER: {"anyone": 0, "parent": 1, "child": 2},
    None: {"anyone": 0, "child": 1, "parent": 1},
}


def choose_helplines(
    pack: Pack, profile: Profile, needs: Sequence[Need], now: datetime, limit: int = 4, *, lasting: bool = False
) -> tuple[Helpline, ...]:
    """Return at most `limit` helplines for the needs (most important first), best first; `now` is aware.

    With the need `emergency` the country's emergency number comes first; without it none is returned. Every need
    gets its best line before any gets a second one; directories fill what room is left. The order of the others:
    a language that the reader understands; checked within 24 months before older before undated; earlier need; open
    (a web form always is) before unknown before closed; suits the reader; what the line is mainly for. An old line is
    never dropped when it is the last of its country for a need that there is room for. Lines come from the reader's
    own country and the worldwide services, from no other country. A `lasting` choice, which is kept and shown at any
    hour, prefers lines that are open round the clock.
    """
    if limit < 1:
        return ()
    lines = country_lines(pack, profile.country)
    first = emergency_numbers(lines, needs)[:1]
    wanted = tuple(need for need in needs if need is not Need.EMERGENCY)
    if first and not wanted:
        return first
    others = tuple(line for line in lines if line.kind != "emergency")
    options = _options(others, world_lines(pack, profile.country), profile, now, lasting=lasting)
    choice = _Choice(options, profile.audience, wanted or (Need.GENERAL,))
    if not choice.candidates():
        choice = replace(choice, wanted=(Need.GENERAL, Need.SUICIDE))
    return (*first, *choice.lines(limit - len(first)))


def country_lines(pack: Pack, country: str | None) -> tuple[Helpline, ...]:
    """Return the lines of a country in the order of its file; none when the country is unknown."""
    if country is None or country == WORLD:
        return ()
    return _shown(pack.helplines.get(country, {}).values())


def world_lines(pack: Pack, country: str | None) -> tuple[Helpline, ...]:
    """Return the worldwide services, without those that the country lists itself."""
    own = {line.url for line in country_lines(pack, country) if line.url}
    return tuple(line for line in _shown(pack.helplines.get(WORLD, {}).values()) if line.url not in own)


def emergency_numbers(lines: Sequence[Helpline], needs: Sequence[Need]) -> tuple[Helpline, ...]:
    """Return the emergency numbers when they are needed: first one that also serves the first other need."""
    if Need.EMERGENCY not in needs:
        return ()
    first = next((need for need in needs if need is not Need.EMERGENCY), None)
    found = [line for line in lines if line.kind == "emergency"]
    return tuple(sorted(found, key=lambda line: first not in line.needs))


def understands(line: Helpline, language: str) -> bool:
    """Return whether somebody there may understand the language; a line that says nothing about it counts as yes."""
    return not line.languages or language in line.languages or "other" in line.languages


def _shown(lines: Iterable[Helpline]) -> tuple[Helpline, ...]:
    return tuple(line for line in lines if line.confidence is not Confidence.MEMORY)


@dataclass(frozen=True, slots=True, eq=False)
class _Option:
    """A line with all that is judged once for a reader and an instant. `quality`: language, age of check, open."""

    line: Helpline
    order: int
    is_world: bool
    understands: bool
    quality: Rank
    suits: int

    @property
    def is_directory(self) -> bool:
        """Return whether the line only leads on to the lines of many countries."""
        return self.is_world and self.line.kind == "line"

    def rank(self, wanted: tuple[Need, ...]) -> Rank:
        """Return the place of the line among those that serve one of the wanted needs; lower comes first."""
        needs = self.line.needs
        need = next((place for place, need in enumerate(wanted) if need in needs), len(wanted))
        purpose = needs.index(wanted[need]) if need < len(wanted) else len(needs)
        language, age, *fit = self.quality
        return (language, age, int(self.is_directory), need, *fit, self.suits, purpose, int(self.is_world), self.order)


def _options(
    national: Sequence[Helpline], world: Sequence[Helpline], profile: Profile, now: datetime, *, lasting: bool
) -> list[_Option]:
    options = []
    for order, line in enumerate((*national, *world)):
        age = max(0, freshness(line, now.date()) - Freshness.AGING)
        speaks = understands(line, profile.language)
        online = line.kind == "reporting" and not line.phones and line.hours is None
        kind = open_state(line, now).kind
        if lasting and kind is OpenKind.OPEN:
            kind = OpenKind.CLOSED
        is_open = 0 if online else _OPEN_ORDER[kind]
        suits = _AUDIENCE_ORDER[profile.audience][line.for_]
        options.append(_Option(line, order, order >= len(national), speaks, (int(not speaks), age, is_open), suits))
    return options


@dataclass(frozen=True, slots=True)
class _Choice:
    """The choice of lines other than emergency numbers, for one reader at one instant."""

    options: Sequence[_Option]
    audience: Audience | None
    wanted: tuple[Need, ...]

    def lines(self, room: int) -> tuple[Helpline, ...]:
        """Return at most `room` lines in the order in which they are shown."""
        chosen: list[_Option] = []
        for need in self.wanted:
            pool = self.unserved(need, chosen)
            if len(chosen) < room and pool:
                chosen.append(min(pool, key=partial(_Option.rank, wanted=(need,))))
        rest = [option for option in self.candidates() if option not in chosen]
        chosen += sorted(rest, key=self.rank)[: max(0, room - len(chosen))]
        directories = [option for option in self.directories() if option not in chosen]
        most = len(directories) if all(option.is_world for option in self.options) else 1
        chosen += sorted(directories, key=self.rank)[: min(most, max(0, room - len(chosen)))]
        return tuple(option.line for option in sorted(self.suited(chosen, room), key=self.rank))

    def rank(self, option: _Option) -> Rank:
        return option.rank(self.wanted)

    def pool(self, need: Need) -> list[_Option]:
        """Return the lines for one need: those of the country, and worldwide services that act themselves.

        Directories stand in for the most important need when there is no such line. Lines for parents only are left
        out for a young person who has any other.
        """
        serving = [option for option in self.options if need in option.line.needs]
        direct = [option for option in serving if not option.is_directory]
        if not direct and need is self.wanted[0]:
            direct = serving
        if self.audience is Audience.YOUNG:
            return [option for option in direct if option.line.for_ != "parent"] or direct
        return direct

    def unserved(self, need: Need, chosen: Sequence[_Option]) -> list[_Option]:
        """Return the lines from which one is taken for a need; none when a chosen line already serves it as well.

        Once there is somebody who understands the reader, a further need takes no line where nobody does, unless
        there is no other.
        """
        pool = self.pool(need)
        if any(option.understands for option in chosen):
            pool = [option for option in pool if option.understands] or pool
        best = min((option.quality for option in pool), default=())
        return [] if any(option in pool and option.quality <= best for option in chosen) else pool

    def candidates(self) -> list[_Option]:
        """Return every line that serves one of the needs, once."""
        return list(dict.fromkeys(option for need in self.wanted for option in self.pool(need)))

    def directories(self) -> list[_Option]:
        """Return the worldwide directories that help with one of the needs, or in general."""
        wanted = {*self.wanted, Need.GENERAL}
        return [option for option in self.options if option.is_directory and wanted & set(option.line.needs)]

    def suited(self, chosen: list[_Option], room: int) -> list[_Option]:
        """Make sure of a children's line for a young person, and of more than children's lines for everybody else."""
        if self.audience is Audience.YOUNG:
            wanted = [option for option in self.candidates() if option.line.for_ == "child" and not option.is_world]
            missing = room > 1 and not any(option.line.for_ == "child" for option in chosen)
        else:
            wider = replace(self, wanted=(*self.wanted, Need.GENERAL, Need.SUICIDE))
            wanted = [option for option in wider.candidates() if option.line.for_ != "child"]
            wanted = wanted or [option for option in self.directories() if option.line.for_ != "child"]
            missing = room > 0 and all(option.line.for_ == "child" for option in chosen)
        if not missing or not wanted:
            return chosen
        best = min(wanted, key=self.rank)
        return [*(chosen if len(chosen) < room else self.without_one(chosen, best)), best]

    def without_one(self, chosen: list[_Option], instead: _Option) -> list[_Option]:
        """Return the lines without the last one whose needs the others and `instead` serve, else without the last."""
        ordered = sorted(chosen, key=self.rank, reverse=True)
        for option in ordered:
            served = {need for other in (*chosen, instead) if other is not option for need in other.line.needs}
            if all(need in served for need in option.line.needs if need in self.wanted):
                return [other for other in chosen if other is not option]
        return [other for other in chosen if other is not ordered[0]]
