"""Parts a text into what is judged by itself: sentences, stretches of what has no full stops, pages of a long one."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate

PAGE = 4096
"""As long as one Telegram message."""

LONGEST_SENTENCE = 180
"""Width of the longest sentence in the bank. A longer one is text without full stops and is read in stretches."""

STRETCH, STEP = 60, 15
"""Width of a stretch and how far the next one begins behind it: an ordinary sentence always fits into one of them."""

_PAGES = 32
"""So many times the length of a Telegram message is looked at for single sentences: the beginning and the end."""
_DENSE = 2
_SIGNS = "\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_DENSE_SIGN = re.compile(f"[{_SIGNS}]")
_CLAUSE_END = re.compile(r"(?<=[,;])(?:\s+|(?=[^\x00-\x7f]))|(?<=、)\s*|(?<=[\u3040-\u9fff])\s+(?=[\u3040-\u9fff])")
_THAI = "\u0e00-\u0e7f"
_UNIT = re.compile(rf"(?:[{_SIGNS}{_THAI}]|[^\s{_SIGNS}{_THAI}]+)\s*")
"""What a sentence is never cut within: a word, or a sign where words stand without spaces."""
_SENTENCE_END = re.compile(r"(?<=[.!?。])(?:\s+|(?=[^\x00-\x7f]))|\n|\s/\s")


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences and lines of a normalised text that hold a letter or digit; endless ones in stretches."""
    found = [part for part in _SENTENCE_END.split(text) if any(char.isalnum() for char in part)]
    return tuple(stretch for part in found for stretch in _stretches(part))


def _stretches(sentence: str) -> list[str]:
    """Part a sentence that is longer than any of the bank into its clauses, and long ones into stretches of words."""
    if len(sentence) <= LONGEST_SENTENCE // _DENSE or _width(sentence) <= LONGEST_SENTENCE:
        return [sentence]
    clauses = [clause for clause in _CLAUSE_END.split(sentence) if any(char.isalnum() for char in clause)]
    return [stretch for clause in clauses for stretch in _overlapping(clause)]


def _overlapping(clause: str) -> list[str]:
    words = _UNIT.findall(clause)
    ends = list(accumulate(_width(word) for word in words))
    found, last = [], 0
    for start in range(0, ends[-1], STEP):
        first, last = bisect_left(ends, start), bisect_left(ends, start + STRETCH) + 1
        found.append("".join(words[first:last]).strip())
        if last >= len(words):
            break
    return list(dict.fromkeys(found))


def _width(text: str) -> int:
    """Return the length of a text in letters; a sign of a dense script says as much as `_DENSE`."""
    return len(text) + (_DENSE - 1) * len(_DENSE_SIGN.findall(text))


def pages(text: str) -> list[str]:
    """Part a text into what is normalised at a time; they overlap, so that no sentence is cut in all of them."""
    if len(text) > _PAGES * PAGE:
        text = f"{text[: _PAGES * PAGE // 2]}\n{text[-_PAGES * PAGE // 2 :]}"
    starts = range(0, max(len(text) - LONGEST_SENTENCE, 1), PAGE - LONGEST_SENTENCE)
    return [text[start : start + PAGE] for start in starts]
