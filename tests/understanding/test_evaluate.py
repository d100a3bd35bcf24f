from __future__ import annotations

import json
from collections.abc import Sequence

from bot.understanding.evaluate import (
    Judged,
    LabelledQuestion,
    judge,
    measure,
    parse_questions,
    render_report,
)
from bot.understanding.model import Ranked, Understanding
from content.model import Urgency

LINE = {"id": "1", "lang": "en", "text": "how old", "topic": ["minimum-age"], "urgent": "none"}


def question(
    topics: tuple[str, ...] = ("law",), urgency: Urgency = Urgency.NONE, kind: str = "", language: str = "en"
) -> LabelledQuestion:
    return LabelledQuestion("1", language, "text", topics, urgency, "short", kind)


def judged(asked: LabelledQuestion, topic: str | None, urgency: Urgency = Urgency.NONE, *ranked: str) -> Judged:
    return Judged(asked, Understanding(urgency, topic, tuple(Ranked(name, 0.5) for name in ranked)))


def test_questions_are_read_with_and_without_optional_fields() -> None:
    lines = [json.dumps(LINE), "", json.dumps({**LINE, "style": "teen", "kind": "near", "answer": ["1,813"]})]
    questions, faults = parse_questions(lines, "dev.jsonl")
    assert not faults
    assert questions[0] == LabelledQuestion("1", "en", "how old", ("minimum-age",), Urgency.NONE)
    assert (questions[1].style, questions[1].kind, questions[1].answer) == ("teen", "near", ("1,813",))


def test_a_broken_line_is_named_and_the_others_are_read() -> None:
    broken = ["{", json.dumps({**LINE, "urgent": "maybe"}), json.dumps({**LINE, "topic": "law"}), "[]"]
    no_id = json.dumps({key: value for key, value in LINE.items() if key != "id"})
    questions, faults = parse_questions([*broken, no_id, json.dumps(LINE)], "dev.jsonl")
    assert len(questions) == 1
    assert [fault.line for fault in faults] == [1, 2, 3, 4, 5]
    assert str(faults[4]) == "dev.jsonl:5: fault: this is not a labelled question: 'id' is missing"


def test_rates_count_what_their_names_say() -> None:
    emergency, concern = Urgency.EMERGENCY, Urgency.CONCERN
    report = measure(
        [
            judged(question(), "law", Urgency.NONE, "law", "scams"),
            judged(question(), None, Urgency.NONE, "scams", "law"),
            judged(question(("law", "scams")), "scams", Urgency.NONE, "scams"),
            judged(question(language="ja"), "scams", emergency, "scams", "x", "y", "law"),
            judged(question((), kind="near"), None),
            judged(question((), kind="look-alike"), "law", emergency, "law"),
            judged(question(("law",), emergency), "law", concern, "law"),
        ]
    )
    expected = {
        "top-1": 60,
        "top-3": 80,
        "accepted and right": 60,
        "refused in scope": 20,
        "out-of-scope recall": 50,
        "urgent recall": 0,
        "urgent or concern": 100,
        "alarms on look-alikes": 100,
        "alarms on calm questions": 20,
    }
    for name, percent in expected.items():
        rate = report.rate(name)
        assert rate is not None
        assert round(rate.percent) == percent
        assert rate.low <= rate.percent <= rate.high
    assert report.rate("top-1", "language ja") is not None
    near = report.rate("out-of-scope recall", "kind near")
    assert near is not None
    assert near.percent == 100
    assert report.rate("top-1", "language xx") is None
    assert report.confusions == (("law", "-", 1), ("law", "scams", 1))


def test_emergencies_among_ordinary_questions_are_counted_apart_from_those_written_to_be_hard() -> None:
    emergency = Urgency.EMERGENCY
    report = measure(
        [
            judged(question(("law",), emergency, kind="in-scope"), "law", emergency, "law"),
            judged(question(("law",), emergency, kind="urgent"), "law", Urgency.NONE, "law"),
            judged(question(("law",), emergency), "law", Urgency.NONE, "law"),
        ]
    )
    plain, hard = report.rate("emergencies among ordinary questions"), report.rate("urgent recall")
    assert plain is not None
    assert hard is not None
    assert (plain.percent, plain.total) == (100, 1)
    assert (hard.percent, hard.total) == (0, 2)


def test_the_interval_narrows_with_more_questions_and_is_the_same_each_time() -> None:
    def width(times: int) -> float:
        rate = measure([judged(question(), "law", Urgency.NONE, name) for name in ("law", "x") * times]).rate("top-1")
        assert rate is not None
        return rate.high - rate.low

    assert width(10) > width(200)
    assert width(50) == width(50)


def test_nothing_measured_is_an_empty_report() -> None:
    report = measure([])
    assert (report.rates, report.confusions) == ((), ())


def test_every_question_is_judged_in_order_with_progress() -> None:
    class Echo:
        def urgency(self, text: str, recent: Sequence[str] = ()) -> Urgency:
            raise NotImplementedError(text, recent)

        def understand(self, text: str, recent: Sequence[str] = ()) -> Understanding:
            assert not recent
            return Understanding(Urgency.NONE, text)

    told: list[tuple[int, int]] = []
    asked = [question(), question(("scams",))]
    answers = judge(Echo(), asked, lambda done, total: told.append((done, total)))
    assert [answer.question for answer in answers] == asked
    assert told == [(1, 2), (2, 2)]


def test_the_table_holds_every_rate_and_the_confusions() -> None:
    text = render_report(measure([judged(question(), None, Urgency.NONE, "scams")]))
    assert "| top-1 | all | 0.0 | 0-0 | 1 |" in text
    assert "| law | - | 1 |" in text
