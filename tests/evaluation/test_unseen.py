from __future__ import annotations

from bot.understanding.loading import BASE_PACK
from content.bank import load_bank
from content.load import load_pack
from content.model import Urgency
from tests.evaluation.unseen import main, part


def test_a_writer_left_out_is_asked_with_the_labels_of_the_bank() -> None:
    bank = load_bank([BASE_PACK], load_pack().topics)
    rest, questions = part(bank, "m")
    assert len(rest.lines) + len(questions) == len(bank.lines)
    assert {line.writer for line in rest.lines}.isdisjoint({"m"})
    assert {question.kind for question in questions} >= {"urgent", "look-alike", "near", "predator", "in-scope"}
    assert all(question.topics for question in questions if question.kind == "in-scope")
    assert all(question.kind == "urgent" for question in questions if question.urgency is Urgency.EMERGENCY)


def test_a_writer_that_the_bank_does_not_have_is_refused() -> None:
    assert main(["?"]) == 2
