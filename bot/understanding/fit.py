"""Fits the understanding from a pack: `python -m bot.understanding.fit` writes the artefact that is shipped with it."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from bot.understanding.artefact import PROBE, Fitted, save_fitted
from bot.understanding.bar import Bar
from bot.understanding.encoder import Encoder, EncoderUnavailable, limit_threads, load_encoder
from bot.understanding.heads import EMERGENCY, HARMFUL, INJECTION, REFUSE
from bot.understanding.lexical import Floats
from bot.understanding.lines import EDITOR, Progress, Texts, hash_content, silent, training_lines
from bot.understanding.loading import BASE_PACK, FITTED, cached
from bot.understanding.normalise import Normaliser, latin_words, plain
from bot.understanding.pipeline import WORKERS, Outcome, fit_heads
from bot.understanding.views import View, build_views
from content.bank import OUT, Bank, load_bank
from content.faults import Severity
from content.load import load_with_faults
from content.model import BankLine, Topic, Urgency

BATCH = 256
ENCODING_SHARE = 0.3
NEARLY = 0.8
"""How often the second topic must be right, measured by the first, for the bot to ask between the two."""

LEAST = 50
"""Lines that a share is counted over, so that a handful does not decide."""

SURE = 0.9
"""How often a sentence of a longer message must name its topic rightly before it is offered beside the answer."""


def fit(
    bank: Bank,
    topics: Mapping[str, Topic],
    encoder: Encoder,
    texts: Texts | None = None,
    progress: Progress = silent,
) -> Fitted:
    """Return heads fitted on a bank, with all thresholds. Takes some minutes of CPU; deterministic.

    Raises EncoderUnavailable when sentences cannot be encoded, ValueError when the bank holds fewer than two topics.
    """
    lines = training_lines(bank, texts)
    if len({line.topics[0] for line in lines if not line.topics[0].startswith(OUT)}) < 2:
        raise ValueError("the bank of sentences holds fewer than two topics; there is nothing to fit")
    slang = {written: meant for language in sorted(bank.slang) for written, meant in bank.slang[language].items()}
    words = bank_words(lines)
    normalise = Normaliser(slang, words, encoder.knows)
    with limit_threads():  # several threads would add up in another order each time
        views = encode_all([line.text for line in lines], normalise, encoder, progress)
        emergencies = tuple(sorted(name for name, topic in topics.items() if topic.urgency is Urgency.EMERGENCY))
        outcome = fit_heads(
            lines, views, emergencies, lambda what, share: progress(what, ENCODING_SHARE + share * (1 - ENCODING_SHARE))
        )
    right = _right(lines, outcome)
    return Fitted(
        content=hash_content(bank, topics, texts),
        encoder=encoder.name,
        probe=encoder.encode([PROBE])[0],
        heads=outcome.heads,
        words=words,
        slang=slang,
        emergencies=emergencies,
        close=_close(outcome, right),
        also=_also(outcome, lines),
        promises=_promises(lines, outcome, right),
    )


def encode_all(
    texts: Sequence[str], normalise: Callable[[str], str], encoder: Encoder, progress: Progress = silent
) -> list[View]:
    """Return the views of texts, normalised and encoded in batches: while one is read another is encoded."""
    progress("encoding sentences", 0)
    views: list[View] = []
    batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
    with ThreadPoolExecutor(max_workers=WORKERS) as workers:
        for found in workers.map(lambda batch: build_views([normalise(text) for text in batch], encoder), batches):
            views += found
            progress("encoding sentences", ENCODING_SHARE * len(views) / len(texts))
    return views


def bank_words(lines: Collection[BankLine]) -> dict[str, int]:
    """Return the Latin words of the lines that are not misspelt on purpose, with the number of lines they stand in."""
    careful = [line for line in lines if line.style not in {"typos", "teen", "learner"}]
    return dict(Counter(word for line in careful for word in set(latin_words(plain(line.text)))))


def _right(lines: Sequence[BankLine], outcome: Outcome) -> Floats:
    """Return [n, 2]: whether the first and the second answerable topic is accepted; out-of-scope lines are nan."""
    inside, classes = outcome.heads.layout.inside, outcome.heads.topics.classes
    right = np.full((len(lines), 2), np.nan, np.float32)
    for row, line in enumerate(lines):
        if not line.topics[0].startswith(OUT):
            best = inside[np.argsort(-outcome.topics[row, inside])[:2]]
            right[row, : len(best)] = [classes[i] in line.topics for i in best]
    return right


def _close(outcome: Outcome, right: Floats) -> float:
    """Return the share of the best topic's chance from which on the second is right nearly as often (`NEARLY`)."""
    rows = ~np.isnan(right[:, 0])
    chances = np.sort(np.exp(outcome.topics[rows][:, outcome.heads.layout.inside]), axis=1)
    ratio = chances[:, -2] / np.maximum(chances[:, -1], 1e-9)
    order = np.argsort(-ratio, kind="stable")
    first, second = np.cumsum(right[rows][order], axis=0).T
    level = np.flatnonzero((second >= NEARLY * first) & (np.arange(len(order)) >= LEAST))
    return float(ratio[order][level[-1]]) if len(level) else 1.0


def _also(outcome: Outcome, lines: Sequence[BankLine]) -> float:
    """Return the chance from which on the linear side alone is right as often as `SURE` says."""
    classes = outcome.heads.topics.classes
    best = outcome.linear.argmax(axis=1)
    chance = np.exp(outcome.linear[np.arange(len(best)), best])
    right = np.array([classes[i] in line.topics for i, line in zip(best, lines, strict=True)])
    order = np.argsort(-chance)
    sure = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    fine = np.flatnonzero(sure >= SURE)
    return float(chance[order][fine[-1]]) if len(fine) else 1.0


def _promises(lines: Sequence[BankLine], outcome: Outcome, right: Floats) -> dict[str, float]:
    """Return what was measured out of fold: flattering, since bank and questions come from the same writers."""
    gates, told = outcome.heads.gates, np.array([line.writer != EDITOR for line in lines])
    inside = ~np.isnan(right[:, 0]) & told
    urgent = np.array([line.urgency is Urgency.EMERGENCY for line in lines]) & told
    opened = {
        name: outcome.evidence @ gates[name].weights + gates[name].bias >= gates[name].threshold
        for name in (REFUSE, EMERGENCY, HARMFUL, INJECTION)
    }
    shares = {
        "top-1": right[inside, 0],
        "refused in scope": opened[REFUSE][inside],
        "out-of-scope recall": opened[REFUSE][~inside & told],
        "firm in scope": (opened[HARMFUL] | opened[INJECTION])[inside],
        "urgent recall": opened[EMERGENCY][urgent],
        "alarms": opened[EMERGENCY][~urgent & told],
    }
    return {name: float(values.mean()) if len(values) else 0.0 for name, values in shares.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit a pack and write its artefact; return 0, 1 when the bank has faults, 2 without an encoder."""
    parser = argparse.ArgumentParser(prog="python -m bot.understanding.fit", description=__doc__)
    parser.add_argument("--encoder", default="use", help="name of the encoder (default: use)")
    parser.add_argument("--pack", type=Path, action="append", default=[], help="a folder laid over the base pack")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--to", type=Path, default=FITTED, help="folder to write to")
    where.add_argument("--cache", type=Path, help="write into a folder of this one, named by the content")
    options = parser.parse_args(arguments)
    loaded = load_with_faults(options.pack)
    bank = load_bank([BASE_PACK, *options.pack], loaded.pack.topics)
    faults = [fault for fault in bank.faults if fault.severity is Severity.FAULT]
    if faults:
        sys.stderr.write("\n".join(str(fault) for fault in faults) + "\n")
        return 1
    begun, texts = time.monotonic(), {code: pack.topics for code, pack in loaded.pack.languages.items()}
    try:
        fitted = fit(bank, loaded.pack.topics, load_encoder(options.encoder), texts, Bar())
    except (EncoderUnavailable, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    save_fitted(fitted, cached(options.cache, fitted.content, fitted.encoder) if options.cache else options.to)
    Bar()("done", 1.0)
    sys.stderr.write(f"{len(bank.lines)} lines in {time.monotonic() - begun:.0f} s, content {fitted.content}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
