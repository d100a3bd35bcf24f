"""An engine for given packs: the shipped heads, those fitted earlier for the same content, or newly fitted ones."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.understanding.artefact import PROBE, ArtefactError, Fitted, load_fitted, save_fitted
from bot.understanding.encoder import Encoder, EncoderUnavailable, UseEncoder, Vectors, load_encoder
from bot.understanding.engine import Engine, FigureReader
from bot.understanding.lines import Progress, hash_content, silent
from content.bank import Bank, load_bank
from content.model import Pack, Topic, TopicText

BASE_PACK = Path(__file__).parents[2] / "content" / "pack"
FITTED = BASE_PACK / "fitted"
SAME = 0.995
"""Cosine of the stored and the present vector of the probe above which weights belong to the encoder."""


def load_engine(
    folder: Path = FITTED,
    encoder: str | Encoder | None = "use",
    figure_reader: FigureReader | None = None,
    *,
    degraded: bool = False,
    cache: Path | None = None,
) -> Engine:
    """Return an engine on the fitted heads in `folder`. Loads the encoder, which takes about a second.

    `cache` is a folder in which the encoder may keep what can be made again. When the encoder is missing, or is not
    the one that the heads were fitted on, the engine works from letters and says so (`Engine.trouble`). Raises
    ArtefactError when the heads themselves cannot be read.
    """
    fitted = load_fitted(folder)
    trouble: str | None = None
    made: Encoder | None = None
    if encoder is None:
        trouble = "there is no encoder"
    else:
        try:
            made = load_encoder(encoder, cache) if isinstance(encoder, str) else encoder
            if not belongs(fitted, made):
                trouble = f"the fitted understanding belongs to the encoder '{fitted.encoder}', not to '{made.name}'"
        except EncoderUnavailable as error:
            trouble = str(error)
    return Engine(fitted, made if trouble is None else None, figure_reader, degraded=degraded, trouble=trouble)


def belongs(fitted: Fitted, encoder: Encoder) -> bool:
    """Return whether heads were fitted on this encoder. Raises EncoderUnavailable when it cannot encode."""
    vector = probe(encoder)
    return vector.shape == fitted.probe.shape and float(vector @ fitted.probe) >= SAME


def probe(encoder: Encoder) -> Vectors:
    """Return the vector of `PROBE`, the first an encoder makes. Raises EncoderUnavailable when it cannot encode."""
    try:
        vector: Vectors = encoder.encode([PROBE])[0]
    except EncoderUnavailable:
        raise
    except Exception as error:
        raise EncoderUnavailable(f"the encoder '{encoder.name}' does not answer: {error}") from error
    return vector


@dataclass(frozen=True, slots=True)
class Content:
    """All that understanding is fitted from: the bank, the topics, and the topics' texts by language."""

    bank: Bank
    topics: Mapping[str, Topic]
    texts: Mapping[str, Mapping[str, TopicText]]

    def hash(self) -> str:
        """Return the hash that heads fitted from this carry."""
        return hash_content(self.bank, self.topics, self.texts)


def content_of(pack: Pack, overlays: Sequence[Path]) -> Content:
    """Return what understanding of a loaded pack is fitted from; `overlays` are its folders beside the base pack's."""
    texts = {code: language.topics for code, language in pack.languages.items()}
    return Content(load_bank([BASE_PACK, *overlays], pack.topics), pack.topics, texts)


def find_fitted(
    content: str, cache: Path | None = None, shipped: Path = FITTED, encoder: str | None = None
) -> Path | None:
    """Return the folder of heads fitted from content with this hash: shipped or cached; None when there is none.

    `encoder` is the name of the weights that they must have been fitted on; None takes any.
    """
    for folder in (shipped, *([cached(cache, content, encoder or ""), cache / content] if cache else [])):
        try:
            fitted = load_fitted(folder)
            if fitted.content == content and encoder in {None, fitted.encoder}:
                return folder
        except ArtefactError:
            continue
    return None


def cached(cache: Path, content: str, encoder: str) -> Path:
    """Return the folder in `cache` for heads of a content on an encoder, given by the name of its weights."""
    return cache / (content if encoder in {"", UseEncoder.name} else f"{content}-{encoder}")


def load_or_fit(
    content: Content,
    cache: Path,
    encoder: str | Encoder = "use",
    progress: Progress | None = None,
    figure_reader: FigureReader | None = None,
) -> Engine:
    """Return an engine for the content, fitting it when nobody has yet; the result is kept in `cache` by its hash.

    Fitting takes some minutes of CPU, with a larger encoder many times that: run it in a process of its own while
    `load_engine(degraded=True)` serves. Raises EncoderUnavailable when the encoder is missing, OSError when `cache`
    is not writable.
    """
    wanted = content.hash()
    made = load_encoder(encoder, cache) if isinstance(encoder, str) else encoder
    folder = find_fitted(wanted, cache, encoder=made.name)
    if folder is None:
        fit = importlib.import_module("bot.understanding.fit")  # scikit-learn is loaded only now
        fitted = fit.fit(content.bank, content.topics, made, content.texts, progress or silent)
        folder = cached(cache, wanted, made.name)
        save_fitted(fitted, folder)
    return load_engine(folder, made, figure_reader, cache=cache)
