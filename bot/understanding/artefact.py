"""Fitted heads as a file: arrays without pickle, and beside them what they were made from."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understanding.classifier import Classifier, Examples
from bot.understanding.encoder import Vectors
from bot.understanding.evidence import Gate, build_layout
from bot.understanding.heads import GATES, Heads
from bot.understanding.lexical import LexicalScores
from content.model import BankLine

PROBE = "Is it safe? これは安全ですか。"
"""Encoded while fitting and again when loading: equal vectors mean that the weights belong to this encoder."""

RECIPE = 3
"""Raised whenever the way of fitting changes, so that older artefacts are made anew."""

ARRAYS, META = "understanding.npz", "understanding.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


class ArtefactError(ValueError):
    """A fitted file cannot be used. The message is one sentence naming the file."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Heads with what they belong to: the hash of the content, the encoder, and how texts are normalised.

    `probe` is the vector of `PROBE`. `words` are the bank's words with the number of lines they stand in, `slang`
    maps written to meant. `close` is the share of the best topic's chance above which the second cannot be told
    from it, `also` the chance that a sentence of its own topic needs. `promises` are figures measured out of fold
    while fitting.
    """

    content: str
    encoder: str
    probe: Vectors
    heads: Heads
    words: Mapping[str, int]
    slang: Mapping[str, str]
    emergencies: tuple[str, ...]
    close: float
    also: float
    promises: Mapping[str, float]


def content_hash(lines: Iterable[BankLine], slang: Mapping[str, Mapping[str, str]], topics: Mapping[str, str]) -> str:
    """Return a hash of all that fitting reads: lines, slang, and the urgency of each topic id in `topics`."""
    digest = hashlib.sha256(f"{RECIPE}".encode())
    for line in lines:
        fields = ("|".join(line.topics), line.urgency, line.language, line.writer, line.text)
        digest.update("\t".join(fields).encode() + b"\n")
    for language in sorted(slang):
        digest.update(json.dumps([language, sorted(slang[language].items())]).encode())
    digest.update(json.dumps(sorted(topics.items())).encode())
    return digest.hexdigest()[:32]


def save_fitted(fitted: Fitted, folder: Path) -> None:
    """Write `understanding.npz` and `understanding.json` into `folder`, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = fitted.heads
    arrays: dict[str, npt.NDArray[Any]] = {
        "words": np.array(sorted(fitted.words)),
        "word_lines": np.array([fitted.words[word] for word in sorted(fitted.words)], np.int32),
        "probe": fitted.probe,
        "projection": heads.examples.projection.astype(np.float16),
        "examples": np.round(heads.examples.matrix.matrix() * 127).astype(np.int8),
        "examples_starts": heads.examples.starts.astype(np.int32),
        "examples_lines": heads.examples.lines.astype(np.int32),
    }
    for name, classifier in (("topics", heads.topics), ("degrees", heads.degrees)):
        arrays |= {f"{name}.{key}": value for key, value in _pack_classifier(classifier).items()}
    for name, gates in (("gates", heads.gates), ("letter_gates", heads.letter_gates)):
        arrays[f"{name}.weights"] = np.stack([gates[gate].weights for gate in GATES])
        arrays[f"{name}.numbers"] = np.array([[gates[gate].bias, gates[gate].threshold] for gate in GATES])
    meta = {
        "recipe": RECIPE,
        "content": fitted.content,
        "encoder": fitted.encoder,
        "classes": {"topics": heads.topics.classes, "degrees": heads.degrees.classes},
        "emergencies": fitted.emergencies,
        "close": fitted.close,
        "also": fitted.also,
        "alone": heads.alone,
        "quiet": heads.quiet,
        "promises": {name: round(value, 4) for name, value in fitted.promises.items()},
        "slang": dict(sorted(fitted.slang.items())),
    }
    _write(folder / ARRAYS, _zip_arrays(arrays))
    _write(folder / META, (json.dumps(meta, ensure_ascii=False, indent=1, default=list) + "\n").encode())


def load_fitted(folder: Path) -> Fitted:
    """Read what `save_fitted` wrote. Raises ArtefactError when it is missing, broken or of another recipe."""
    try:
        meta = json.loads((folder / META).read_text("utf-8"))
        if meta["recipe"] != RECIPE:
            raise ArtefactError(f"{folder / META} was made by another version; fit again")
        with np.load(folder / ARRAYS, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return _assemble(meta, arrays)
    except ArtefactError:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ArtefactError(f"the fitted understanding in {folder} cannot be read: {error}") from error


def _assemble(meta: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Fitted:
    topics = _unpack_classifier("topics", meta["classes"]["topics"], arrays)
    gates, letter_gates = (_unpack_gates(name, arrays) for name in ("gates", "letter_gates"))
    emergencies = tuple(meta["emergencies"])
    heads = Heads(
        examples=Examples.of(
            projection=arrays["projection"].astype(np.float32),
            matrix=np.divide(arrays["examples"], np.float32(127), dtype=np.float32),
            starts=arrays["examples_starts"].astype(np.int64),
            lines=arrays["examples_lines"].astype(np.int64),
        ),
        topics=topics,
        degrees=_unpack_classifier("degrees", meta["classes"]["degrees"], arrays),
        layout=build_layout(topics.classes, emergencies),
        gates=gates,
        letter_gates=letter_gates,
        alone=float(meta["alone"]),
        quiet=float(meta["quiet"]),
    )
    return Fitted(
        content=meta["content"],
        encoder=meta["encoder"],
        probe=arrays["probe"],
        heads=heads,
        words=dict(zip(arrays["words"].tolist(), arrays["word_lines"].tolist(), strict=True)),
        slang=meta["slang"],
        emergencies=emergencies,
        close=float(meta["close"]),
        also=float(meta["also"]),
        promises=meta["promises"],
    )


def _pack_classifier(classifier: Classifier) -> dict[str, npt.NDArray[Any]]:
    return {
        "linear": classifier.linear.astype(np.float16),
        "bias": classifier.bias,
        "firsts": classifier.firsts,
        "idf": classifier.lexical.idf.astype(np.float16),
        "lexical": classifier.lexical.weights,
        "lexical_scale": classifier.lexical.scale,
        "lexical_bias": classifier.lexical.bias,
        "order": classifier.order,
        "starts": classifier.starts,
        "sizes": classifier.sizes,
        "fusion": classifier.fusion,
        "fallback": np.array([classifier.fallback], np.float32),
    }


def _unpack_classifier(name: str, classes: Sequence[str], arrays: Mapping[str, npt.NDArray[Any]]) -> Classifier:
    part = {key.removeprefix(f"{name}."): value for key, value in arrays.items() if key.startswith(f"{name}.")}
    lexical = LexicalScores(
        part["idf"].astype(np.float32), part["lexical"], part["lexical_scale"], part["lexical_bias"]
    )
    return Classifier(
        classes=tuple(classes),
        linear=part["linear"].astype(np.float32),
        bias=part["bias"],
        firsts=part["firsts"],
        lexical=lexical,
        order=part["order"],
        starts=part["starts"],
        sizes=part["sizes"],
        fusion=part["fusion"],
        fallback=float(part["fallback"][0]),
    )


def _unpack_gates(name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, Gate]:
    weights, numbers = arrays[f"{name}.weights"], arrays[f"{name}.numbers"]
    return {gate: Gate(weights[i], float(numbers[i, 0]), float(numbers[i, 1])) for i, gate in enumerate(GATES)}


def _zip_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return an .npz with fixed dates, so that the same arrays give the same bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            one = BytesIO()
            np.lib.format.write_array(one, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _EPOCH), one.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.write_bytes(content)
    partial.replace(path)
