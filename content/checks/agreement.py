"""Rules for the family agreement: there in every complete language, sourced, of the same parts everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from content.faults import Fault, Severity
from content.load import Loaded
from content.model import Agreement

LENGTH = 3000
"""Characters of a whole agreement: one message in the chat, one page on paper."""


def check_agreement(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield what is wrong with the family agreement. A pack without one in any language is asked for none."""
    written = {code: language.agreement for code, language in loaded.pack.languages.items() if language.agreement}
    if not written:
        return
    reference = next(iter(written.values()))
    for code, language in loaded.pack.languages.items():
        agreement = language.agreement
        if agreement is None:
            if language.complete:
                file, line = loaded.place(code, "language", "name")
                yield Fault(file, line, f"the family agreement is missing in '{code}'")
            continue
        file, line = loaded.place(code, "agreement", "sources")
        for source in agreement.sources:
            if source not in loaded.pack.sources:
                yield Fault(file, line, f"the source '{source}' is not in sources.yaml")
        file, line = loaded.place(code, "agreement", "reviewed")
        if agreement.reviewed > today:
            yield Fault(file, line, f"the review of the family agreement ({agreement.reviewed}) is in the future")
        file, line = loaded.place(code, "agreement", "parts")
        if (length := _length(agreement)) > LENGTH:
            yield Fault(file, line, f"the family agreement has {length} characters; at most {LENGTH} fit a page")
        if _shape(agreement) != _shape(reference):
            message = "the parts of the family agreement do not have as many points as in the other languages"
            yield Fault(file, line, message, Severity.WARNING)


def _length(agreement: Agreement) -> int:
    points = [point for part in agreement.parts for point in (part.heading, *part.points)]
    return sum(map(len, (agreement.title, agreement.intro, *points)))


def _shape(agreement: Agreement) -> list[int]:
    return [len(part.points) for part in agreement.parts]
