"""Ages in a question, as measures of the pack."""

from __future__ import annotations

import re
from collections.abc import Sequence

from content.lexicon import Found

_JOIN = r"(?:to|and|or|~|から|[yaeo]|ate|至|到|\s)"
_BEFORE = re.compile(rf"(?:(?<!\d)(\d{{1,2}})\s*{_JOIN}\s*)?(?<!\d)(\d{{1,2}})\s*$")
_AFTER = re.compile(r"^\s*(\d{1,2})(?:\s*(?:to|and|or|~)?\s+(\d{1,2}))?(?!\d)")
_YOUNGER = re.compile(r"\s*(?:or|and)\s+(?:under|younger|below)")
_SPAN = re.compile(r"(?<!\d)(\d{1,2})\s*(?:to|~|から|\s)\s*(\d{1,2})(?=\s*(?:group|age|歳|才|さい|bracket|range))")
_STRICT = (
    "under",
    "below",
    "younger than",
    "menores de",
    "menor de",
    "abaixo de",
    "por debajo de",
    "未満",
    "미만",
    "未满",
    "不满",
)
"""Words after which the age itself is not meant."""
_SCHOOLS = {
    (6, 11): "school-elementary",
    (6, 12): "school-elementary",
    (7, 12): "school-elementary",
    (12, 15): "school-junior-high",
    (13, 15): "school-junior-high",
    (12, 14): "school-junior-high",
    (15, 18): "school-high",
    (16, 18): "school-high",
    (15, 17): "school-high",
}
"""What people mean by these ages: the years at a Japanese school."""
_YOUNGEST_AT_SCHOOL, _SINGLE_FROM, _SINGLE_TO, _GROWN = 8, 14, 17, 18
_SUM = "age-13-and-under"


def read_ages(text: str, found: Sequence[Found], *, spans: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the measures that ages in a folded text mean, and the kinds of ages that no statistic has.

    `spans` also reads "the 12 to 15 group", where no word says that an age is meant.
    """
    measures: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for low, high in _ages(text, found, spans=spans):
        names, kind = age_measures(low, high)
        measures |= dict.fromkeys(names)
        if kind:
            unknown[kind] = None
    return tuple(measures), tuple(unknown)


def age_measures(low: int, high: int) -> tuple[tuple[str, ...], str | None]:
    """Return the measures for children from `low` to `high` years (both included), or why there are none.

    Ages at elementary school and from 14 to 17 are counted one by one, 13 and younger only together.
    """
    if low == 0 and high >= _GROWN - 1:
        return (), None
    if (low, high) in _SCHOOLS:
        return (_SCHOOLS[low, high],), None
    if low >= _GROWN:
        return (), "older"
    if high < _YOUNGEST_AT_SCHOOL:
        return (), "younger"
    if low == 0 and high == _SINGLE_FROM - 1:
        return (_SUM,), None
    if low >= _SINGLE_FROM and high <= _SINGLE_TO:
        return tuple(f"age-{age}" for age in range(low, high + 1)), None
    if high < _SINGLE_FROM - 1:
        first = max(low, _YOUNGEST_AT_SCHOOL)
        return tuple(f"elementary-age-{age}" for age in range(first, high + 1)), None
    return (), "age"


def _ages(text: str, found: Sequence[Found], *, spans: bool) -> list[tuple[int, int]]:
    ages: dict[int, tuple[int, int]] = {}
    under = [one for one in found if one.slot == "under"]
    for one in found:
        if one.slot == "years_old":
            match = _BEFORE.search(text[: one.start])
            if match is None or (text[one.start : one.end] == "anos" and not _named(text[: match.start()])):
                continue
            last = int(match[2])
            first = int(match[1] or last)
            start = match.start()
            below = any(0 <= start - word.end <= 1 or 0 <= word.start - one.end <= 2 for word in under)
            ages[match.end()] = _range(first, last, below=below, strict=_strict(text, start, one.end))
        elif one.slot == "aged":
            match = _AFTER.search(text[one.end :])
            if match is not None:
                first = int(match[1])
                end = one.end + match.end()
                below = any(0 <= word.start - end <= 2 for word in under)
                ages.setdefault(end, _range(first, int(match[2] or first), below=below, strict=False))
        elif one.slot == "under":
            match = _AFTER.search(text[one.end :])
            if match is not None and text[one.start : one.end] in _STRICT and not match[2]:
                ages.setdefault(one.end + match.end(), (0, int(match[1]) - 1))
    if spans and not ages:
        ages = {
            word.start: (0, int(match[2]))
            for word in under
            if _YOUNGER.match(text[word.start : word.end]) and (match := _BEFORE.search(text[: word.start]))
        }
    if spans and not ages:
        ages = {match.start(): (int(match[1]), int(match[2])) for match in _SPAN.finditer(text)}
    return [(low, high) for low, high in ages.values() if low <= high < 100]


def _strict(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 14) : start].strip(), text[end : end + 3].strip()
    return any(before.endswith(word) or after.startswith(word) for word in _STRICT)


def _range(first: int, last: int, *, below: bool, strict: bool) -> tuple[int, int]:
    if below:
        return 0, last - 1 if strict else last
    return first, last


def _named(before: str) -> bool:
    """Tell whether a number of Spanish or Portuguese years is an age: "de 14 años", not "hace 14 años"."""
    return bool(re.search(r"(?:\bde|\bentre|\bcon|\bcom|\btienen|\btinham|\btenian)\s*$", before))
