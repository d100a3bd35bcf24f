"""Small talk that is too short to be judged by meaning: thanks, good-byes, "ok", and yes or no without a question."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.understanding.model import Ranked, Understanding
from content.model import Asker, Courtesy, Urgency

SMALL_TALK = "bot-smalltalk"
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")
_LONGEST = 4
"""Words of a phrase."""
_UNSPACED = "\u0e00"
"""From here on letters are those of scripts that leave no space between words."""
_FOUND_WITHIN = {Courtesy.THANKS, Courtesy.BYE}
"""What longer small talk may also say: "thank you for all your help"."""


def with_courtesy(meaning: Understanding, text: str, askers: Mapping[str, Asker]) -> Understanding:
    """Return what a message means, with the courtesy that it says; a message of nothing else is small talk.

    An emergency and a refusal stay what they are, and a concern stays one.
    """
    if meaning.urgency is Urgency.EMERGENCY or meaning.refusal is not None:
        return meaning
    said, rest = _segment(_words(text), askers)
    if _is_all(said, rest):
        best = meaning.ranked[0].score if meaning.ranked else 1.0
        others = tuple(item for item in meaning.ranked if item.topic != SMALL_TALK)
        ranked = (Ranked(SMALL_TALK, best), *others)[: len(meaning.ranked) or 1]
        return replace(
            meaning, topic=SMALL_TALK, ranked=ranked, figure=None, close=False, also=(), courtesy=_first(said)
        )
    if meaning.topic != SMALL_TALK:
        return meaning
    return replace(meaning, courtesy=_first((said | _inside(rest, askers)) & _FOUND_WITHIN))


def is_courtesy(text: str, askers: Mapping[str, Asker]) -> bool:
    """Tell whether a message is nothing but small talk: it adds nothing to what is told in pieces."""
    return _is_all(*_segment(_words(text), askers))


def _is_all(said: set[Courtesy], rest: list[str]) -> bool:
    return bool(said) and not rest


def _words(text: str) -> list[str]:
    composed = unicodedata.normalize("NFC", text).casefold()
    # Vowels of Arabic and Thai are marks, which belong to their word.
    plain = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in composed)
    return _DRAWN_OUT.sub(r"\1", plain).split()


def _segment(words: list[str], askers: Mapping[str, Asker]) -> tuple[set[Courtesy], list[str]]:
    """Return what the phrases of a message say, and the words that belong to none."""
    said, rest, at = set[Courtesy](), list[str](), 0
    while at < len(words):
        for size in range(min(_LONGEST, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + size])
            kind = next((one.courtesies[phrase] for one in askers.values() if phrase in one.courtesies), None)
            if kind is not None:
                said.add(kind)
                at += size
                break
        else:
            rest.append(words[at])
            at += 1
    return said, rest


def _inside(words: Iterable[str], askers: Mapping[str, Asker]) -> set[Courtesy]:
    """Return what is said within words of scripts that leave no spaces."""
    phrases = [item for asker in askers.values() for item in asker.courtesies.items() if item[0][0] >= _UNSPACED]
    return {kind for word in words for phrase, kind in phrases if phrase in word}


def _first(said: set[Courtesy]) -> Courtesy | None:
    return next((kind for kind in Courtesy if kind in said), None)
