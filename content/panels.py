"""What a chart shows, as numbers: its panels, its words, and the same numbers as text."""

from __future__ import annotations

from dataclasses import dataclass

from content.model import Pack
from content.numbers import figure_wording, fill_numbers, short_number, worded_label, worded_sources
from content.observations import Observation, Observations
from content.statistics import ChartWording, FigureWording, Panel


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a panel: its short name, its numbers oldest first, and its breaks (year to note)."""

    label: str
    points: tuple[Observation, ...]
    breaks: dict[int, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """One panel ready to be drawn: `title` says what the axis counts."""

    kind: str
    title: str
    lines: tuple[Line, ...]
    highlight: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole chart in one language. Numbers in `title`, `subtitle` and `notes` are filled in.

    `source` is the line under the picture.
    """

    title: str
    subtitle: str
    frames: tuple[Frame, ...]
    notes: tuple[str, ...]
    source: str
    wording: FigureWording

    @property
    def observations(self) -> tuple[Observation, ...]:
        """Every number of the chart, in the order of its panels."""
        return tuple(one for frame in self.frames for line in frame.lines for one in line.points)


def build_sheet(pack: Pack, chart: str, language: str) -> Sheet:
    """Return a chart in a language.

    Raises KeyError for a chart that the pack or its wording does not have, ValueError when a panel would put
    numbers on one axis that may not share one.
    """
    wording = figure_wording(pack, language)
    words = wording.charts[chart]
    numbers = pack.observations
    panels = pack.charts[chart].panels
    frames = tuple(
        _frame(pack, panel, numbers, wording, _panel_title(words, at, numbers, wording))
        for at, panel in enumerate(panels)
    )
    return Sheet(
        fill_numbers(words.title, numbers, wording),
        fill_numbers(words.subtitle, numbers, wording),
        frames,
        tuple(fill_numbers(note, numbers, wording) for note in words.notes),
        _source(pack, wording, frames),
        wording,
    )


def mixed_axes(pack: Pack, panel: Panel) -> str | None:
    """Return why the numbers of a panel may not share an axis, or None when they may."""
    series = [pack.series[name] for name in panel.series if name in pack.series]
    figures = [pack.figures[name] for name in panel.figures if name in pack.figures]
    if series and figures:
        return "a panel shows either series or figures"
    axes = sorted({one.axis for one in series})
    if len(axes) > 1:
        return f"series of different axes share a panel: {', '.join(axes)}"
    kinds = {(one.unit, one.scope, one.year, one.base) for one in figures}
    if len(kinds) > 1:
        return "figures of different unit, scope, year or base share a panel"
    groups = sorted({one.group or "" for one in figures})
    if len(groups) > 1:
        return f"figures of different groups share a panel: {', '.join(groups)}"
    return None


def chart_table(pack: Pack, chart: str, language: str) -> str:
    """Return the numbers of a chart as text: a heading for each panel, a line for each series or bar."""
    sheet = build_sheet(pack, chart, language)
    return "\n".join(
        line
        for frame in sheet.frames
        for line in (f"**{frame.title}**", *(_row(line, frame, sheet.wording) for line in frame.lines))
    )


def chart_text(pack: Pack, chart: str, language: str) -> str:
    """Return all that a chart says, for those who cannot see it: title, what is shown, the numbers, and notes."""
    sheet = build_sheet(pack, chart, language)
    return "\n".join([f"**{sheet.title}**", sheet.subtitle, chart_table(pack, chart, language), *sheet.notes])


def _row(line: Line, frame: Frame, wording: FigureWording) -> str:
    if frame.kind == "bars":
        return f"- {line.label}: {short_number(wording, line.points[0])}"
    values = " · ".join(f"{short_time(one)} {short_number(wording, one)}" for one in line.points)
    return values if len(frame.lines) == 1 else f"- {line.label}: {values}"


def short_time(one: Observation) -> str:
    """Return a year as it stands under a column: `2017`, or `2017/18` for a fiscal year."""
    year = one.year or 0
    return f"{year}/{(year + 1) % 100:02}" if one.span == "fiscal" else str(year)


def _source(pack: Pack, wording: FigureWording, frames: tuple[Frame, ...]) -> str:
    points = [one for frame in frames for line in frame.lines for one in line.points]
    source, more = worded_sources(pack, wording, points, limit=2)
    return (wording.source_more if more else wording.source).format(source=source, more=more)


def _panel_title(words: ChartWording, at: int, numbers: Observations, wording: FigureWording) -> str:
    return fill_numbers(words.panels[at], numbers, wording) if at < len(words.panels) else ""


def _frame(pack: Pack, panel: Panel, numbers: Observations, wording: FigureWording, title: str) -> Frame:
    reason = mixed_axes(pack, panel)
    if reason:
        raise ValueError(reason)
    lines = [
        Line(
            worded_label(wording, pack.series[name].measure),
            tuple(row for row in numbers.rows(name) if panel.since is None or (row.year or 0) >= panel.since),
            dict(pack.series[name].breaks),
        )
        for name in panel.series
    ]
    for name in panel.figures:
        one = numbers.get(name)
        lines.append(Line(worded_label(wording, one.measure), (one,), {}))
    return Frame(panel.kind, title, tuple(lines), panel.highlight)
