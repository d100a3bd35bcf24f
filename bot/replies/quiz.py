"""The quiz: rounds of five questions. Where a reader stands is written in the buttons, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b

from bot.replies.chance import draw
from bot.replies.credits import publishers
from bot.replies.figures import figure_sentence
from bot.replies.model import Button, Reply
from bot.replies.render import bold, escape, italic, render_text
from bot.replies.tongues import other_language
from bot.replies.topics import has_words, topic_title
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from content.model import Pack, QuizWords
from content.profile import Profile

ROUND = 5
"""Questions of one round."""
SEEDS = 16**5
"""How many orders of the questions there are."""
_ROUNDS = 100
_LETTERS = "ABCD"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader stands: which order of the questions, which round in it, how many answered and how many right."""

    seed: int
    round: int = 0
    position: int = 0
    score: int = 0

    def __post_init__(self) -> None:
        """Refuse what no button of ours says. Raises ValueError."""
        known = 0 <= self.seed < SEEDS and 0 <= self.round < _ROUNDS and 0 <= self.score <= self.position <= ROUND
        if not known:
            raise ValueError("no place in a quiz")

    def __str__(self) -> str:
        """Return the place as the data of a button carry it."""
        return f"{self.seed:x}.{self.round}.{self.position}.{self.score}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A tapped option. `stamp` tells whether the words of the question are still those that the reader saw."""

    place: Place
    option: int
    stamp: str
    question: str

    def __str__(self) -> str:
        """Return the choice as the data of a button carry it."""
        return f"{self.place}.{self.option}.{self.stamp}.{self.question}"


def parse_place(text: str) -> Place:
    """Return the place that the data of a button tell. Raises ValueError for anything else."""
    seed, number, position, score = text.split(".")
    return Place(int(seed, 16), int(number), int(position), int(score))


def parse_choice(text: str) -> Choice:
    """Return the choice that the data of a button tell. Raises ValueError for anything else."""
    *place, option, stamp, question = text.split(".")
    if option not in ("0", "1", "2", "3"):
        raise ValueError("no option of a quiz")
    return Choice(parse_place(".".join(place)), int(option), stamp, question)


def choose_round(pack: Pack, language: str, seed: int, number: int) -> tuple[str, ...]:
    """Return the ids of one round, at most ROUND, none twice.

    The seed gives the order of all questions; one round goes on where the one before ended, so that questions come
    again only when all are through.
    """
    words = pack.languages.get(language)
    own = [name for name in pack.quiz if words is not None and name in words.quiz]
    asked = own or [name for name in pack.quiz if _words(pack, name, language) is not None]
    order = sorted(asked, key=lambda name: draw(seed, name))
    return tuple(order[(ROUND * number + at) % len(order)] for at in range(min(ROUND, len(order))))


def question_reply(pack: Pack, place: Place, profile: Profile, *, renewed: bool = False) -> Reply:
    """Return the question at a place, or the end of the round when all are answered.

    `renewed` says that the button belonged to a question that is no longer the same.
    """
    words = Words(pack, profile.language)
    names = choose_round(pack, profile.language, place.seed, place.round)
    if not names:
        return Reply((words.html("quiz.none"),), ((Button(words("menu.topics"), "topics:menu:all"),),))
    if place.position >= len(names):
        return _end_reply(words, place, len(names))
    name = names[place.position]
    language, asked = _known_words(pack, name, profile.language)
    lines = [*other_language(pack, language, profile.language), _head(words, place, len(names))]
    if renewed:
        lines.append(italic(words("quiz.renewed")))
    elif place.position == 0:
        lines.append(words.html("quiz.intro"))
    lines.append(escape(asked.question))
    lines.append("\n".join(f"<b>{_LETTERS[at]}</b>  {escape(option)}" for at, option in enumerate(asked.options)))
    row = tuple(
        Button(_LETTERS[at], f"quiz:a:{Choice(place, at, _stamp(asked), name)}") for at in range(len(asked.options))
    )
    return Reply(("\n\n".join(lines),), (row,))


def answer_reply(pack: Pack, choice: Choice, profile: Profile) -> Reply:
    """Return the explanation of a tapped option, the way to its topic and to the next question.

    When the question has been changed or taken out since, a question of today stands in its place.
    """
    words = Words(pack, profile.language)
    question = pack.quiz.get(choice.question)
    found = _words(pack, choice.question, profile.language)
    place = choice.place
    if (
        question is None
        or found is None
        or choice.stamp not in _stamps(pack, choice.question)
        or place.position >= ROUND
    ):
        return question_reply(pack, place, profile, renewed=True)
    language, asked = found
    right = choice.option == question.answer
    after = replace(place, position=place.position + 1, score=place.score + right)
    total = len(choose_round(pack, profile.language, place.seed, place.round))
    options = [_answered(words, asked, at, question.answer, choice.option) for at in range(len(asked.options))]
    verdict = bold(words("quiz.right" if right else "quiz.not-quite"))
    explanation = render_text(asked.explanation, _figures(pack, language))
    sources = publishers(pack, question.sources)
    source = words("sources-line", sources=sources, reviewed=question.reviewed.isoformat())
    said = (escape(asked.question), "\n".join(options), f"{verdict}\n{explanation}", italic(source))
    rows: list[tuple[Button, ...]] = []
    if has_words(pack, question.topic):
        # Not the topic's own button: that one would replace this message, and with it the round.
        title = topic_title(pack, question.topic, profile.language, profile.audience)
        rows.append((Button(title, f"quiz:t:{question.topic}"),))
    rows.append((Button(words("quiz.next" if after.position < total else "quiz.result"), f"quiz:n:{after}"),))
    note = other_language(pack, language, profile.language)
    return Reply(("\n\n".join((*note, _head(words, place, total), *said)),), tuple(rows))


def _end_reply(words: Words, place: Place, total: int) -> Reply:
    if place.score == total:
        kind = "quiz.end.all"
    elif place.score * 2 >= total:
        kind = "quiz.end.most"
    else:
        kind = "quiz.end.few"
    score = bold(words("quiz.score", right=place.score, all=total))
    following = Place(place.seed, (place.round + 1) % _ROUNDS)
    rows = (
        (Button(words("quiz.again"), f"quiz:n:{following}"),),
        (Button(words("menu.topics"), "topics:menu:all"), Button(words("menu.helplines"), "helplines:show:all")),
    )
    return Reply(("\n\n".join((score, words.html(kind), words.html("quiz.real"))),), rows)


def _head(words: Words, place: Place, total: int) -> str:
    return bold(words("quiz.head", number=place.position + 1, all=total))


def _answered(words: Words, asked: QuizWords, at: int, answer: int, chosen: int) -> str:
    option = f"<b>{_LETTERS[at]}</b>  {escape(asked.options[at])}"
    mark = "✅" if at == answer else "▫️"
    yours = f" {italic(words('quiz.yours'))}" if at == chosen != answer else ""
    return f"{mark} {option}{yours}"


def _words(pack: Pack, name: str, language: str) -> tuple[str, QuizWords] | None:
    for code in (language, FALLBACK_LANGUAGE, *pack.languages):
        words = pack.languages.get(code)
        if words is not None and name in words.quiz:
            return code, words.quiz[name]
    return None


def _known_words(pack: Pack, name: str, language: str) -> tuple[str, QuizWords]:
    found = _words(pack, name, language)
    if found is None:
        raise KeyError(name)
    return found


def _stamp(asked: QuizWords) -> str:
    said = "\0".join((asked.question, *asked.options))
    return blake2b(said.encode(), digest_size=2).hexdigest()


def _stamps(pack: Pack, name: str) -> set[str]:
    """Return the stamps of a question in all languages: in a group, the one who taps may read another language."""
    return {_stamp(language.quiz[name]) for language in pack.languages.values() if name in language.quiz}


def _figures(pack: Pack, language: str) -> Callable[[str], str]:
    def word(figure: str) -> str:
        return figure_sentence(pack, figure, language)

    return word
