from __future__ import annotations

import pytest

from bot.understanding.benchmark import Row, measure_labels, parse_rows, render_labels
from tests.understanding.small_bank import HashEncoder, small_bank


def rows() -> list[Row]:
    return [Row(line.text, "" if line.topics[0].startswith("out:") else line.topics[0]) for line in small_bank().lines]


def test_rows_are_read_in_any_order_of_columns() -> None:
    found, faults = parse_rows(["label,text", 'pay,"now, please"', ",weather", "x, "], "t.csv")
    assert found == [Row("now, please", "pay"), Row("weather", "")]
    assert [str(fault) for fault in faults] == ["t.csv:4: fault: a row without text"]


@pytest.mark.parametrize("lines", [[], ["text,intent", "a,b"]])
def test_a_missing_column_is_named(lines: list[str]) -> None:
    found, faults = parse_rows(lines, "t.csv")
    assert not found
    assert "is missing; the first line must name text,label" in str(faults[0])


def test_labels_and_what_has_none_are_told_apart() -> None:
    train, test = rows()[::2], rows()[1::2]
    report = measure_labels(train, test, HashEncoder())
    assert report.labels == 4
    assert report.accuracy is not None
    assert report.accuracy[0] > 90
    assert report.recall is not None
    assert report.recall[0] > 80
    assert report.auroc is not None
    assert report.auroc > 0.9
    text = render_labels(report)
    assert f"{len(train)} training rows, 4 labels" in text
    assert "AUROC" in text


def test_training_rows_without_out_of_scope_still_decline_what_no_label_is_likely_for() -> None:
    train = [row for row in rows()[::2] if row.label]
    report = measure_labels(train, rows()[1::2], HashEncoder())
    assert report.accepted is not None
    assert report.accepted[0] > 70
    assert report.auroc is not None
    assert report.auroc > 0.6


def test_parts_without_test_rows_are_left_out() -> None:
    report = measure_labels(rows()[::2], [Row("how to make strong passwords", "passwords")], HashEncoder())
    assert (report.recall, report.auroc) == (None, None)
    assert "out-of-scope" not in render_labels(report)


def test_one_label_is_nothing_to_tell_apart() -> None:
    with pytest.raises(ValueError, match="fewer than two labels"):
        measure_labels([Row("a", "x"), Row("b", "")], [], HashEncoder())
