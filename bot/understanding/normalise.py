"""From what was typed to what is judged: one spelling for what reads the same, and the sentences of a message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.sentences import PAGE, pages, sentences

HEAD, TAIL = 3072, 1024
"""Characters judged as a whole of a longer text: its beginning and its end."""

CORRECTED, LONG = 4, 7
"""Letters from which on a word is corrected by one slip, and by two."""

COMMON = 3
"""Lines of the bank that must have a word for it to be right, and for others to be corrected to it."""

MAX_CORRECTED, MOST_CORRECTED = 16, 0.75
"""At most so many words of a message are corrected, and none when a larger share of all words is unknown."""

_ROOM = 20_000
"""Characters that are looked at at once, so that the time for any text is bounded."""
_SPACE = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MARKS = re.compile(r"([\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff])[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]+")
_REPEATED_LETTER = re.compile(r"([^\W\d_])\1{2,}")
_REPEATED_SIGN = re.compile(r"([^\w\s])\1+")
_REPEATED_WORD = re.compile(r"\b(\S{1,40})(?:\s+\1\b){2,}", re.IGNORECASE)
_REPEATED_PART = re.compile(r"(?=(\S)(?:.{0,40}?\1){3})(\S(?:.{0,38}?\S)?)(?:\s*\2){3,}", re.DOTALL)
"""What stands four times in a row. That its first sign comes again so often is seen sooner than that all of it does."""
_LEET_WORD = re.compile(r"(?<![\w@$!*])(?=[\w@$!*]*[A-Za-z])(?=[\w@$!*]*[\d@$!])[\w@$!]{3,}")
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_LATIN_WORD = re.compile(r"(?<!\w)[a-zß-öø-ÿœ]{3,}(?!\w)")
_LATIN = re.compile(r"[A-Za-z]")
_MIXED = re.compile(r"[^\W\d_]+")
_LATIN_LETTER = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]")
_OWN_LETTERS = re.compile("[ąęłśźżğı]")
"""Letters of Polish and Turkish, whose many endings the bank cannot have."""
_ARABIC = re.compile("[\u0600-\u06ff]")
_PERSIAN = re.compile("[پچژگکیہٹڈے]")
"""Letters of Persian and Urdu that Arabic does not have."""
_OTHER_SCRIPT = re.compile(
    "(?=[^\\W\\d_])[^\u0000-\u024f\u0300-\u036f\u0400-\u052f\u0600-\u06ff\u0e00-\u0e7f\u1100-\u11ff\u1e00-\u1eff\u3000-\u9fff\uac00-\ud7ff\uf900-\ufaff]"
)
"""A letter of a script that none of the encoder's languages is written in."""
_LOOKALIKES = str.maketrans(
    "авеёікмнорстухѕјԁһοανερτυικ",  # Cyrillic and Greek letters that look Latin
    "abeeikmhopctyxsjdhoavepTuik".lower(),
)
_VARIATION = re.compile("[\ufe00-\ufe0f]")


@dataclass(frozen=True, slots=True)
class _Words:
    """Words, each with the set of its letters as bits of a number."""

    words: Sequence[str]
    letters: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, words: Sequence[str]) -> _Words:
        return cls(words, np.array([_letters(word) for word in words], np.uint32))

    def near(self, word: str, slips: int) -> list[str]:
        """Return the words that may be so few slips away: one slip brings in one letter and takes one out at most."""
        other = np.bitwise_count(self.letters ^ np.uint32(_letters(word)))
        return [self.words[number] for number in np.flatnonzero(other <= 2 * slips).tolist()]


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << ord(letter) % 32
    return bits


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Brings texts to the form that the heads were fitted on. Never raises.

    `slang` maps what is written (lower case) to what it means, whole words for scripts with spaces. `words` are the
    bank's Latin words with how often they stand there: a disguised or misspelt word is read as the nearest of them.
    `knows` says of a word that it is right as it is though the bank does not have it.
    """

    slang: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    knows: Callable[[str], bool] = field(default=lambda _word: False)
    _pattern: re.Pattern[str] | None = field(init=False, default=None)
    _by_length: Mapping[int, _Words] = field(init=False, default_factory=dict)
    """The words that a word of each length may be a slip of."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", _pattern_of(self.slang))
        lengths: dict[int, list[str]] = {}
        for word in sorted(self.words):
            if self.words[word] >= COMMON and len(word) >= CORRECTED - 1:
                lengths.setdefault(len(word), []).append(word)
        longest = max(lengths, default=0) + _slips(max(lengths, default=0))
        near = {
            size: _Words.of([word for other in _lengths_near(size) for word in lengths.get(other, ())])
            for size in range(CORRECTED, longest + 1)
        }
        object.__setattr__(self, "_by_length", near if lengths else {})

    def __call__(self, text: str) -> str:
        """Return `text` in one line or several, at most `HEAD + TAIL` characters; empty when nothing is left."""
        return self._spelt(clip(plain(text)))

    def _spelt(self, text: str) -> str:
        text = _LEET_WORD.sub(self._undisguised, text)
        if self._pattern is not None:
            text = self._pattern.sub(lambda match: self.slang[match[0]], text)
        return self._corrected(text) if self._by_length else text

    def read(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return what a call returns, and the sentences of all of the text, also where it is longer than that."""
        whole = plain(text)
        if len(text) <= PAGE and len(whole) <= PAGE:
            whole = self._spelt(whole)
            return whole, sentences(whole)
        parts = (sentences(self._spelt(plain(page))) for page in pages(text))
        return self._spelt(clip(whole)), tuple(dict.fromkeys(chain.from_iterable(parts)))

    def is_foreign(self, text: str) -> bool:
        """Tell whether a normalised text is mostly words that neither the bank nor the encoder has.

        Words of scripts that the encoder reads count as known, so that this finds other scripts, and other languages in
        Latin and Arabic letters.
        """
        words = _MIXED.findall(text)
        arabic_read = not _PERSIAN.search(text)
        strange = [word for word in words if self._strange(word, arabic_read=arabic_read)]
        letters = sum(map(len, words))
        several = len(strange) > 1 or any(_OTHER_SCRIPT.match(word) for word in strange)
        return several and sum(map(len, strange)) >= MOST_CORRECTED * letters

    def _strange(self, word: str, *, arabic_read: bool) -> bool:
        if _OTHER_SCRIPT.match(word) or (not arabic_read and _ARABIC.match(word)):
            return True
        if not self.words or not _LATIN_LETTER.match(word) or _OWN_LETTERS.search(word):
            return False
        return word not in self.words and not self.knows(word)

    def _undisguised(self, match: re.Match[str]) -> str:
        word = match[0]
        bare = word.rstrip("!")
        read = bare.translate(_LEET)
        return read + word[len(bare) :] if read in self.words else word

    def _corrected(self, text: str) -> str:
        """Replace misspelt words; a text that is mostly unknown words is of another language and stays."""
        words = set(_LATIN_WORD.findall(text))
        strange = [word for word in sorted(words) if len(word) >= CORRECTED and not self._right(word)]
        if not strange or len(strange) > max(MOST_CORRECTED * len(words), 1):
            return text
        better = {word: found for word in strange[:MAX_CORRECTED] if (found := self._nearest(word))}
        return _LATIN_WORD.sub(lambda match: better.get(match[0], match[0]), text) if better else text

    def _right(self, word: str) -> bool:
        return self.words.get(word, 0) >= COMMON or self.knows(word)

    def _nearest(self, word: str) -> str | None:
        """Return the word of the bank that is one slip away (two in a long word): the most usual of the nearest."""
        if (words := self._by_length.get(len(word))) is None:
            return None
        slips = _slips(len(word))
        found = process.extract(word, words.near(word, slips), scorer=OSA.distance, score_cutoff=slips, limit=None)
        letters = sorted(word)
        best = min(
            found, key=lambda hit: (hit[1], sorted(hit[0]) != letters, -self.words[hit[0]], hit[0]), default=None
        )
        return best[0] if best else None


def _slips(size: int) -> int:
    return 1 if size < LONG else 2


def _lengths_near(size: int) -> range:
    return range(size - _slips(size), size + _slips(size) + 1)


def _pattern_of(slang: Collection[str]) -> re.Pattern[str] | None:
    """Return what finds the longest of the words at each place, None without words.

    Two groups, each of which can tell at once that it has nothing at a place, are ten times as fast as one list. Where
    both have a word at the same place the longer one is that with other letters, hence it is looked for first.
    """
    groups = []
    if inside := sorted((word for word in slang if not word.isascii()), key=lambda word: (-len(word), word)):
        firsts = "".join(re.escape(first) for first in sorted({word[0] for word in inside}))
        groups.append(f"(?=[{firsts}])(?:{'|'.join(map(re.escape, inside))})")
    if whole := sorted((word for word in slang if word.isascii()), key=lambda word: (-len(word), word)):
        groups.append(rf"(?<!\w)(?:{'|'.join(map(re.escape, whole))})(?!\w)")
    return re.compile("|".join(groups)) if groups else None


def latin_words(text: str) -> list[str]:
    """Return the Latin words of at least three letters in a text."""
    return _LATIN_WORD.findall(text)


def plain(text: str) -> str:
    """Return `text` with width, invisible signs, look-alike letters, repetition and space brought to one form."""
    if len(text) > _ROOM:
        text = f"{text[: _ROOM // 2]}\n{text[-_ROOM // 2 :]}"
    text = unicodedata.normalize("NFKC", text).casefold()
    if not text.isprintable() or _VARIATION.search(text):
        text = "".join(char for char in text if _visible(char))
    text = _MARKS.sub(r"\1", text)
    text = _URL.sub(" ", text)
    text = _MIXED.sub(_one_script, text)
    text = _LINES.sub("\n", _SPACE.sub(" ", text)).strip()
    text = _REPEATED_LETTER.sub(r"\1\1", text)
    text = _REPEATED_SIGN.sub(r"\1", text)
    text = _REPEATED_WORD.sub(r"\1 \1", text)
    return _REPEATED_PART.sub(r"\2 \2", text)


def clip(text: str) -> str:
    """Return a text of at most `HEAD + TAIL` characters: beginning and end, cut at a space where there is one."""
    if len(text) <= HEAD + TAIL:
        return text
    head, tail = text[:HEAD], text[-TAIL:]
    return f"{head.rpartition(' ')[0] or head}\n{tail.partition(' ')[2] or tail}"


def _visible(char: str) -> bool:
    if char in "\n\t":
        return True
    category = unicodedata.category(char)
    return category[0] != "C" and not "\ufe00" <= char <= "\ufe0f"


def _one_script(match: re.Match[str]) -> str:
    """Undo letters of another alphabet that stand in a Latin word only because they look the same."""
    word = match[0]
    return word if word.isascii() or not _LATIN.search(word) else word.translate(_LOOKALIKES)
