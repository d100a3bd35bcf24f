"""What the figures file asks must be answered right, and what is not in the pack never with a number."""

from __future__ import annotations

import numpy as np
import pytest
from rapidfuzz import fuzz, process

from bot.understanding.loading import BASE_PACK
from content.bank import fingerprint, load_bank
from content.numbers import number
from tests.evaluation.figures import Told, engine_with_figures, interval, read_asked, table, tell
from tests.statistics_pack import base_lexicon, base_pack

RIGHT, LEADS = 92.0, 85.0
"""Per cent of the questions; the file's own, see `docs/understanding.md` for its intervals."""
NEAR, WORTH_COMPARING = 95, 12


@pytest.fixture(scope="module")
def told() -> list[Told]:
    engine = engine_with_figures(base_lexicon())
    return [tell(engine, base_pack(), asked) for asked in read_asked()]


def test_questions_about_numbers_are_answered_right(told: list[Told]) -> None:
    there = [one for one in told if one.asked.numbers]
    wrong = [f"{one.asked.id} {one.asked.text}" for one in there if not one.right]
    assert 100 * (1 - len(wrong) / len(there)) >= RIGHT, wrong
    assert 100 * sum(one.leads for one in there) / len(there) >= LEADS


def test_a_number_that_is_not_in_the_pack_is_never_answered_with_another(told: list[Told]) -> None:
    absent = [one for one in told if not one.asked.numbers]
    assert len(absent) >= 250
    assert [f"{one.asked.id} {one.asked.text}: {one.numbers}" for one in absent if not one.right] == []


def test_every_number_that_the_file_expects_can_be_computed_from_the_pack() -> None:
    every = list(base_pack().observations)
    known = {number(one.value) for one in every} | {str(one.year) for one in every}
    counts = [one.value for one in every if one.measure in {"victims", "school-elementary"}]
    known |= {number(abs(one - other)) for one in counts for other in counts}
    expected = {value for asked in read_asked() for value in asked.numbers}
    assert expected <= known


def test_the_file_is_of_one_mind_and_no_line_of_the_bank() -> None:
    asked = read_asked()
    assert len({one.id for one in asked}) == len({fingerprint(one.text) for one in asked}) == len(asked)
    assert all((one.kind == "absent") == (not one.numbers) for one in asked)
    bank = load_bank([BASE_PACK], base_pack().topics)
    ours, theirs = [fingerprint(line.text) for line in bank.lines], [fingerprint(one.text) for one in asked]
    alike = process.cdist(theirs, ours, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8)
    leaks = [
        f"{asked[row].text} = {bank.lines[column].text}"
        for row, column in zip(*np.nonzero(alike), strict=True)
        if len(theirs[row]) >= WORTH_COMPARING
    ]
    assert leaks == []


def test_the_table_says_how_unsure_a_share_is(told: list[Told]) -> None:
    assert "| a number for one that is not there | all | 0.0 | 0-1 |" in table(told)
    low, high = interval(50, 100)
    assert (round(low), round(high)) == (40, 60)
