"""How many lines the shipped bank holds of each kind, so that no edit thins one out unnoticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from content.bank import OUT, OUT_KINDS, Bank, load_bank
from content.load import BASE_PACK, load_pack
from content.model import BankLine, Pack, Urgency

WRITTEN_MOST = ("en", "ja")
OTHERS = ("es", "ko", "pt", "zh")
FURTHER = ("ar", "de", "fr", "it", "nl", "pl", "ru", "th", "tr")
"""The other languages that the encoder knows."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


@pytest.fixture(scope="module")
def bank(pack: Pack) -> Bank:
    return load_bank([BASE_PACK], pack.topics)


def by_language(bank: Bank, fits: Callable[[BankLine, str], bool]) -> Counter[str]:
    """Count the lines that fit by language; `fits` is asked with a line and the name of its file."""
    return Counter(
        line.language
        for line, (file, _) in zip(bank.lines, bank.places, strict=True)
        if fits(line, file.rpartition("/")[2])
    )


def test_every_topic_has_enough_lines_in_every_language(pack: Pack, bank: Bank) -> None:
    counts = Counter((line.language, topic) for line in bank.lines for topic in line.topics[:1])
    wanted = dict.fromkeys(WRITTEN_MOST, 40) | dict.fromkeys(OTHERS, 12)
    thin = {
        f"{language} {topic}": counts[language, topic]
        for language, least in wanted.items()
        for topic in pack.topics
        if counts[language, topic] < least
    }
    assert thin == {}


def test_every_topic_is_asked_for_in_every_other_language_of_the_encoder(pack: Pack, bank: Bank) -> None:
    asked = {(line.language, topic) for line in bank.lines for topic in line.topics[:1]}
    assert {(language, topic) for language in FURTHER for topic in pack.topics} - asked == set()
    urgent = by_language(bank, lambda line, _: line.urgency is Urgency.EMERGENCY)
    assert {language for language in FURTHER if urgent[language] < 30} == set()


def test_emergencies_and_what_only_sounds_like_them_are_many(bank: Bank) -> None:
    urgent = by_language(bank, lambda line, _: line.urgency is Urgency.EMERGENCY)
    alike = by_language(bank, lambda line, file: file.startswith("calm-") and line.urgency is not Urgency.EMERGENCY)
    assert sum(urgent[language] for language in WRITTEN_MOST) >= 600
    assert sum(alike[language] for language in WRITTEN_MOST) >= 900
    assert {language for language in OTHERS if urgent[language] < 80 or alike[language] < 120} == set()


def test_out_of_scope_lines_are_many_of_every_kind_and_mostly_near_misses(bank: Bank) -> None:
    kinds = Counter(line.topics[0].removeprefix(OUT) for line in bank.lines if line.topics[0].startswith(OUT))
    assert kinds.total() >= 1500
    assert set(kinds) == set(OUT_KINDS)
    assert kinds["near"] >= 1000
    languages = {(line.language, line.topics[0].removeprefix(OUT)) for line in bank.lines}
    assert {(code, kind) for code in WRITTEN_MOST + OTHERS for kind in OUT_KINDS} <= languages


def test_every_language_has_several_writers_and_every_style(bank: Bank) -> None:
    for language in WRITTEN_MOST + OTHERS:
        lines = [line for line in bank.lines if line.language == language]
        assert len({line.writer for line in lines}) >= 3
        assert {"keyword", "short", "teen", "story", "indirect", "polite", "typos", "learner", "teacher", "trap"} <= {
            line.style for line in lines
        }
