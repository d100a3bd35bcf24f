"""Advice that no text may give, in English and Japanese: blame, to pay, to delete, to copy, promises, revenge.

The rules read sentence by sentence and know when a thing is refused ("do not pay"), quoted in order to refuse it
("leave out 'why did you send it'") or what somebody else says or does. They know words, not meaning: they find slips,
and do not replace the second reader. Other languages have no rules of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from content.checks import advice_english, advice_japanese
from content.checks.advice_rule import Rule
from content.faults import Fault
from content.load import Loaded
from content.prose import Passage, passages

_LANGUAGES = {"en": advice_english, "ja": advice_japanese}
_OWN_DATA = ("forget.", "mydata.", "privacy.", "command.")
"""Messages about what the bot stores of its reader: there, to erase is right."""


def check_advice(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield a fault for each sentence that gives forbidden advice. `today` plays no part in it."""
    del today
    for passage in passages(loaded):
        if passage.kind != "wording" or not passage.name.startswith(_OWN_DATA):
            yield from passage_faults(passage)


def passage_faults(passage: Passage) -> Iterator[Fault]:
    """Yield the faults of one text."""
    language = _LANGUAGES.get(passage.language)
    if language is None:
        return
    refused = False
    for line, words in passage.lines():
        item = words.startswith("- ")
        refused = refused and item
        if not refused:
            signs = item and passage.heading.endswith("worry")
            for rule in dict.fromkeys(language.forbidden(words.removeprefix("- "), signs=signs)):
                yield passage.fault(line, rule.message)
        refused = refused or (not item and language.refuses_list(words))
    if passage.young and language.only_parents(passage.text):
        yield passage.fault(passage.line, Rule.PARENTS.message)
