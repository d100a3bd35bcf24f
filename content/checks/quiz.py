"""Rules for the quiz and the conversation starters: short, sourced, answerable, in every complete language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from content.faults import Fault
from content.load import Loaded
from content.model import AgeBand, QuizQuestion, QuizWords
from content.observations import Observations

QUESTION = 200
"""Characters of a question."""
OPTION = 60
"""Characters of an option."""
EXPLANATION = 250
"""Characters of an explanation, as written."""
FEWEST_OPTIONS, MOST_OPTIONS = 2, 4
IDENTIFIER = 32
"""Characters of a question's id: it travels in the data of a button, which have little room."""
STARTERS = 10
"""Conversation starters for each age."""
STARTER = 160
"""Characters of a conversation starter."""
_FIGURE = re.compile(r"\{figure:([^}]*)\}")
_WITHOUT_TEXT = ("stats-", "bot-")


def check_quiz(loaded: Loaded, today: date) -> Iterator[Fault]:
    """Yield what is wrong with the questions of the quiz, their words, and the conversation starters."""
    pack = loaded.pack
    for name, question in pack.quiz.items():
        file, line = loaded.place("quiz", name)
        yield from (Fault(file, line, message) for message in _question_faults(loaded, name, question, today))
        for code, language in pack.languages.items():
            if language.complete and name not in language.quiz:
                lacking = f"the quiz question '{name}' has no words in '{code}'"
                yield loaded.untranslated(("quiz", name), lacking, f"readers of '{code}' are not asked it")
        counts = {
            code: len(language.quiz[name].options) for code, language in pack.languages.items() if name in language.quiz
        }
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{count} in '{code}'" for code, count in counts.items())
            yield Fault(file, line, f"the quiz question '{name}' does not have as many options everywhere: {told}")
    known = pack.observations
    starters_wanted = any(language.starters for language in pack.languages.values())
    for code, language in pack.languages.items():
        for name, words in language.quiz.items():
            file, line = loaded.place(code, "quiz", name)
            if name not in pack.quiz:
                yield Fault(file, line, f"'{name}' is not in the list of quiz questions")
                continue
            yield from (Fault(file, line, message) for message in _words_faults(words, pack.quiz[name], known))
        if starters_wanted:
            yield from _starter_faults(loaded, code)


def _question_faults(loaded: Loaded, name: str, question: QuizQuestion, today: date) -> Iterable[str]:
    pack = loaded.pack
    if len(name) > IDENTIFIER:
        yield f"the id '{name}' has {len(name)} characters; at most {IDENTIFIER} fit a button"
    if question.topic not in pack.topics or question.topic.startswith(_WITHOUT_TEXT):
        yield f"the quiz question '{name}' leads to '{question.topic}', which is no topic with a text"
    for source in question.sources:
        if source not in pack.sources:
            yield f"the quiz question '{name}' names the source '{source}', which is not in sources.yaml"
        elif pack.sources[source].confidence == "memory":
            yield f"the source '{source}' has confidence memory: such a thing may not be used"
    if question.reviewed > today:
        yield f"the review of the quiz question '{name}' ({question.reviewed}) is in the future"


def _words_faults(words: QuizWords, question: QuizQuestion, known: Observations) -> Iterable[str]:
    if len(words.question) > QUESTION:
        yield f"the question has {len(words.question)} characters; at most {QUESTION} are read"
    if len(words.explanation) > EXPLANATION:
        yield f"the explanation has {len(words.explanation)} characters; at most {EXPLANATION} are read"
    if not FEWEST_OPTIONS <= len(words.options) <= MOST_OPTIONS:
        yield f"there are {len(words.options)} options; {FEWEST_OPTIONS} to {MOST_OPTIONS} can be shown"
    elif question.answer >= len(words.options):
        yield f"the answer {question.answer} is none of the {len(words.options)} options (the first one is 0)"
    if len(set(words.options)) < len(words.options):
        yield "two options say the same"
    for option in words.options:
        if len(option) > OPTION:
            yield f"the option '{option}' has {len(option)} characters; at most {OPTION} are read"
    for figure in _FIGURE.findall(words.explanation):
        if known.find(figure) is None:
            yield f"the figure '{figure}' does not exist"


def _starter_faults(loaded: Loaded, code: str) -> Iterable[Fault]:
    language = loaded.pack.languages[code]
    for band in AgeBand:
        texts = language.starters.get(band, ())
        file, line = loaded.place(code, "starters", band)
        if len(texts) < STARTERS and (texts or language.complete):
            message = f"'{code}' has {len(texts)} conversation starters for the age {band}; {STARTERS} are wanted"
            yield Fault(file, line, message)
        if len(set(texts)) < len(texts):
            yield Fault(file, line, f"a conversation starter for the age {band} stands there twice")
        for text in texts:
            if len(text) > STARTER:
                message = f"a conversation starter has {len(text)} characters; at most {STARTER} are read"
                yield Fault(file, line, message)
