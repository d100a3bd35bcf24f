from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.understanding.artefact import ARRAYS, META, ArtefactError, Fitted, load_fitted, save_fitted
from bot.understanding.encoder import Vectors
from bot.understanding.engine import Engine
from bot.understanding.fit import fit
from bot.understanding.lines import hash_content, training_lines
from bot.understanding.loading import Content, cached, find_fitted, load_engine, load_or_fit
from content.bank import Bank
from content.model import TopicText
from tests.understanding.small_bank import HashEncoder, small_bank, small_topics

NAMED = "tests.understanding.small_bank:HashEncoder"


def test_the_same_heads_are_stored_as_the_same_bytes(small_fitted: Fitted, tmp_path: Path) -> None:
    save_fitted(small_fitted, tmp_path / "one")
    save_fitted(load_fitted(tmp_path / "one"), tmp_path / "two")
    for name in (ARRAYS, META):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_fitting_again_gives_the_same_answers(small_fitted: Fitted) -> None:
    again = Engine(fit(small_bank(), small_topics(), HashEncoder()), HashEncoder())
    before = Engine(small_fitted, HashEncoder())
    for line in small_bank().lines:
        first, second = before.understand(line.text), again.understand(line.text)
        assert (first.topic, first.urgency, first.refusal) == (second.topic, second.urgency, second.refusal)
        assert first.confidence == pytest.approx(second.confidence, abs=0.01)


def test_stored_heads_answer_as_the_fitted_ones_do(small_fitted: Fitted, tmp_path: Path) -> None:
    save_fitted(small_fitted, tmp_path)
    fresh, stored = Engine(small_fitted, HashEncoder()), load_engine(tmp_path, HashEncoder())
    for line in small_bank().lines[::5]:
        one, two = fresh.understand(line.text), stored.understand(line.text)
        assert (one.topic, one.urgency) == (two.topic, two.urgency)
        assert one.confidence == pytest.approx(two.confidence, abs=0.02)


def test_promises_are_kept_on_the_lines_that_were_left_out(small_fitted: Fitted) -> None:
    assert small_fitted.promises["top-1"] > 0.8
    assert small_fitted.promises["urgent recall"] >= 0.9
    assert small_fitted.promises["refused in scope"] <= 0.1


def test_progress_runs_from_nothing_to_everything() -> None:
    told: list[tuple[str, float]] = []
    fit(small_bank(), small_topics(), HashEncoder(), progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] < 1
    assert {what for what, _ in told} == {"encoding sentences", "judging out of fold", "fitting on everything"}


def test_a_bank_without_topics_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="fewer than two topics"):
        fit(Bank((), {}, ()), small_topics(), HashEncoder())


def test_examples_and_keywords_of_a_topic_are_learnt_but_say_nothing_of_urgency() -> None:
    text = TopicText(
        title="Passwords",
        first="Use long ones.",
        sources=("s",),
        reviewed="2026-01-01",  # type: ignore[arg-type]  # pydantic reads dates
        examples=("zebra crossing is my secret word",),
        keywords=("zebra",),
    )
    texts = {"en": {"passwords": text}}
    assert [line.text for line in training_lines(small_bank(), texts)[-2:]] == [*text.examples, *text.keywords]
    fitted = fit(small_bank(), small_topics(), HashEncoder(), texts)
    answer = Engine(fitted, HashEncoder()).understand("zebra crossing is my secret word")
    assert answer.ranked[0].topic == "passwords"
    assert fitted.heads.degrees.sizes.sum() == len(small_bank().lines)


def test_the_hash_changes_with_every_part_of_the_content() -> None:
    bank, topics = small_bank(), small_topics()
    first = bank.lines[0]
    others = [
        Bank((first.model_copy(update={"text": "x"}), *bank.lines[1:]), bank.slang, ()),
        Bank((first.model_copy(update={"topics": ("scams",)}), *bank.lines[1:]), bank.slang, ()),
        Bank((first.model_copy(update={"urgency": "none"}), *bank.lines[1:]), bank.slang, ()),
        Bank(bank.lines, {}, ()),
    ]
    hashes = {hash_content(bank, topics), *(hash_content(other, topics) for other in others)}
    hashes.add(hash_content(bank, {**topics, "new": topics["passwords"]}))
    assert len(hashes) == len(others) + 2


def test_content_is_fitted_once_and_then_found_by_its_hash(tmp_path: Path) -> None:
    content = Content(small_bank(), small_topics(), {})
    told: list[str] = []
    engine = load_or_fit(content, tmp_path, NAMED, lambda what, _share: told.append(what))
    assert told
    assert find_fitted(content.hash(), tmp_path, encoder="hash") == cached(tmp_path, content.hash(), "hash")
    assert find_fitted(content.hash(), tmp_path, encoder="another") is None
    told.clear()
    again = load_or_fit(content, tmp_path, NAMED, lambda what, _share: told.append(what))
    assert not told
    assert again.fitted.content == engine.fitted.content == content.hash()


def test_unknown_content_is_not_found(tmp_path: Path) -> None:
    assert find_fitted("0" * 32, tmp_path) is None


def test_broken_missing_and_older_files_are_named(small_fitted: Fitted, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="cannot be read"):
        load_fitted(tmp_path)
    save_fitted(small_fitted, tmp_path)
    meta = json.loads((tmp_path / META).read_text("utf-8"))
    (tmp_path / META).write_text(json.dumps({**meta, "recipe": 0}), "utf-8")
    with pytest.raises(ArtefactError, match="another version"):
        load_fitted(tmp_path)
    (tmp_path / META).write_text(json.dumps(meta), "utf-8")
    (tmp_path / ARRAYS).write_bytes(b"not a zip")
    with pytest.raises(ArtefactError, match="cannot be read"):
        load_fitted(tmp_path)


def test_heads_of_another_encoder_are_used_by_letters_alone(small_fitted: Fitted, tmp_path: Path) -> None:
    class Turned(HashEncoder):
        name = "turned"

        def encode(self, texts: Sequence[str]) -> Vectors:
            return -super().encode(texts)

    save_fitted(small_fitted, tmp_path)
    engine = load_engine(tmp_path, Turned())
    assert engine.encoder is None
    assert "belongs to the encoder 'hash', not to 'turned'" in str(engine.trouble)
    assert engine.understand("how to make strong passwords").degraded


def test_without_the_encoder_the_engine_says_why(small_fitted: Fitted, tmp_path: Path) -> None:
    save_fitted(small_fitted, tmp_path)
    broken = HashEncoder()
    broken.broken = True
    assert "broken on purpose" in str(load_engine(tmp_path, broken).trouble)
    assert "there is no encoder 'nothing'" in str(load_engine(tmp_path, "nothing").trouble)
    assert load_engine(tmp_path, None).trouble == "there is no encoder"
    assert load_engine(tmp_path, HashEncoder()).trouble is None
