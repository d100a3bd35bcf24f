"""The table topic x language: what is missing, what another language has overtaken, what is in date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from content.faults import Fault, Severity
from content.load import Loaded
from content.model import Pack, TopicText


class State(StrEnum):
    """How a topic's text in one language stands to the other languages. The value is the word in the table."""

    MISSING = "missing"
    OUTDATED = "outdated"
    IN_DATE = "in date"


def coverage(pack: Pack) -> Mapping[str, Mapping[str, State]]:
    """Return the state of each topic that has a text in any language, by topic and language.

    A text is outdated when its review is older than that of the same topic in another language: the newer one
    may say something else by now. A language that is not complete follows the others and outdates none of them.
    """
    table: dict[str, dict[str, State]] = {}
    for topic in pack.topics:
        reviewed = _reviews(pack, topic)
        if reviewed:
            newest = reviewed[_newest(pack, reviewed)]
            table[topic] = {code: _state(reviewed.get(code), newest) for code in pack.languages}
    return table


def check_coverage(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield a warning for each text that another language has overtaken. `today` plays no part in it."""
    del today
    pack = loaded.pack
    for topic, states in coverage(pack).items():
        reviewed = _reviews(pack, topic)
        newest = _newest(pack, reviewed)
        for code, state in states.items():
            if state is State.OUTDATED:
                file, line = loaded.place(code, "topics", topic)
                message = (
                    f"reviewed on {reviewed[code]}, but '{newest}' on {reviewed[newest]}: "
                    "see what changed there, then set the date"
                )
                yield Fault(file, line, message, Severity.WARNING)


def coverage_table(pack: Pack) -> str:
    """Return the table as text: one line a topic, one column a language, and the sums below."""
    languages = list(pack.languages)
    states = coverage(pack)
    rows = [("topic", *languages)]
    rows += [(topic, *(row[code].value for code in languages)) for topic, row in states.items()]
    sums = [
        f"{code}: " + ", ".join(f"{sum(row[code] is state for row in states.values())} {state}" for state in State)
        for code in languages
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", *sums])


def unreviewed(before: Loaded, after: Loaded) -> Iterator[Fault]:
    """Yield a warning for each text whose words have changed between two states of a pack, but not its review date.

    Examples and keywords are readers' words, and may change without a review.
    """
    for code, language in after.pack.languages.items():
        earlier = before.pack.languages.get(code)
        for name, text in language.topics.items():
            old = earlier.topics.get(name) if earlier else None
            if old is not None and old.reviewed == text.reviewed and _words(old) != _words(text):
                file, line = after.place(code, "topics", name)
                message = f"the words have changed, but not the date of their review ({text.reviewed}): set it anew"
                yield Fault(file, line, message, Severity.WARNING)


def _words(text: TopicText) -> object:
    return text.model_dump(exclude={"examples", "keywords", "reviewed"})


def _reviews(pack: Pack, topic: str) -> dict[str, date]:
    return {
        code: language.topics[topic].reviewed for code, language in pack.languages.items() if topic in language.topics
    }


def _newest(pack: Pack, reviewed: Mapping[str, date]) -> str:
    leading = [code for code in reviewed if pack.languages[code].complete] or list(reviewed)
    return max(leading, key=lambda code: reviewed[code])


def _state(reviewed: date | None, newest: date) -> State:
    if reviewed is None:
        return State.MISSING
    return State.OUTDATED if reviewed < newest else State.IN_DATE
