"""Statistics come from figures and phone numbers from helplines: neither is typed into a text.

A typed statistic loses its year, scope and source, and a typed number is wrong in every country but one. Ages,
durations, dates, steps, prices and numbers of laws are no statistics and may be written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from content.faults import Fault
from content.load import Loaded
from content.model import Pack
from content.prose import Passage, passages

_REFERENCE = re.compile(r"\{[^}]*\}")
_WIDE = str.maketrans("０１２３４５６７８９％＋－，．＃", "0123456789%+-,.#")
_SMALL = r"(?:one|two|three|four|five|six|seven|eight|nine|ten)"
_COUNTED = (
    r"(?:children|minors|victims|cases|pupils|students|teens|teenagers|teachers|boys|girls|kids|parents|families|people"
    r"|users|reports|arrests|consultations|suicides|crimes|offenders|complaints|pictures reported)"
)
_KANJI_NUMBER = r"[一二三四五六七八九十百千万億]"
_STATISTICS = re.compile(
    "|".join(
        (
            r"\d ?(?:%|percent\b|per cent\b|パーセント|ポイント)|" + rf"\b{_SMALL} (?:percent|per cent)\b",
            rf"\b(?:\d+|{_SMALL}) (?:out of|in)(?: every)? (?:\d{{1,2}}|{_SMALL}|twenty|fifty"
            r"|a hundred)\b(?! \w*(?:minute|hour|day|week))",
            r"\b(?:half|a third|two thirds|a quarter|three quarters|a fifth|a tenth) of (?:all |the |these "
            rf"|young )*{_COUNTED}",
            r"\bevery (?:second|third|fourth|fifth|tenth) (?:child|pupil|teen|girl|boy|victim|family)\b",
            r"(?<!under )(?<!over )(?<!aged )(?<!age )(?<![-–\d.:/])\b\d[\d,.]* (?:(?!for |from |to |in |with |by "
            rf"|on )[a-z]+ ){{0,2}}{_COUNTED}\b",
            rf"\b(?:hundred|thousand|million|billion)s? (?:of )?(?:[a-z]+ )?{_COUNTED}\b",
            r"\d(?:\.\d+)? ?(?:thousand|million|billion)\b|\b\d{1,3}(?:,\d{3})+\b",
            r"\b(?:\d+(?:\.\d+)?|two|three|four|five|ten) times (?:as|more|higher|less|fewer|lower)\b",
            r"\b(?:rose|fell|grew|dropped|increased|decreased|went up|went down) (?:by|to|from) \d",
            rf"(?:\d|{_KANJI_NUMBER})割(?!り|引)|(?:\d+|{_KANJI_NUMBER})人に(?:\d+|{_KANJI_NUMBER}|ひと)(?:人|り)",
            rf"(?:\d+|{_KANJI_NUMBER})分の(?:\d+|{_KANJI_NUMBER})|過半数|半数(?:以上|近く|が|の)",
            r"\d[\d,.]*(?:万|千|億)|(?:\d{2,}|\d[\d,]{3,})(?:人|名|件|校)(?!以上の(?:グループ|部屋))|\d(?:人|名"
            r"|件)の(?:子|児童|被害|生徒)",
            rf"(?:被害|児童|子ども|相談|検挙|通報)[^。、]{{0,10}}\d[\d,]*(?:人|名|件)|{_KANJI_NUMBER}{{2,}}(?:人"
            r"|件)(?!十色)",
            r"\d(?:\.\d+)?倍|(?:二|三|四|五|十)倍",
        )
    ),
    re.IGNORECASE | re.ASCII,
)
_BIG = re.compile(r"(?<![\w.,/#+{-])\d{3,}(?![\w.,/-]?\d)", re.ASCII)
"""A number of three or more digits; smaller ones are ages, steps and durations unless the words around say more."""
_YEAR = re.compile(r"(?:19|20)\d\d$")
_UNIT_AFTER = re.compile(
    r"\s*(?:-| )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|metres?|meters?|km|characters?|words?|yen"
    r"|euros?"
    r"|dollars?|pounds?|円|ドル|秒|分(?!の)|時間|日|週|か月|ヶ月|年|歳|メートル|文字|字|条|項|号|px|MB|GB)"
)
_UNIT_BEFORE = re.compile(
    r"(?:\b(?:law|act|article|articles|section|code|no\.?|number|step|pay)|第|[$€£¥])\s*$", re.IGNORECASE
)
_LONG = re.compile(r"(?<![\w./])[+#]?\(?\d(?:[\s().‐-–-]{0,2}\d){6,}(?![\w/])", re.ASCII)
_DATE = re.compile(r"(?:19|20)\d\d[-–/.](?:(?:19|20)\d\d|\d\d?[-/.]\d\d?)$|(?:(?:19|20)\d\d\D{1,2})+(?:19|20)\d\d$")
_HASH = re.compile(r"#\d{3,5}\b", re.ASCII)
_SHORT = re.compile(r"(?<![\w.,#+/-])\d[\d -]*\d(?![\w.,/-]?\d)", re.ASCII)


def check_numbers_in_text(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield a fault for each statistic in a text of the pack, and for each phone number. `today` plays no part in it.

    The bot's own messages hold no statistics but examples of what to type; only phone numbers are looked for there.
    """
    del today
    phones = typed_phones(loaded.pack)
    for passage in passages(loaded):
        yield from passage_faults(passage, phones)


def typed_phones(pack: Pack) -> frozenset[str]:
    """Return the digits of all helplines' numbers, without those of two digits and those that read like a year."""
    numbers = {
        re.sub(r"\D", "", phone.number)
        for lines in pack.helplines.values()
        for line in lines.values()
        for phone in line.phones
    }
    return frozenset(number for number in numbers if len(number) > 2 and not _YEAR.match(number))


def passage_faults(passage: Passage, phones: frozenset[str]) -> Iterator[Fault]:
    """Yield the faults of one text. `phones` are the digits of the numbers that belong to helplines."""
    for line, words in passage.lines():
        text = _REFERENCE.sub("", words.translate(_WIDE))
        if not (re.search(r"\d", text) or _STATISTICS.search(text)):
            continue
        found = [match[0].strip() for match in _phones_in(text, phones)]
        for number in found:
            message = f"the phone number '{number}' is typed here; numbers come from helplines, by the topic's `needs`"
            yield passage.fault(line, message)
        if not found and passage.kind != "wording":
            for statistic in _statistics_in(text):
                message = f"'{statistic}' is a statistic; write {{figure:ID}}, which adds unit, year, scope and source"
                yield passage.fault(line, message)


def _phones_in(text: str, phones: frozenset[str]) -> Iterator[re.Match[str]]:
    for match in _LONG.finditer(text):
        if not _DATE.match(match[0]):
            yield match
    yield from _HASH.finditer(text)
    counts = [match.span() for match in _STATISTICS.finditer(text)]
    for match in _SHORT.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        counted = any(start < match.end() and match.start() < end for start, end in counts)
        if digits in phones and len(digits) < 7 and not counted and not _measured(text, match):
            yield match


def _statistics_in(text: str) -> Iterator[str]:
    found = [match[0].strip() for match in _STATISTICS.finditer(text)]
    yield from found
    for match in _BIG.finditer(text):
        if not found and not _YEAR.match(match[0]) and not _measured(text, match):
            yield match[0]


def _measured(text: str, number: re.Match[str]) -> bool:
    """Tell whether a unit or the name of a law stands beside a number."""
    return bool(_UNIT_AFTER.match(text, number.end()) or _UNIT_BEFORE.search(text[: number.start()]))
