"""The typed numbers of a pack: figures, series over years, charts of both, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from content.entries import Confidence, Entry, Identifier, Text


class Qualifier(StrEnum):
    """How exact a printed number is. None means: as counted."""

    ABOUT = "about"
    AT_LEAST = "at-least"
    MORE_THAN = "more-than"
    NEARLY = "nearly"
    ESTIMATE = "estimate"
    PROVISIONAL = "provisional"


Period = Annotated[str, StringConstraints(pattern=r"^\d{4}(/\d{2}|-\d{2}/\d{4}-\d{2}|/\d{4})$")]
"""A time that is no calendar year: a fiscal year `2017/18`, months `2017-01/2017-06`, or years `2019/2022`."""


Place = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|WORLD)$")]
"""Where a number was counted: an ISO country code, `EU` for Europe, or `WORLD`."""


class Figure(Entry):
    """One number that a statistic states: `measure` in `year`, `value` in `unit`, about `scope`.

    `base` is the count that a percentage is a part of. `group` holds measures that are ranked against each other
    (the crimes, the schools); a measure has at most one count and one percentage a year. `period` replaces the year
    in words when the time is no calendar year, `year` is then its first. `formula` is required when derived.
    A whole `value` is shown without decimals, any other with one: write 17.0 for a percentage printed as 17.0.
    """

    topic: Identifier
    measure: Identifier
    group: Identifier | None = None
    year: int | None = None
    period: Period | None = None
    country: Place = "JP"
    value: int | float
    qualifier: Qualifier | None = None
    unit: Identifier
    scope: Identifier
    base: int | None = None
    source: Identifier
    confidence: Confidence
    formula: Text | None = None
    notes: tuple[Identifier, ...] = ()


class SeriesRow(Entry):
    """One year of a series. `base` is the count that a percentage is a part of."""

    value: int | float
    qualifier: Qualifier | None = None
    base: int | None = None
    source: Identifier
    confidence: Confidence
    formula: Text | None = None
    notes: tuple[Identifier, ...] = ()


class Series(Entry):
    """The same measure over years. Only series of the same `axis` may share a chart panel.

    `period` tells what a row covers: a calendar year, its first half, or a fiscal year that begins in it.
    `breaks` name the years from which the rows cannot be compared with those before, with the note that says why.
    """

    topic: Identifier
    measure: Identifier
    group: Identifier | None = None
    unit: Identifier
    scope: Identifier
    axis: Identifier
    country: Place = "JP"
    period: Literal["year", "first-half", "fiscal"] = "year"
    rows: Mapping[int, SeriesRow] = Field(min_length=1)
    breaks: Mapping[int, Identifier] = Field(default_factory=dict)


class Panel(Entry):
    """One frame of a chart with one axis: `columns` or `lines` over years, or `bars` of figures of one year.

    `since` leaves out the years before it, where they are too few to show a development.
    """

    kind: Literal["columns", "lines", "bars"]
    series: tuple[Identifier, ...] = ()
    figures: tuple[Identifier, ...] = ()
    highlight: tuple[Identifier | int, ...] = ()
    since: int | None = None


class Chart(Entry):
    """What a picture shows, in panels from top to bottom. `topic` is the question that it answers."""

    topic: Identifier
    panels: tuple[Panel, ...] = Field(min_length=1, max_length=3)


class ChartWording(Entry):
    """The words of a chart: `title` says the finding, `button` is its name in the menu.

    Numbers are written as references, `{total-2019}`: the number of a figure, or of a series and a year.
    """

    button: Text
    title: Text
    subtitle: Text
    panels: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()


class FigureWording(Entry):
    """How the statistics are worded in one language.

    `units` hold `{value}`, `singular` the same for the value 1, `bases` the same for what a percentage is of, by
    scope; `qualifiers` hold the worded `{value}`, `signs` the bare one in charts and
    tables, `of` holds `{number}` and `{base}`;
    `sentence` holds `{value}`, `{time}` and `{scope}`, for use inside a text; `reported`
    holds `{issuer}` and `{reported}`, `source` and `source_more` (with `{more}`) the line on a picture; `times` word a
    `year`, a `fiscal` year, the `first-half` of a year, `months`, `years` and `undated`; `month_names` are twelve;
    `thousands` and `decimal` are the marks inside a number (a blank leaves numbers of four digits together).
    `measures` are noun phrases, `labels` their short forms in charts and lists; `scopes` say who is counted in a few
    words, `definitions` in full; `issuers` say who made the count when the source only reports it; `limits` say
    what a number of that scope does not say; `notes` belong to single figures and breaks; `groups` name sets of
    measures. Notes and limits may hold references such as `{total-2019}`.
    """

    units: Mapping[Identifier, Text]
    singular: Mapping[Identifier, Text] = Field(default_factory=dict)
    bases: Mapping[Identifier, Text] = Field(default_factory=dict)
    qualifiers: Mapping[Qualifier, Text] = Field(default_factory=dict)
    signs: Mapping[Qualifier, Text] = Field(default_factory=dict)
    of: Text = "{number} / {base}"
    sentence: Text = "{value} ({time}; {scope})"
    reported: Text = "{issuer}: {reported}"
    source: Text = "{source}"
    source_more: Text = "{source} +{more}"
    times: Mapping[Identifier, Text] = Field(default_factory=dict)
    month_names: tuple[Text, ...] = ()
    thousands: str = Field(default=",", max_length=1)
    decimal: str = Field(default=".", min_length=1, max_length=1)
    measures: Mapping[Identifier, Text]
    labels: Mapping[Identifier, Text] = Field(default_factory=dict)
    scopes: Mapping[Identifier, Text]
    definitions: Mapping[Identifier, Text] = Field(default_factory=dict)
    issuers: Mapping[Identifier, Text] = Field(default_factory=dict)
    limits: Mapping[Identifier, tuple[Text, ...]]
    notes: Mapping[Identifier, Text] = Field(default_factory=dict)
    groups: Mapping[Identifier, Text] = Field(default_factory=dict)
    charts: Mapping[Identifier, ChartWording] = Field(default_factory=dict)
