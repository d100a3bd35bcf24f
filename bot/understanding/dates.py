"""Years in a question: calendar years, years of Japanese eras, and numerals in any writing."""

from __future__ import annotations

import re

_ERAS = {
    "令和": 2018,
    "reiwa": 2018,
    "r": 2018,
    "平成": 1988,
    "heisei": 1988,
    "h": 1988,
    "昭和": 1925,
    "showa": 1925,
    "s": 1925,
}
"""The year before the first of each era."""
_KANJI = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_DIGITS = "〇零一二三四五六七八九十"
_CALENDAR = re.compile(r"(?<![\d,.])((?:19|20)\d\d)(?![\d,]\d|\d|\s*(?:人(?!数)|名|명|children|kids|victims))")
_NAMED = re.compile(r"\b(?:in|of|for|the|from|since|during)\s+((?:19|20)[0-3]\d)(?=\s+(?:children|kids|victims)\b)")
"""A year before the word that a count would stand before, too: "of 2017 victims"."""
_KANJI_YEAR = re.compile(rf"([{_DIGITS[:-1]}]{{4}})年")
_ERA = re.compile(rf"(令和|平成|昭和|reiwa|heisei|showa)\s*(元|\d{{1,2}}|[{_DIGITS}]{{1,3}})")
_SHORT_ERA = re.compile(r"(?<![a-z0-9])([hrs])\.?(\d{1,2})(?![a-z0-9])(?=\s*年|\s|$|[、。,.?])")
_SHORT = re.compile(r"(?<![\d'])(?:'(\d\d)(?![\d\w])|(?<![このこ去近約後])(\d\d)年(?![間前以ぶ生目代半分]))")
_LAST = 2040


def read_years(text: str) -> tuple[int, ...]:
    """Return the calendar years that a folded text names, in its order, each once.

    `平成29年`, `令和五年`, `Heisei 29`, `H29` and `二〇一七年` are years; `'17` and `17年` are of this century.
    """
    found: dict[int, int] = {}
    for match in (*_CALENDAR.finditer(text), *_NAMED.finditer(text)):
        found[match.start(1)] = int(match[1])
    for match in _KANJI_YEAR.finditer(text):
        found[match.start()] = int("".join(str(_KANJI[sign]) for sign in match[1]))
    for pattern in (_ERA, _SHORT_ERA):
        for match in pattern.finditer(text):
            found[match.start()] = _ERAS[match[1]] + (1 if match[2] == "元" else parse_numeral(match[2]))
    taken = [(match.start(), match.end()) for pattern in (_ERA, _SHORT_ERA) for match in pattern.finditer(text)]
    for match in _SHORT.finditer(text):
        year = 2000 + int(match[1] or match[2])
        inside = any(start <= match.start() < end for start, end in taken)
        if not inside and year <= _LAST:
            found[match.start()] = year
    years = (year for _, year in sorted(found.items()) if match_range(year))
    return tuple(dict.fromkeys(years))


def match_range(year: int) -> bool:
    """Tell whether a number can be meant as a year of these statistics, or of a question about them."""
    return 1900 <= year < 2100


def parse_numeral(text: str) -> int:
    """Return a numeral below 100 in digits or kanji (`29`, `二十九`, `二九`)."""
    if text.isdigit() and text.isascii():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_KANJI[tens[-1]] if tens else 1) * 10 + (_KANJI[ones[0]] if ones else 0)
    return int("".join(str(_KANJI[sign]) for sign in text))
