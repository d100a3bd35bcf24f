"""Single numbers of the pack, whether they were written as figures or as rows of a series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from content.entries import Confidence
from content.statistics import Figure, Qualifier, Series

TOTAL = "victims"
"""The measure that every count of the Japanese police is a part of."""
HOME = "JP"
"""The country that the statistics are about when no other is named."""
SHARES = frozenset({"percent", "one-in"})
"""Units that say a part of something, not a count."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One number with all that must be said with it. `id` is a figure's, or `SERIES-YEAR` for a row of a series.

    `year` is the calendar year, or the first year of a longer time: `span` is `year`, `fiscal` or `first-half`, and
    `period`, when there is one, replaces it (see `content.model.Period`).
    """

    id: str
    topic: str
    measure: str
    group: str | None
    country: str
    year: int | None
    period: str | None
    span: str
    value: int | float
    qualifier: Qualifier | None
    unit: str
    base: int | None
    scope: str
    source: str
    confidence: Confidence
    formula: str | None
    notes: tuple[str, ...]

    @property
    def is_share(self) -> bool:
        """Tell whether the number is a part of something, not a count."""
        return self.unit in SHARES


class Observations:
    """All numbers of a pack, found by id, or by what they measure. A figure hides the row that says the same."""

    def __init__(self, figures: Mapping[str, Figure], many: Mapping[str, Series]) -> None:
        self._by_id = {name: _from_figure(name, figure) for name, figure in figures.items()}
        said = {_key(found) for found in self._by_id.values()}
        self._all = list(self._by_id.values())
        self._breaks: dict[str, dict[int, str]] = {}
        self._rows: dict[str, tuple[Observation, ...]] = {}
        for name, series in many.items():
            self._breaks.setdefault(series.measure, {}).update(series.breaks)
            self._rows[name] = tuple(_from_series(name, series))
            for row in self._rows[name]:
                self._by_id.setdefault(row.id, row)
                if _key(row) not in said:
                    self._all.append(row)

    def __iter__(self) -> Iterator[Observation]:
        return iter(self._all)

    def get(self, name: str) -> Observation:
        """Return the number with this id. Raises KeyError when the pack does not have it."""
        return self._by_id[name]

    def find(self, name: str) -> Observation | None:
        """Return the number with this id, or None."""
        return self._by_id.get(name)

    def rows(self, series: str) -> tuple[Observation, ...]:
        """Return the rows of a series, oldest first. Raises KeyError for one that the pack does not have."""
        return self._rows[series]

    def of(self, measure: str, year: int | None = None) -> tuple[Observation, ...]:
        """Return the numbers of a measure, of all years or of one, oldest first, counts before shares."""
        found = [one for one in self._all if one.measure == measure and year in {None, one.year}]
        return tuple(sorted(found, key=lambda one: (one.year or 0, one.is_share)))

    def group(self, name: str, year: int | None = None) -> tuple[Observation, ...]:
        """Return the numbers of a group of measures, of all years or of one."""
        return tuple(one for one in self._all if one.group == name and year in {None, one.year})

    def counts(self, measure: str) -> tuple[Observation, ...]:
        """Return the yearly numbers of a measure in one unit (counts when there are any), oldest first."""
        found = [one for one in self.of(measure) if one.year is not None and one.period is None]
        plain = [one for one in found if not one.is_share]
        unit = (plain or found)[0].unit if found else ""
        return tuple(one for one in found if one.unit == unit)

    def years(self, measure: str) -> tuple[int, ...]:
        """Return the years of a measure, oldest first."""
        return tuple(sorted({one.year for one in self.of(measure) if one.year is not None}))

    def breaks(self, measure: str) -> dict[int, str]:
        """Return the years from which a measure cannot be compared with before, with the notes that say why."""
        return dict(self._breaks.get(measure, {}))


def _key(one: Observation) -> tuple[str, int | None, str, str | None, str]:
    return one.measure, one.year, one.unit, one.period, one.span


def _from_figure(name: str, figure: Figure) -> Observation:
    return Observation(
        id=name,
        topic=figure.topic,
        measure=figure.measure,
        group=figure.group,
        country=figure.country,
        year=figure.year,
        period=figure.period,
        span="year",
        value=figure.value,
        qualifier=figure.qualifier,
        unit=figure.unit,
        base=figure.base,
        scope=figure.scope,
        source=figure.source,
        confidence=figure.confidence,
        formula=figure.formula,
        notes=figure.notes,
    )


def _from_series(name: str, series: Series) -> Iterator[Observation]:
    for year, row in sorted(series.rows.items()):
        yield Observation(
            id=f"{name}-{year}",
            topic=series.topic,
            measure=series.measure,
            group=series.group,
            country=series.country,
            year=year,
            period=None,
            span=series.period,
            value=row.value,
            qualifier=row.qualifier,
            unit=series.unit,
            base=row.base,
            scope=series.scope,
            source=row.source,
            confidence=row.confidence,
            formula=row.formula,
            notes=row.notes,
        )
