"""What can be said from letters alone: hashed character n-grams and words, and linear scores on them.

Serves beside the encoder for spellings, names and slang that it does not know, and instead of it when it cannot load.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BUCKETS = 1 << 16
LONGEST = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hashed:
    """The features of one text: distinct `buckets` in ascending order and their `counts` as 1 + log(count)."""

    buckets: npt.NDArray[np.int32]
    counts: Floats


def hash_text(text: str) -> Hashed:
    """Return the features of a normalised text: words, pairs of words, and n-grams of letters inside words.

    The same on every machine.
    """
    words = _WORD.findall(text)
    found = [gram for word in words for gram in _grams(word)]
    found += [f"p{first} {second}" for first, second in pairwise(words)]
    buckets, counts = np.unique(np.array(_buckets(found), np.int32), return_counts=True)
    return Hashed(buckets, 1 + np.log(counts.astype(np.float32)))


def words_of(text: str) -> dict[str, frozenset[int]]:
    """Return the words of a normalised text, each with its buckets."""
    return {word: frozenset(_buckets(_grams(word))) for word in _WORD.findall(text)}


def _grams(word: str) -> list[str]:
    padded = f"_{word}_"
    shortest = 2 if word.isascii() else 1  # one Chinese character is a word
    return [f"w{word}", *(padded[i : i + n] for n in range(shortest, LONGEST + 1) for i in range(len(padded) - n + 1))]


def _buckets(grams: Sequence[str]) -> list[int]:
    return [crc32(gram.encode()) % BUCKETS for gram in grams]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """Linear scores on hashed n-grams: `weights` [BUCKETS, classes] in int8 with a `scale` per class.

    `idf` [BUCKETS] weighs rare features up, `bias` [classes] is added.
    """

    idf: Floats
    weights: npt.NDArray[np.int8]
    scale: Floats
    bias: Floats

    def scores(self, hashed: Hashed) -> Floats:
        """Return one score per class, float32 [classes]; a text without letters scores the bias."""
        values = hashed.counts * self.idf[hashed.buckets]
        values /= max(float(np.sqrt(values @ values)), 1e-9)
        result: Floats = (values @ self.weights[hashed.buckets].astype(np.float32)) * self.scale + self.bias
        return result
