"""The texts of a pack as an editor sees them: one passage after the other, each line with its place in a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from content.faults import Fault, Severity
from content.load import Loaded
from content.model import Agreement, Audience, TopicText
from content.yamlfile import read_text


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that is read as a whole: the part of a topic, a tip, a quiz answer, or one of the bot's own messages.

    `heading` is that of the part in a topic's file (`first` where it has none). `young` tells that it speaks to
    young people alone. `line` is where the text begins in `file`; in a file of YAML all of it counts as one line.
    """

    language: str
    kind: Literal["topic", "tip", "quiz", "starter", "agreement", "wording"]
    name: str
    heading: str
    text: str
    file: str
    line: int
    young: bool = False

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line that holds words, without list and emphasis marks, with its number in the file."""
        for number, line in enumerate(self.text.split("\n")):
            words = line.replace("**", "").strip()
            if words:
                yield self.line + (number if self.kind == "topic" else 0), words

    def fault(self, line: int, message: str, severity: Severity = Severity.FAULT) -> Fault:
        """Return a fault at a line of the passage's file."""
        return Fault(self.file, line, message, severity)


def passages(loaded: Loaded) -> Iterator[Passage]:
    """Yield all texts that advise, in all languages.

    Left out are readers' own words (examples and keywords) and the options of a quiz that are wrong on purpose.
    """
    for code, language in loaded.pack.languages.items():
        for name, topic in language.topics.items():
            file, line = loaded.place(code, "topics", name)
            source = _lines_of(file)
            for heading, text in sections(topic):
                begins = _first_line(source, heading, text) or line
                young = heading.startswith("young")
                yield Passage(code, "topic", name, heading, text, file, begins, young)
        for name, text in language.tips.items():
            tip = loaded.pack.tips.get(name)
            young = tip is not None and tip.audience == (Audience.YOUNG,)
            yield Passage(code, "tip", name, name, text, *loaded.place(code, "tips", name), young)
        for name, words in language.quiz.items():
            place = loaded.place(code, "quiz", name)
            yield Passage(code, "quiz", name, name, words.explanation, *place)
            question = loaded.pack.quiz.get(name)
            if question is not None and question.answer < len(words.options):
                yield Passage(code, "quiz", name, name, words.options[question.answer], *place)
        for band, starters in language.starters.items():
            place = loaded.place(code, "starters", band)
            yield from (Passage(code, "starter", band, band, text, *place) for text in starters)
        if language.agreement is not None:
            yield from _agreement(loaded, code, language.agreement)
        for name, text in language.wording.items():
            yield Passage(code, "wording", name, name, text, *loaded.place(code, "wording", name))


def _agreement(loaded: Loaded, code: str, agreement: Agreement) -> Iterator[Passage]:
    place = loaded.place(code, "agreement", "intro")
    yield Passage(code, "agreement", "intro", "intro", agreement.intro, *place)
    place = loaded.place(code, "agreement", "parts")
    for part in agreement.parts:
        text = "\n".join(f"- {point}" for point in part.points)
        yield Passage(code, "agreement", part.heading, part.heading, text, *place)


def sections(topic: TopicText) -> Iterator[tuple[str, str]]:
    """Yield the parts of a topic as (heading in its file, text)."""
    yield "first", topic.first
    yield from topic.parts.items()
    if topic.parent is not None:
        yield "parent", topic.parent
    if topic.young is not None:
        yield "young", topic.young
    yield from ((f"young {name}", text) for name, text in topic.young_parts.items())
    if topic.teacher is not None:
        yield "teacher", topic.teacher


def _lines_of(file: str) -> list[str]:
    path = Path(file)
    return [line.strip() for line in read_text(path)[0].split("\n")] if path.is_file() else []


def _first_line(source: list[str], heading: str, text: str) -> int | None:
    """Return the number (from 1) of the line on which a section's text begins, None when it is not found."""
    title = "---" if heading == "first" else f"## {heading}"
    wanted = text.split("\n", 1)[0].strip()
    try:
        return source.index(wanted, source.index(title, 1)) + 1
    except ValueError:
        return None
