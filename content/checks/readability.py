"""How hard a text is to read: school grade of English, sentences and kanji of Japanese.

A text is measured as one reader meets it: the first screen for that reader with all parts that follow. Why these
measures and borders, and what they cannot tell, stands in `docs/decisions/readability.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kanji_lists import JOYO, KYOIKU

from content.faults import Fault, Severity
from content.load import Loaded
from content.model import TopicText

GRADE = 8.0
"""The Flesch-Kincaid grade that parents and teachers are given at most."""
GRADE_YOUNG = 6.0
"""The same for young people."""
SENTENCE = 40.0
"""The mean length of a Japanese sentence at most, in characters without punctuation marks."""
BEYOND_SCHOOL = 0.0
"""The share of kanji that may lie beyond those of general use (常用漢字), for parents and teachers."""
BEYOND_GRADE_6 = 0.05
"""The share of kanji that may lie beyond those of primary school (教育漢字), for young people."""

_NOT = re.compile(r"(?<=[sdn])n['’]t$")
_SILENT = re.compile(
    r"(?<=[^aeiouyl])e$|(?<=[^aeiouylsxzcgh])e(?=s$)|(?<=[aeiouy]l)e(?=s?$)"  # time, times, smile
    r"|(?<=[^tdaeiouy])e(?=d$)|(?<=som)e(?=[a-z])|(?<=ev)e(?=ry|ning)"  # asked, something, every
)
_VOWELS = re.compile(r"[aeiouy]+")
_HIATUS = re.compile(r"(?<![tscg])i(?:a|o(?!u))|(?<!fr)ie[tn]|[aeou]ying|(?<=[dtl])ying|(?<=[eou])ing$|deo")
_REFERENCE = re.compile(r"\{[^}]*\}")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_ENGLISH_END = re.compile(r"[.!?]+[\"”')]*(?=\s|$)|;")
_JAPANESE_END = re.compile(r"[。！？]")
_KANJI = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_JAPANESE_CHARACTER = re.compile(r"[\w々〆ー]")


@dataclass(frozen=True, slots=True)
class Voice:
    """All that one reader of a topic gets to read, in order."""

    reader: str
    texts: tuple[str, ...]
    young: bool = False

    def sentences(self, end: re.Pattern[str]) -> Iterator[str]:
        """Yield the sentences; the end of a line or list item ends one too."""
        for text in self.texts:
            for line in _REFERENCE.sub("", text).replace("**", "").split("\n"):
                yield from end.split(line.removeprefix("- "))


def voices(topic: TopicText) -> Iterator[Voice]:
    """Yield what a parent, a young person and a teacher read of a topic, as far as each is spoken to."""
    parts = tuple(topic.parts.values())
    own = () if topic.parent is None else (topic.parent,)
    yield Voice("parents", (topic.first, *own, *parts))
    if topic.young is not None:
        yield Voice("young people", (topic.young, *topic.young_parts.values()), young=True)
    if topic.teacher is not None:
        yield Voice("teachers", (topic.teacher, *parts))


def check_readability(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield a warning for each voice of a topic that is harder to read than its readers should have to bear.

    Languages without a measure of their own are not judged. `today` plays no part in it.
    """
    del today
    for code, language in loaded.pack.languages.items():
        measure = _MEASURES.get(code)
        for name, topic in language.topics.items() if measure else ():
            file, line = loaded.place(code, "topics", name)
            for voice in voices(topic):
                for problem in measure(voice) if measure else ():
                    yield Fault(file, line, f"the text for {voice.reader} {problem}", Severity.WARNING)


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """Return the number of syllables of an English word, at least 1: an estimate from its letters.

    Counted are groups of vowels, less the silent ones of `time`, `places`, `asked` and `something`, and more where
    two vowels are spoken apart, as in `media` and `playing`.
    """
    letters = re.sub(r"[^a-z]", "", _NOT.sub("nit", word.lower()))
    letters = _SILENT.sub("", letters)
    return max(1, len(_VOWELS.findall(letters)) + len(_HIATUS.findall(letters)))


def flesch_kincaid(voice: Voice) -> float:
    """Return the Flesch-Kincaid grade of an English text: the years of school after which it reads easily.

    Kincaid and others, 1975: 0.39 x words per sentence + 11.8 x syllables per word - 15.59. 0 for a text without words.
    """
    sentences = [words for one in voice.sentences(_ENGLISH_END) if (words := _WORD.findall(one))]
    words = [word for one in sentences for word in one]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def mean_sentence(voice: Voice) -> float:
    """Return the mean length of the sentences of a Japanese text in characters; 0 for a text without any."""
    lengths = [n for one in voice.sentences(_JAPANESE_END) if (n := len(_JAPANESE_CHARACTER.findall(one)))]
    return sum(lengths) / len(lengths) if lengths else 0.0


def hard_kanji(voice: Voice) -> tuple[float, str]:
    """Return the share of kanji (0 to 1) that the readers need not know, and these kanji in order of appearance."""
    kanji = _KANJI.findall("".join(voice.texts))
    known = KYOIKU if voice.young else JOYO
    hard = [one for one in kanji if one not in known]
    return (len(hard) / len(kanji) if kanji else 0.0), "".join(dict.fromkeys(hard))


def _english(voice: Voice) -> Iterator[str]:
    grade, limit = flesch_kincaid(voice), GRADE_YOUNG if voice.young else GRADE
    if grade > limit:
        yield f"needs grade {grade:.1f}, at most {limit:.0f}: write shorter sentences and shorter words"


def _japanese(voice: Voice) -> Iterator[str]:
    length = mean_sentence(voice)
    if length > SENTENCE:
        yield f"has sentences of {length:.0f} characters on average, at most {SENTENCE:.0f}: write shorter ones"
    share, kanji = hard_kanji(voice)
    if share > (BEYOND_GRADE_6 if voice.young else BEYOND_SCHOOL):
        border = "those of primary school (教育漢字)" if voice.young else "those of general use (常用漢字)"
        yield f"has {100 * share:.1f} % of its kanji beyond {border}: {kanji}; write them in kana or in other words"


_MEASURES: dict[str, Callable[[Voice], Iterator[str]]] = {"en": _english, "ja": _japanese}
