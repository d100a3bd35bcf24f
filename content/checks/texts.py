"""Rules for the texts of topics: complete, short enough, sourced, dated, with references that exist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from content.faults import Fault, Severity
from content.load import Loaded
from content.model import LanguagePack, TopicText, Urgency

FIRST_SCREEN = 600
"""Characters of a first screen: what a phone shows without scrolling."""
PART = 3000
"""Characters of a further part: with its heading and buttons it stays one message."""
TITLE = 64
"""Characters of a title: what a button can hold."""
EXAMPLES = 12
"""Example questions of a topic at least, as people really type them."""
REVIEW_AGE = timedelta(days=365)
_REFERENCE = re.compile(r"\{(\w+):([^}]*)\}")
_WITHOUT_TEXT = ("stats-", "bot-")


def check_texts(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield what is wrong with topics and their texts."""
    pack = loaded.pack
    for name, topic in pack.topics.items():
        file, line = loaded.place("topics", name)
        for other in topic.related:
            if other not in pack.topics:
                yield Fault(file, line, f"'{name}' is related to '{other}', which is no topic")
    for code, language in pack.languages.items():
        yield from _missing(loaded, code, language)
        for name, text in language.topics.items():
            file, line = loaded.place(code, "topics", name)
            if name not in pack.topics:
                yield Fault(file, line, f"'{name}' is not in the list of topics")
                continue
            urgent = pack.topics[name].urgency is not Urgency.NONE
            for message in _text_faults(loaded, text, urgent=urgent):
                yield Fault(file, line, message)
            for message in _thin(text, app=pack.topics[name].group == "apps"):
                yield Fault(file, line, message, Severity.WARNING)
            yield from _dates(file, line, text, today)


def _missing(loaded: Loaded, code: str, language: LanguagePack) -> Iterable[Fault]:
    """Name topics without a text, where the language calls itself complete; of others, the table shows them."""
    if not language.complete:
        return
    everywhere = {name for other in loaded.pack.languages.values() for name in other.topics}
    for name in loaded.pack.topics:
        if name in everywhere and name not in language.topics and not name.startswith(_WITHOUT_TEXT):
            meanwhile = f"readers of '{code}' get it in another language, with a line that says so"
            yield loaded.untranslated(("topics", name), f"the topic '{name}' has no text in '{code}'", meanwhile)


def _text_faults(loaded: Loaded, text: TopicText, *, urgent: bool) -> Iterable[str]:
    if len(text.title) > TITLE:
        yield f"the title has {len(text.title)} characters; at most {TITLE} fit a button"
    if len(text.first) > FIRST_SCREEN:
        yield f"the first screen has {len(text.first)} characters; at most {FIRST_SCREEN} fit a phone"
    for reader, words in (("parents", text.parent), ("young people", text.young)):
        if words is not None and len(words) > FIRST_SCREEN:
            yield f"the first screen for {reader} has {len(words)} characters; at most {FIRST_SCREEN} fit a phone"
    if urgent and text.young is None:
        yield "a topic in which something may have happened needs a text for young people (heading `young`)"
    if not text.sources:
        yield "no source is named"
    for source in text.sources:
        if source not in loaded.pack.sources:
            yield f"the source '{source}' is not in sources.yaml"
        elif loaded.pack.sources[source].confidence == "memory":
            yield f"the source '{source}' has confidence memory: such a thing may not be used"
    parts = {**{f"`{name}`": part for name, part in text.parts.items()}}
    parts |= {f"`young {name}`": part for name, part in text.young_parts.items()}
    for name, part in parts.items():
        if len(part) > PART:
            yield f"the part {name} has {len(part)} characters; at most {PART} fit one message"
    for body in (text.first, text.parent or "", text.young or "", text.teacher or "", *parts.values()):
        yield from _reference_faults(loaded, body)


def _thin(text: TopicText, *, app: bool) -> Iterable[str]:
    """Say what a text still lacks that does not keep it from being shown."""
    if len(text.examples) < EXAMPLES:
        yield f"{len(text.examples)} example questions; write at least {EXAMPLES}, as people really type them"
    if not text.keywords:
        yield "there are no keywords"
    if not text.parts:
        yield "there is a first screen only; say under `## now` what to do next"
    if app and text.settings_known is None:
        yield "`settings_known` is missing: since when are the app's settings as the text says?"


def _reference_faults(loaded: Loaded, body: str) -> Iterable[str]:
    written = _REFERENCE.findall(body)
    if not written:
        return  # most texts have none, and to list all numbers takes time
    known = loaded.pack.observations
    for kind, name in written:
        if kind != "figure":
            yield f"'{{{kind}:{name}}}' is no reference; only {{figure:ID}} is"
        elif known.find(name) is None:
            yield f"the figure '{name}' does not exist"


def _dates(file: str, line: int, text: TopicText, today: date) -> Iterable[Fault]:
    for label, day in (("review", text.reviewed), ("settings", text.settings_known)):
        if day is not None and day > today:
            yield Fault(file, line, f"the date of the {label} ({day}) is in the future")
        elif day is not None and today - day > REVIEW_AGE:
            yield Fault(file, line, f"the {label} of {day} is more than a year old", Severity.WARNING)
