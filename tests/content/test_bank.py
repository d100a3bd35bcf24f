from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.bank import Bank, fingerprint, load_bank
from content.faults import Severity
from content.model import Urgency

HEADER = "topic\turgency\tstyle\ttext"
TOPICS = ("scams", "law", "sextortion")


def write(pack: Path, name: str, *rows: str, header: str = HEADER) -> Path:
    path = pack / "questions" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return pack


def messages(bank: Bank) -> list[str]:
    return [str(fault) for fault in bank.faults]


def test_a_line_is_read_with_its_labels_language_and_writer(tmp_path: Path) -> None:
    write(tmp_path, "en/urgent-b.tsv", "sextortion|scams\temergency\tteen\the wants 500 or else")
    (line,) = load_bank([tmp_path], TOPICS).lines
    assert (line.topics, line.urgency, line.style) == (("sextortion", "scams"), Urgency.EMERGENCY, "teen")
    assert (line.text, line.language, line.writer) == ("he wants 500 or else", "en", "b")


def test_lines_come_in_the_order_of_languages_files_and_rows_with_their_places(tmp_path: Path) -> None:
    write(tmp_path, "ja/topics-a.tsv", "law\tnone\tshort\t法律は?")
    write(tmp_path, "en/topics-a.tsv", "law\tnone\tshort\tone", "law\tnone\tshort\ttwo")
    bank = load_bank([tmp_path], TOPICS)
    assert [line.text for line in bank.lines] == ["one", "two", "法律は?"]
    assert [row for _, row in bank.places] == [2, 3, 2]
    assert bank.places[0][0].endswith("en/topics-a.tsv")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("law\tnone\tshort", "3 columns instead of 4"),
        ("law\tnone\tshort\t ", "a column is empty"),
        ("lore\tnone\tshort\tx", "there is no topic 'lore'"),
        ("out:fun\tnone\tshort\tx", "'out:fun' is no kind of out:"),
        ("out:near|law\tnone\tshort\tx", "stands together with other topics"),
        ("law|law\tnone\tshort\tx", "a topic is named twice"),
        ("law|scams|sextortion|out:near\tnone\tshort\tx", "4 topics; at most 3"),
        ("law\turgent\tshort\tx", "'urgent' is no urgency"),
        ("law\tnone\tlong\tx", "'long' is no style"),
    ],
)
def test_a_faulty_line_is_left_out_and_named_by_file_and_line(tmp_path: Path, row: str, message: str) -> None:
    write(tmp_path, "en/topics-a.tsv", "law\tnone\tshort\tfine", row)
    bank = load_bank([tmp_path], TOPICS)
    assert [line.text for line in bank.lines] == ["fine"]
    assert any("en/topics-a.tsv:3: fault: " in text and message in text for text in messages(bank))


def test_a_wrong_header_and_a_folder_that_is_no_language_are_faults(tmp_path: Path) -> None:
    write(tmp_path, "en/topics-a.tsv", "law\tnone\tshort\tx", header="topic,urgency,style,text")
    write(tmp_path, "english/topics-a.tsv", "law\tnone\tshort\tx")
    bank = load_bank([tmp_path], TOPICS)
    assert not bank.lines
    assert [fault.severity for fault in bank.faults] == [Severity.FAULT] * 2
    assert "the first line must be" in messages(bank)[0]
    assert "'english' is not a two-letter code" in messages(bank)[1]


def test_the_same_sentence_is_read_once_with_a_warning_that_says_when_labels_differ(tmp_path: Path) -> None:
    rows = ["law\tnone\tshort\tIs it legal?", "law\tnone\tteen\tis it LEGAL", "scams\tnone\tshort\tis it legal?!"]
    write(tmp_path, "en/topics-a.tsv", *rows)
    bank = load_bank([tmp_path], TOPICS)
    assert len(bank.lines) == 1
    assert {fault.severity for fault in bank.faults} == {Severity.WARNING}
    assert "with other labels" not in messages(bank)[0]
    assert "with other labels" in messages(bank)[1]


def test_a_later_pack_replaces_the_same_sentence_of_an_earlier_one_in_its_place(tmp_path: Path) -> None:
    base = write(tmp_path / "base", "en/topics-a.tsv", "law\tnone\tshort\tis it legal", "law\tnone\tshort\tother")
    over = write(tmp_path / "over", "en/topics-x.tsv", "scams\tconcern\tshort\tIs it legal?")
    bank = load_bank([base, over], TOPICS)
    assert [line.topics for line in bank.lines] == [("scams",), ("law",)]
    assert not bank.faults
    assert bank.places[0][0].endswith("topics-x.tsv")


def test_slang_is_read_by_language_in_lower_case(tmp_path: Path) -> None:
    write(tmp_path, "en/slang.tsv", "KMS\tkill myself", header="written\tmeant")
    assert load_bank([tmp_path], TOPICS).slang == {"en": {"kms": "kill myself"}}


def test_a_pack_without_questions_is_an_empty_bank(tmp_path: Path) -> None:
    assert load_bank([tmp_path], TOPICS) == Bank((), {}, ())


@given(st.text(min_size=1))
def test_case_and_signs_do_not_change_the_fingerprint(text: str) -> None:
    marked = f"  {text}?! "
    if any(char.isalnum() for char in fingerprint(text)):
        assert fingerprint(marked) == fingerprint(text)
