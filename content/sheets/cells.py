"""What stands in a cell: a value of the pack as text that people can edit, and back.

`show` and `parse` are inverse for every value that fits the pack. `parse` raises ValueError with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

Raw = object
"""A value as a file of the pack holds it: text, number, date, list or mapping of these."""

_DAYS = re.compile(r"^([1-7](?:[-,][1-7])*)\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})$")
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of value is written in a cell. `hint` says it to an editor."""

    show: Callable[[Raw], str]
    parse: Callable[[str], Raw]
    hint: str = ""


def plain(value: object) -> str:
    """Return what a cell holds as text, whatever a spreadsheet program made of it: a number, a date, a time."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case time():
            return value.strftime("%H:%M")
        case _:
            return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "").strip()


def _show_list(value: Raw) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else plain(value)


def _parse_list(text: str) -> Raw:
    return [part.strip() for part in re.split(r"[,、\n]", text) if part.strip()]


def _show_lines(value: Raw) -> str:
    return "\n".join(plain(item) for item in value) if isinstance(value, list) else plain(value)


def _parse_lines(text: str) -> Raw:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _parse_date(text: str) -> Raw:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is no date; write it as 2026-11-23") from None


def _parse_number(text: str) -> Raw:
    if not re.fullmatch(r"[0-9]+", text):
        raise ValueError(f"'{text}' is no whole number")
    return int(text)


def _parse_flag(text: str) -> Raw:
    if text.casefold() not in _YES | _NO:
        raise ValueError(f"'{text}' is neither yes nor no")
    return text.casefold() in _YES


def _show_pairs(value: Raw) -> str:
    return "\n".join(f"{key}: {item}" for key, item in value.items()) if isinstance(value, dict) else plain(value)


def _parse_pairs(text: str) -> Raw:
    result: dict[str, str] = {}
    for line in _lines(text):
        key, colon, item = line.partition(":")
        if not colon or not key.strip() or not item.strip():
            raise ValueError(f"'{line}' must read `way: address`, for example `form: https://...`")
        result[key.strip()] = item.strip()
    return result


def _show_phones(value: Raw) -> str:
    return "\n".join(map(_show_phone, value)) if isinstance(value, list) else plain(value)


def _show_phone(phone: Raw) -> str:
    if not isinstance(phone, dict):
        return plain(phone)
    parts = [plain(phone.get("number"))]
    for key, item in phone.items():
        if isinstance(item, dict):
            parts += [f"{key} {language}: {words}" for language, words in item.items()]
        elif key != "number":
            parts.append(f"{key}: {item}")
    return " | ".join(parts)


def _parse_phones(text: str) -> Raw:
    return [_parse_phone(line) for line in _lines(text)]


def _parse_phone(line: str) -> dict[str, Raw]:
    number, *rest = (part.strip() for part in line.split("|"))
    phone: dict[str, Raw] = {"number": number}
    labels: dict[str, str] = {}
    for part in rest:
        key, colon, item = (piece.strip() for piece in part.partition(":"))
        if not colon or not item:
            raise ValueError(f"'{part}' must read `kind: text` or `label en: ...`")
        if key.startswith("label "):
            labels[key.removeprefix("label ").strip()] = item
        else:
            phone[key] = item
    return phone | ({"label": labels} if labels else {})


def _show_hours(value: Raw) -> str:
    if not isinstance(value, list):
        return plain(value)
    return "\n".join(f"{_show_days(row['days'])} {row['start']}-{row['until']}" for row in value)


def _show_days(days: list[int]) -> str:
    together = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    return f"{days[0]}-{days[-1]}" if together else ",".join(map(str, days))


def _parse_hours(text: str) -> Raw:
    rows: list[Mapping[str, Raw]] = []
    for line in _lines(text):
        match = _DAYS.match(line)
        if match is None:
            raise ValueError(f"'{line}' must read `1-5 08:30-17:15`, where 1 is Monday")
        days: list[int] = []
        for part in match[1].split(","):
            first, _, last = part.partition("-")
            days += range(int(first), int(last or first) + 1)
        rows.append({"days": days, "start": match[2].zfill(5), "until": match[3].zfill(5)})
    return rows


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _parse_words(text: str) -> Raw:
    if any(line.startswith("## ") for line in text.split("\n")):
        raise ValueError("a line may not begin with `## `, which begins a new part")
    return text


TEXT = Codec(plain, lambda text: text)
WORDS = Codec(plain, _parse_words)
NAMES = Codec(_show_list, _parse_list, "separated by commas")
LINES = Codec(_show_lines, _parse_lines, "one a line")
DATE = Codec(plain, _parse_date, "2026-11-23")
NUMBER = Codec(plain, _parse_number, "a whole number")
FLAG = Codec(plain, _parse_flag, "yes or no")
PAIRS = Codec(_show_pairs, _parse_pairs, "`way: address`, one a line")
PHONES = Codec(_show_phones, _parse_phones, "one a line: `number | kind: text | label en: ...`")
HOURS = Codec(_show_hours, _parse_hours, "one a line: `1-5 08:30-17:15`, where 1 is Monday")
