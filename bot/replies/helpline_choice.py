"""Which helplines are shown, and in which order: a pure choice from the reader's country and the worldwide services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from content.freshness import Freshness, freshness
from content.hours import OpenKind, open_state
from content.model import WORLD, Audience, Confidence, Helpline, Need, Pack
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
    pack: Pack, profile: Profile, needs: Sequence[Need], now: datetime, limit: int = 4
) -> tuple[Helpline, ...]:
    """Return at most `limit` helplines for the needs (most important first), best first; `now` is aware.

    With the need `emergency` the country's emergency number comes first; without it none is returned. Every need
    gets its best line before any gets a second one; directories fill what room is left. The order of the others:
    checked within 24 months before older before undated; earlier need; a language that the reader understands; open
    (a web form always is) before unknown before closed; suits the reader; what the line is mainly for. An old line is
    never dropped when it is the last of its country for a need that there is room for. Lines come from the reader's
    own country and the worldwide services, from no other country.
    """
    if limit < 1:
        return ()
    lines = country_lines(pack, profile.country)
    first = emergency_numbers(lines, needs)[:1]
    wanted = tuple(need for need in needs if need is not Need.EMERGENCY)
    if first and not wanted:
        return first
    others = tuple(line for line in lines if line.kind != "emergency")
    choice = _Choice(profile, now, others, world_lines(pack, profile.country), wanted or (Need.GENERAL,))
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


@dataclass(frozen=True, slots=True)
class _Choice:
    """The choice of lines other than emergency numbers, for one reader at one instant."""

    profile: Profile
    now: datetime
    national: tuple[Helpline, ...]
    world: tuple[Helpline, ...]
    wanted: tuple[Need, ...]

    def lines(self, room: int) -> tuple[Helpline, ...]:
        """Return at most `room` lines in the order in which they are shown."""
        chosen: list[Helpline] = []
        for need in self.wanted:
            pool = self.unserved(need, chosen)
            if len(chosen) < room and pool:
                chosen.append(min(pool, key=partial(self.rank, wanted=(need,))))
        rest = [line for line in self.candidates() if line not in chosen]
        chosen += sorted(rest, key=self.overall)[: max(0, room - len(chosen))]
        directories = [line for line in self.directories() if line not in chosen]
        most = 1 if self.national else len(directories)
        chosen += sorted(directories, key=self.overall)[: min(most, max(0, room - len(chosen)))]
        return tuple(sorted(self.suited(chosen, room), key=self.overall))

    def unserved(self, need: Need, chosen: Sequence[Helpline]) -> list[Helpline]:
        """Return the lines from which one is taken for a need; none when a chosen line already serves it as well.

        Once there is somebody who understands the reader, a further need takes no line where nobody does.
        """
        pool = self.pool(need)
        language = self.profile.language
        if any(understands(line, language) for line in chosen):
            pool = [line for line in pool if understands(line, language)]
        best = min((self.quality(line) for line in pool), default=())
        return [] if any(line in pool and self.quality(line) <= best for line in chosen) else pool

    def candidates(self) -> tuple[Helpline, ...]:
        """Return every line that serves one of the needs, once."""
        found: list[Helpline] = []
        for need in self.wanted:
            found += [line for line in self.pool(need) if line not in found]
        return tuple(found)

    def pool(self, need: Need) -> list[Helpline]:
        """Return the lines for one need: those of the country, and worldwide services that act themselves.

        Directories stand in for the most important need when there is no such line. Lines for parents only are left
        out for a young person who has any other.
        """
        direct = [line for line in (*self.national, *self.world) if need in line.needs and not self.is_directory(line)]
        if not direct and need is self.wanted[0]:
            direct = [line for line in self.world if need in line.needs]
        if self.profile.audience is Audience.YOUNG:
            return [line for line in direct if line.for_ != "parent"] or direct
        return direct

    def is_directory(self, line: Helpline) -> bool:
        """Return whether a line only leads on to the lines of many countries."""
        return line.kind == "line" and line in self.world

    def directories(self) -> list[Helpline]:
        """Return the worldwide directories that help with one of the needs, or in general."""
        wanted = {*self.wanted, Need.GENERAL}
        return [line for line in self.world if self.is_directory(line) and wanted & set(line.needs)]

    def rank(self, line: Helpline, wanted: tuple[Need, ...]) -> Rank:
        """Return the place of a line among those that serve one of the wanted needs; lower comes first."""
        need = next((place for place, need in enumerate(wanted) if need in line.needs), len(wanted))
        purpose = line.needs.index(wanted[need]) if need < len(wanted) else len(line.needs)
        age, *fit = self.quality(line)
        order = (*self.national, *self.world).index(line)
        suits = _AUDIENCE_ORDER[self.profile.audience][line.for_]
        return (age, int(self.is_directory(line)), need, *fit, suits, purpose, int(line in self.world), order)

    def overall(self, line: Helpline) -> Rank:
        return self.rank(line, self.wanted)

    def quality(self, line: Helpline) -> Rank:
        """Return how well a line can be used now: age of its check, language, open or not."""
        age = max(0, freshness(line, self.now.date()) - Freshness.AGING)
        speaks = understands(line, self.profile.language)
        online = line.kind == "reporting" and not line.phones and line.hours is None
        is_open = 0 if online else _OPEN_ORDER[open_state(line, self.now).kind]
        return (age, int(not speaks), is_open)

    def suited(self, chosen: list[Helpline], room: int) -> list[Helpline]:
        """Make sure of a children's line for a young person, and of more than children's lines for everybody else."""
        if self.profile.audience is Audience.YOUNG:
            wanted = [line for line in self.candidates() if line.for_ == "child" and line in self.national]
            missing = room > 1 and not any(line.for_ == "child" for line in chosen)
        else:
            general = replace(self, wanted=(*self.wanted, Need.GENERAL, Need.SUICIDE))
            wanted = [line for line in general.candidates() if line.for_ != "child"]
            wanted += [line for line in self.world if line.for_ != "child"]
            missing = room > 0 and all(line.for_ == "child" for line in chosen)
        if not missing or not wanted:
            return chosen
        best = min(wanted, key=self.overall)
        kept = chosen if len(chosen) < room else self.without_one(chosen, best)
        return [*kept, best]

    def without_one(self, chosen: list[Helpline], instead: Helpline) -> list[Helpline]:
        """Return the lines without the last one whose needs the others and `instead` serve, else without the last."""
        ordered = sorted(chosen, key=self.overall, reverse=True)
        for line in ordered:
            others = [other for other in (*chosen, instead) if other is not line]
            served = {need for other in others for need in other.needs}
            if all(need in served for need in line.needs if need in self.wanted):
                return [other for other in chosen if other is not line]
        return [other for other in chosen if other is not ordered[0]]
