"""In which language a message was written, for the line above an answer that is in another one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from content.model import Asker

_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ja", "\u3041-\u30ff"),
    ("ko", "\uac00-\ud7a3"),
    ("zh", "\u4e00-\u9fff"),
    ("th", "\u0e01-\u0e5b"),
    ("ar", "\u0620-\u064a"),
    ("ru", "\u0410-\u044f"),
)
"""Languages that their letters tell, as ranges; what is written with kana is Japanese, however many Chinese signs."""
_RUNS = tuple((code, re.compile(f"[{letters}]")) for code, letters in _SCRIPTS)
_NEIGHBOURS = re.compile("[іїєґўљњћђјѓќپچژگکیہٹڈےøåæőűřěůșțđơư]")
"""Letters of languages that are not among those that can be told."""
_DENSE = 3
"""How many Latin letters say as much as one letter of another script, seen from Japanese with names of apps in it."""
_BEYOND_LATIN = "\u0250"
_FEWEST = 2
"""Small words, or signs of its own, that tell a language in Latin letters."""
_SHORT, _LONG = 4, 4
"""Words of a message, and letters of its only small word, when that one tells the language alone: "grooming nedir"."""
_SHARE = 0.25
"""Of the words of a message, how many at least must be small words of its language."""


def spoken_language(text: str, askers: Mapping[str, Asker], reader: str | None = None) -> str | None:
    """Return the code of the language that a message is written in, None when that is not certain.

    `askers` are the languages that can be told. A single word, a name or a mixture is nobody's. Chinese signs alone may
    be Japanese too: of a `reader` of Japanese they are taken as such, unless one is among them that only Chinese has.
    """
    letters = Counter({code: len(pattern.findall(text)) for code, pattern in _RUNS})
    words = _WORD.findall(text.casefold())
    latin = sum(len(word) for word in words if word[0] < _BEYOND_LATIN)
    marks = Counter({code: _marks(text, askers[code]) for code in askers if code.startswith("zh")})
    chinese = next((code for code, number in marks.most_common(1) if number), None)
    if letters["ja"] and not (chinese and letters["zh"] > _DENSE * letters["ja"]):
        letters = Counter(ja=letters["ja"] + letters["zh"])
    if _NEIGHBOURS.search(text.casefold()):
        return None
    code, most = letters.most_common(1)[0]
    if not most or most * _DENSE < latin:
        return _of_latin(text.casefold(), words, askers)
    if code == "zh":
        code = chinese or ("ja" if reader == "ja" else code)
    return code if code in askers else None


def _of_latin(text: str, words: list[str], askers: Mapping[str, Asker]) -> str | None:
    found = Counter(
        {
            code: sum(word in asker.small_words for word in words) + _marks(text, asker)
            for code, asker in askers.items()
            if asker.small_words
        }
    )
    best = found.most_common(2)
    if 1 < len(words) <= _SHORT and sum(found.values()) == 1:
        only = next((word for word in words if word in askers[best[0][0]].small_words), "")
        return best[0][0] if len(only) >= _LONG else None
    if not best or best[0][1] < max(_FEWEST, _SHARE * len(words)) or (len(best) > 1 and best[1][1] == best[0][1]):
        return None
    return best[0][0]


def _marks(text: str, asker: Asker) -> int:
    return sum(mark in text for mark in asker.marks)
