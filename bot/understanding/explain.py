"""Why a message was understood as it was: the nearest lines of the bank, the words, the scores and thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.classifier import Classifier, Examples
from bot.understanding.engine import Engine, Weighed
from bot.understanding.heads import GATES
from bot.understanding.lexical import words_of
from bot.understanding.model import Understanding
from content.bank import Bank

NEAREST = 5
WORDS = 6
_NO_WORDS = "(none)"


@dataclass(frozen=True, slots=True)
class Near:
    """A line of the bank with its cosine to the message; `place` is file:line, empty for a topic's own example."""

    text: str
    topics: tuple[str, ...]
    urgency: str
    cosine: float
    place: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One gate: its score (log-odds), its threshold, and whether it opened."""

    name: str
    score: float
    threshold: float
    opened: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that decided about one message. `words` are (word, weight) for the best topic, strongest first.

    `sentences` are (sentence, chance that it tells of an emergency). `read` is the text as it was judged.
    """

    read: str
    understanding: Understanding
    nearest: tuple[Near, ...]
    words: tuple[tuple[str, float], ...]
    sentences: tuple[tuple[str, float], ...]
    decisions: tuple[Decision, ...]


def why(engine: Engine, text: str, bank: Bank) -> Explanation:
    """Explain one message. `bank` must be what the engine's heads were fitted from, else no lines are shown."""
    understanding = engine.understand(text)
    weighed = engine.weigh(text)
    if weighed is None:
        return Explanation("", understanding, (), (), (), ())
    topics = engine.fitted.heads.topics
    best = understanding.ranked[0].topic if understanding.ranked else None
    return Explanation(
        read=weighed.view.text,
        understanding=understanding,
        nearest=_nearest(engine.fitted.heads.examples, weighed, bank),
        words=_words(topics, weighed, topics.classes.index(best)) if best in topics.classes else (),
        sentences=_sentences(engine.fitted.heads.degrees, weighed),
        decisions=tuple(_decision(engine, name, weighed) for name in GATES),
    )


def _decision(engine: Engine, name: str, weighed: Weighed) -> Decision:
    gate = engine.gate(name, weighed)
    evidence = weighed.numbers.evidence
    return Decision(name, gate.score(evidence), gate.threshold, gate.opens(evidence))


def _nearest(examples: Examples, weighed: Weighed, bank: Bank) -> tuple[Near, ...]:
    if weighed.view.vector is None or len(examples.lines) < len(bank.lines):
        return ()
    (similarities,) = examples.cosines(weighed.view.vector[np.newaxis])
    found = []
    for number in np.argsort(-similarities[: len(bank.lines)], kind="stable")[:NEAREST]:
        line, (file, row) = bank.lines[int(number)], bank.places[int(number)]
        cosine = float(similarities[number])
        found.append(Near(line.text, line.topics, line.urgency.value, cosine, f"{file}:{row}"))
    return tuple(found)


def _words(classifier: Classifier, weighed: Weighed, topic: int) -> tuple[tuple[str, float], ...]:
    """Add up what the letters of each word say for a topic."""
    lexical = classifier.lexical
    weights = lexical.idf * lexical.weights[:, topic].astype(np.float32) * lexical.scale[topic]
    sums = {word: float(weights[list(buckets)].sum()) for word, buckets in words_of(weighed.view.text).items()}
    strongest = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:WORDS]
    return tuple((word, weight) for word, weight in strongest if weight > 0)


def _sentences(degrees: Classifier, weighed: Weighed) -> tuple[tuple[str, float], ...]:
    view = weighed.view
    if view.parts is None:
        return ()
    chances = np.exp(degrees.read(view.parts)[:, -1])
    return tuple((text, float(chance)) for text, chance in zip(view.sentences, chances, strict=True))


def render_explanation(explanation: Explanation) -> str:
    """Return the explanation as plain text for a terminal."""
    meant = explanation.understanding
    lines = [
        f"read as     {explanation.read!r}",
        f"urgency     {meant.urgency.value}",
        f"topic       {meant.topic or 'I do not know'}"
        + (f" (firm reply: {meant.refusal.value})" if meant.refusal else "")
        + (" (close to the second)" if meant.close else ""),
        "ranked      " + ", ".join(f"{one.topic} {one.score:.2f}" for one in meant.ranked),
    ]
    if meant.also:
        lines.append("also        " + ", ".join(meant.also))
    if meant.degraded:
        lines.append("degraded    the encoder is missing or the heads are not those of this content")
    lines.append("words       " + (_pairs(explanation.words) or _NO_WORDS))
    lines.append("decisions   score / threshold")
    lines += [
        f"  {one.name:<10} {one.score:+.2f} / {one.threshold:+.2f}  {'yes' if one.opened else 'no'}"
        for one in explanation.decisions
    ]
    if len(explanation.sentences) > 1:
        lines.append("sentences   chance of an emergency by itself")
        lines += [f"  {chance:.2f}  {text}" for text, chance in explanation.sentences]
    if explanation.nearest:
        lines.append("nearest lines of the bank")
        lines += [
            f"  {near.cosine:.2f}  {'|'.join(near.topics)} ({near.urgency})  {near.text}  [{near.place}]"
            for near in explanation.nearest
        ]
    return "\n".join(lines)


def _pairs(pairs: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{word} {weight:+.1f}" for word, weight in pairs)
