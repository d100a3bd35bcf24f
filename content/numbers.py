"""How numbers and times are written in each language, with unit, scope and source."""

from __future__ import annotations

import re
from collections.abc import Iterable

from content.entries import Confidence
from content.model import Pack
from content.observations import Observation, Observations
from content.statistics import FigureWording

_SIGNS = str.maketrans("-*/", "−×÷")
_REFERENCE = re.compile(r"\{([a-z0-9-]+)\}")


def figure_wording(pack: Pack, language: str) -> FigureWording:
    """Return the wording of the statistics in a language, else in English, else in any."""
    for code in (language, "en", *pack.languages):
        if code in pack.languages and pack.languages[code].figures.measures:
            return pack.languages[code].figures
    return FigureWording(units={}, measures={}, scopes={}, limits={})


def number(value: float, wording: FigureWording | None = None) -> str:
    """Return a number with the marks of a language (default: 1,468.5): whole ones without decimals, any other with one.

    Where a blank parts the thousands, numbers of four digits stand together, as the SI writes them.
    """
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    if wording is None:
        return text
    thousands = "" if wording.thousands.isspace() and abs(value) < 10_000 else wording.thousands
    return text.translate({ord(","): thousands, ord("."): wording.decimal})


def worded_formula(wording: FigureWording, formula: str) -> str:
    """Return a formula of the pack (`61 / 1813`) with the marks of a language and the signs of print (`61 ÷ 1,813`)."""

    def worded(match: re.Match[str]) -> str:
        whole, _, decimals = match[0].partition(".")
        return number(int(whole), wording) + (wording.decimal + decimals if decimals else "")

    return re.sub(r"\d+(?:\.\d+)?", worded, formula).translate(_SIGNS)


def short_number(wording: FigureWording, one: Observation) -> str:
    """Return a number for a chart or a table: without its unit, save percent, and with a sign of how exact it is."""
    value = number(one.value, wording) + (" %" if one.unit == "percent" else "")
    return wording.signs.get(one.qualifier, "{value}").format(value=value) if one.qualifier else value


def worded_value(wording: FigureWording, one: Observation) -> str:
    """Return a number with its unit, how exact it is, and what it is a part of."""
    templates = wording.singular if one.value == 1 and one.unit in wording.singular else wording.units
    words = templates.get(one.unit, "{value}").format(value=number(one.value, wording))
    if one.qualifier is not None:
        words = wording.qualifiers.get(one.qualifier, "{value}").format(value=words)
    if one.base is None or one.unit == "percent-more":
        return words
    base = wording.bases.get(one.scope, "{value}").format(value=number(one.base, wording))
    return wording.of.format(number=words, base=base)


def worded_time(wording: FigureWording, one: Observation) -> str:
    """Return the time that a number is about."""
    times = wording.times
    if one.period is not None and "-" in one.period:
        first, last = one.period.split("/")
        return times["months"].format(
            first_year=first[:4],
            first_month=wording.month_names[int(first[5:]) - 1],
            last_year=last[:4],
            last_month=wording.month_names[int(last[5:]) - 1],
        )
    if one.period is not None and len(one.period) > len("2017/18"):
        first, last = one.period.split("/")
        return times["years"].format(first_year=first, last_year=last)
    if one.year is None:
        return times.get("undated", "–")
    kind = "fiscal" if one.period is not None else one.span
    return times.get(kind, "{year}").format(year=one.year, next=f"{(one.year + 1) % 100:02}")


def worded_label(wording: FigureWording, measure: str) -> str:
    """Return the short name of a measure, for charts and lists; its full name where it has none."""
    return wording.labels.get(measure) or wording.measures.get(measure, measure)


def worded_sources(pack: Pack, wording: FigureWording, many: Iterable[Observation], limit: int = 3) -> tuple[str, int]:
    """Return who counted and who reports it, newest numbers first, and how many sources are left out.

    Up to `limit` sources are named with their dates; of more, only the publishers of the first.
    """
    found = sorted(many, key=lambda one: -(one.year or 0))
    issuers = dict.fromkeys(wording.issuers[one.scope] for one in found if one.scope in wording.issuers)
    sources = [pack.sources[name] for name in dict.fromkeys(one.source for one in found)]
    if len(sources) <= limit:
        names = list(dict.fromkeys(f"{source.publisher}, {source.date}" for source in sources))
        more = 0
    else:
        publishers = list(dict.fromkeys(source.publisher for source in sources))
        names, more = publishers[:limit], max(0, len(publishers) - limit)
    reported = "; ".join(names)
    if not issuers:
        return reported, more
    return wording.reported.format(issuer=", ".join(issuers), reported=reported), more


def is_second_hand(one: Observation) -> bool:
    """Tell whether the number was read in a text that repeats another's."""
    return one.confidence is Confidence.SECONDARY


def fill_numbers(text: str, observations: Observations, wording: FigureWording) -> str:
    """Replace references such as `{total-2019}` by the number as the language writes it; an unknown one is left out."""

    def replaced(match: re.Match[str]) -> str:
        found = observations.find(match[1])
        return number(found.value, wording) if found else ""

    return _REFERENCE.sub(replaced, text)


def references(text: str) -> tuple[str, ...]:
    """Return the ids that a text refers to."""
    return tuple(_REFERENCE.findall(text))
