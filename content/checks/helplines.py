"""What is wrong with the helplines of a pack, and which of them somebody should look at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from content.dialling import is_dialable, is_region
from content.entries import Confidence
from content.faults import Fault, Severity
from content.freshness import AGING_AFTER_MONTHS, STALE_AFTER_MONTHS, Freshness, freshness
from content.hours import find_zone
from content.load import Loaded
from content.model import WORLD, Helpline, Pack

Finding = tuple[Severity, str]

_PAGES = {"chat", "form"}


def check_helplines(loaded: Loaded, today: date) -> Iterable[Fault]:
    """Yield faults and warnings of all helplines, each with its file and line.

    Dates are warnings: a line that was checked more than 6 or 24 months before `today`, or nobody knows when.
    """
    for country, lines in loaded.pack.helplines.items():
        first = next(iter(lines), "")
        file, line = loaded.place("helplines", country, first)
        for severity, message in _check_country(loaded.pack, country):
            yield Fault(file, line, message, severity)
        for name, entry in lines.items():
            file, line = loaded.place("helplines", country, name)
            findings = (*_check_entry(loaded.pack, country, entry), *_check_age(entry, today))
            for severity, message in findings:
                yield Fault(file, line, f"'{name}': {message}", severity)
            for code, language in loaded.pack.languages.items():
                if language.complete and code not in entry.name:
                    lacking = f"'{name}': the name is missing in '{code}'"
                    meanwhile = f"readers of '{code}' see the line by its other name"
                    yield loaded.untranslated(("helplines", country, name), lacking, meanwhile)


def _check_country(pack: Pack, country: str) -> Iterator[Finding]:
    if country == WORLD:
        return
    if not is_region(country):
        yield Severity.FAULT, f"'{country}' is not the ISO code of a country; name the file like JP.yaml"
    if not any(line.kind == "emergency" and line.phones for line in pack.helplines[country].values()):
        yield Severity.FAULT, f"{country} has no emergency number; add an entry of the kind 'emergency'"
    for code, language in pack.languages.items():
        if f"country.{country}" not in language.wording:
            yield Severity.WARNING, f"the country has no name in '{code}'; add 'country.{country}' to its wording.yaml"


def _check_entry(pack: Pack, country: str, line: Helpline) -> Iterator[Finding]:
    if line.confidence is Confidence.MEMORY:
        yield Severity.FAULT, "confidence is 'memory': a line without a source is never shown; find one or remove it"
    if find_zone(line.zone) is None:
        yield Severity.FAULT, f"the time zone '{line.zone}' does not exist; write one like Asia/Tokyo"
    if not (line.phones or line.contact or line.url):
        yield Severity.FAULT, "nobody can reach this line: it has no number, no contact and no url"
    for phone in line.phones:
        if not is_dialable(phone.number, country):
            yield Severity.FAULT, f"the number '{phone.number}' cannot be dialled in {country}"
    if line.url is not None and not line.url.startswith("https://"):
        yield Severity.FAULT, f"the address {line.url} must begin with https://"
    for way, address in line.contact.items():
        if way in _PAGES and ("://" in address or " " in address or "." not in address):
            yield Severity.FAULT, f"'{way}' must be an address without https://, like talkme.jp"
    if line.kind == "emergency" and not line.phones:
        yield Severity.FAULT, "an emergency entry needs a number"
    for hours in line.hours or ():
        if not hours.days:
            yield Severity.FAULT, "opening hours need at least one day"
    if line.always and (line.hours or line.closed):
        yield Severity.FAULT, "'always' stands alone: remove it, or the hours and days off"
    yield from _check_words(pack, line)


def _check_words(pack: Pack, line: Helpline) -> Iterator[Finding]:
    for code, language in pack.languages.items():
        if code not in line.name:
            continue  # the line stands there by its local name
        labels = [phone.label for phone in line.phones]
        for what, texts in (("note", line.note), ("ages", line.ages), *(("label", label) for label in labels)):
            if texts and code not in texts:
                yield Severity.WARNING, f"the {what} is missing in '{code}'"
        for spoken in line.languages:
            if f"helpline.lang.{spoken}" not in language.wording:
                yield Severity.WARNING, f"the language '{spoken}' has no name in '{code}' (helpline.lang.{spoken})"


def _check_age(line: Helpline, today: date) -> Iterator[Finding]:
    if line.checked is not None and line.checked > today:
        yield Severity.FAULT, f"the date of the check, {line.checked}, lies in the future"
    match freshness(line, today):
        case Freshness.UNDATED:
            yield Severity.WARNING, "nobody knows when this was checked; look at the line's own page and date it"
        case Freshness.STALE:
            yield (
                Severity.WARNING,
                f"checked on {line.checked}, more than {STALE_AFTER_MONTHS} months ago: check it again",
            )
        case Freshness.AGING:
            yield (
                Severity.WARNING,
                f"checked on {line.checked}, more than {AGING_AFTER_MONTHS} months ago: check it again",
            )
        case Freshness.FRESH:
            return
