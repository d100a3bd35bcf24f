"""What can be said from letters alone: hashed character n-grams and words, and linear scores on them.

Serves beside the encoder for spellings, names and slang that it does not know, and instead of it when it cannot load.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BUCKETS = 1 << 15
SHORTEST, LONGEST = 2, 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hashed:
    """The features of one text: distinct `buckets` in ascending order and their `counts` as 1 + log(count)."""

    buckets: npt.NDArray[np.int32]
    counts: Floats


def grams(text: str) -> list[str]:
    """Return the features of a normalised text: words, pairs of words, and n-grams of letters inside words."""
    words = _WORD.findall(text)
    found = [f"w{word}" for word in words]
    found += [f"p{first} {second}" for first, second in pairwise(words)]
    for word in words:
        padded = f"_{word}_"
        for size in range(SHORTEST, LONGEST + 1):
            found += [padded[i : i + size] for i in range(len(padded) - size + 1)]
    return found


def hash_text(text: str) -> Hashed:
    """Return the hashed features of a normalised text. The same on every machine."""
    counts = Counter([zlib.crc32(gram.encode()) % BUCKETS for gram in grams(text)])
    buckets = np.array(sorted(counts), np.int32)
    return Hashed(buckets, 1 + np.log(np.array([counts[int(b)] for b in buckets], np.float32)))


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
