"""A message as the heads see it: its text, its vector, the vectors of its sentences, its hashed letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.encoder import Encoder, Vectors
from bot.understanding.lexical import Hashed, hash_text
from bot.understanding.sentences import sentences


@dataclass(frozen=True, slots=True)
class View:
    """One normalised text. `vector` [d] is the whole; `parts` [m, d] are its sentences, the whole when it has one.

    `sentences` are the texts of `parts`. Without an encoder both arrays are None.
    """

    text: str
    hashed: Hashed
    sentences: tuple[str, ...]
    vector: Vectors | None = None
    parts: Vectors | None = None


def build_views(
    texts: Sequence[str], encoder: Encoder | None, chosen: Sequence[tuple[str, ...]] | None = None
) -> list[View]:
    """Return one view for each normalised text, encoding everything once, in one call.

    `chosen` are the sentences of each text that count, by default all.
    """
    if not texts:
        return []
    split = [found or (text,) for text, found in zip(texts, chosen or map(sentences, texts), strict=True)]
    if encoder is None:
        return [View(text, hash_text(text), parts) for text, parts in zip(texts, split, strict=True)]
    wanted: dict[str, None] = {}
    for text, parts in zip(texts, split, strict=True):  # side by side, what they share is computed once
        wanted.update(dict.fromkeys((text, *(parts if len(parts) > 1 else ()))))
    rows = {text: row for row, text in enumerate(wanted)}
    vectors = encoder.encode(list(wanted))
    return [
        View(
            text,
            hash_text(text),
            parts,
            vectors[rows[text]],
            vectors[[rows[part] for part in (parts if len(parts) > 1 else (text,))]],
        )
        for text, parts in zip(texts, split, strict=True)
    ]


def single(view: View, number: int) -> View:
    """Return one sentence of a view with vectors as a view of its own."""
    if view.parts is None:
        raise ValueError("a view without vectors has no sentences of its own")
    text, vector = view.sentences[number], view.parts[number]
    return View(text, hash_text(text), (text,), vector, vector[np.newaxis])
