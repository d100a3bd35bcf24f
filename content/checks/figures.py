"""The rules for statistics: what may be shown, how it is worded, and what may stand on one axis."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from content.entries import Confidence
from content.faults import Fault
from content.lexicon import load_lexicon
from content.load import Loaded
from content.model import Pack
from content.numbers import references
from content.observations import Observation
from content.panels import mixed_axes
from content.statistics import Chart, Figure, FigureWording, Series, SeriesRow

_TIMES = ("year", "fiscal", "first-half", "months", "years", "undated")
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def check_figures(loaded: Loaded, today: date) -> Iterable[Fault]:
    """Report every fault of figures, series, charts and their wording, each with file and line."""
    del today  # numbers do not go stale by themselves
    pack = loaded.pack
    for name, figure in pack.figures.items():
        for problem in _number_problems(pack, figure, figure.unit):
            yield _fault(loaded, "figures", name, f"figure '{name}': {problem}")
    for name, series in pack.series.items():
        for year, row in series.rows.items():
            for problem in _number_problems(pack, row, series.unit):
                yield _fault(loaded, "series", name, f"series '{name}', {year}: {problem}")
    yield from _contradictions(loaded)
    yield from _axes(loaded)
    for name, chart in pack.charts.items():
        for problem in _chart_problems(pack, chart):
            yield _fault(loaded, "charts", name, f"chart '{name}': {problem}")
    for code, language in pack.languages.items():
        if language.figures.measures:
            for entry, problem in _wording_problems(pack, language.figures):
                file, line = loaded.places.get((code, "figures", entry), (f"{code}/figures.yaml", 1))
                yield Fault(file, line, problem)


def check_slots(folders: Sequence[Path], pack: Pack) -> Iterable[Fault]:
    """Report faults in the words that questions about numbers are read with (`questions/<language>/slots.yaml`)."""
    return load_lexicon(folders, pack).faults


def _fault(loaded: Loaded, kind: str, name: str, message: str) -> Fault:
    file, line = loaded.place(kind, name)
    return Fault(file, line, message)


def _number_problems(pack: Pack, one: Figure | SeriesRow, unit: str) -> Iterator[str]:
    if one.confidence is Confidence.MEMORY:
        yield "its confidence is 'memory': a number without a source is never shown"
    if one.source not in pack.sources:
        yield f"the source '{one.source}' does not exist"
    if not math.isfinite(one.value):
        yield "its value is no number"
    elif one.value < 0:
        yield "its value is negative; say the direction by the unit"
    if unit == "percent" and one.value > 100:
        yield f"{one.value} percent is more than all"
    if one.confidence is Confidence.DERIVED and one.formula is None:
        yield "it is derived, so its formula must be written"
    if one.formula is not None and math.isfinite(one.value):
        yield from _formula_problems(one.formula, one.value, unit)


def _formula_problems(formula: str, value: float, unit: str) -> Iterator[str]:
    try:
        result = evaluate(formula)
    except (ValueError, ZeroDivisionError):
        yield f"the formula '{formula}' cannot be read; write numbers, + - * / and brackets"
        return
    percent = unit.startswith("percent") and result <= 1.0 < value
    exact = 100 * result if percent else result
    tolerance = 0.5 if isinstance(value, int) else 0.051
    if abs(exact - value) > tolerance:
        yield f"the formula '{formula}' gives {exact:.4g}, not {value:.10g}"


def evaluate(formula: str) -> float:
    """Return the result of a formula of numbers, `+ - * /` and brackets. Raises ValueError for anything else."""
    try:
        return _evaluate(ast.parse(formula, mode="eval").body)
    except SyntaxError as error:
        raise ValueError(formula) from error


def _evaluate(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_evaluate(left), _evaluate(right))
        case _:
            raise ValueError(ast.unparse(node))


def _contradictions(loaded: Loaded) -> Iterator[Fault]:
    """Report numbers that say something else about the same measure and time, and ids that mean two numbers."""
    numbers = loaded.pack.observations
    said: dict[tuple[object, ...], Observation] = {}
    rows = {row.id: (name, row) for name in loaded.pack.series for row in numbers.rows(name)}
    for name in loaded.pack.figures:
        one = numbers.get(name)
        said[_subject(one)] = one
        if name in rows and _subject(rows[name][1]) != _subject(one):
            yield _fault(loaded, "figures", name, f"'{name}' also means a row of the series '{rows[name][0]}'")
    for series, row in rows.values():
        other = said.get(_subject(row))
        if other is not None and other.value != row.value:
            message = (
                f"series '{series}', {row.year}: {row.value:,} contradicts the figure '{other.id}': {other.value:,}"
            )
            yield _fault(loaded, "series", series, message)


def _subject(one: Observation) -> tuple[object, ...]:
    return one.measure, one.unit, one.year, one.period, one.span


def _axes(loaded: Loaded) -> Iterator[Fault]:
    """Report series that claim one axis although they count different things or times."""
    first: dict[str, tuple[str, Series]] = {}
    for name, series in loaded.pack.series.items():
        other_name, other = first.setdefault(series.axis, (name, series))
        kinds = [(one.unit, one.scope, one.period, one.country) for one in (series, other)]
        if kinds[0] != kinds[1]:
            message = f"series '{name}' and '{other_name}' share the axis '{series.axis}' but count different things"
            yield _fault(loaded, "series", name, message)


def _chart_problems(pack: Pack, chart: Chart) -> Iterator[str]:
    if chart.topic not in pack.topics:
        yield f"the topic '{chart.topic}' does not exist"
    for panel in chart.panels:
        unknown = [f"series '{one}'" for one in panel.series if one not in pack.series]
        unknown += [f"figure '{one}'" for one in panel.figures if one not in pack.figures]
        yield from (f"the {one} does not exist" for one in unknown)
        if not (panel.series or panel.figures):
            yield "a panel shows nothing"
        if bool(panel.figures) != (panel.kind == "bars"):
            yield "bars show figures; columns and lines show series"
        reason = mixed_axes(pack, panel)
        if reason:
            yield reason


def _wording_problems(pack: Pack, wording: FigureWording) -> Iterator[tuple[str, str]]:
    """Yield the entry of the wording where something is missing, and what."""
    numbers = list(pack.observations)
    breaks = {note for series in pack.series.values() for note in series.breaks.values()}
    wanted: dict[str, set[str]] = {
        "units": {one.unit for one in numbers},
        "measures": {one.measure for one in numbers},
        "scopes": {one.scope for one in numbers},
        "limits": {one.scope for one in numbers},
        "notes": {note for one in numbers for note in one.notes} | breaks,
        "labels": breaks,
        "groups": {one.group for one in numbers if one.group},
        "qualifiers": {str(one.qualifier) for one in numbers if one.qualifier},
        "times": set(_TIMES),
        "charts": set(pack.charts),
    }
    for entry, names in wanted.items():
        for name in sorted(names - {str(key) for key in getattr(wording, entry)}):
            yield entry, f"'{name}' has no wording under '{entry}'"
    for unit, template in {**wording.units, **wording.singular}.items():
        if "{value}" not in template:
            yield "units", f"the unit '{unit}' must hold {{value}}"
    if len(wording.month_names) not in {0, 12}:
        yield "month_names", "there are twelve months"
    yield from _reference_problems(pack, wording)
    for name, words in wording.charts.items():
        if name in pack.charts and len(words.panels) != len(pack.charts[name].panels):
            yield "charts", f"the chart '{name}' needs one title for each of its panels"


def _reference_problems(pack: Pack, wording: FigureWording) -> Iterator[tuple[str, str]]:
    numbers = pack.observations
    texts = [("notes", name, text) for name, text in wording.notes.items()]
    texts += [("limits", name, text) for name, limits in wording.limits.items() for text in limits]
    for name, chart in wording.charts.items():
        parts = (chart.title, chart.subtitle, *chart.panels, *chart.notes)
        texts += [("charts", name, text) for text in parts]
    for entry, name, text in texts:
        for reference in references(text):
            if numbers.find(reference) is None:
                yield entry, f"'{name}' refers to '{reference}', which is no figure and no row of a series"
