from __future__ import annotations

import re
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from content.load import load_with_faults
from content.sheets.cells import FLAG, HOURS, PHONES, Codec, plain
from content.sheets.folder import PackFolder
from content.sheets.merge import import_workbook
from content.sheets.read import CellFault
from tests.content.sheets.conftest import Desk, check

TIP = "show-a-favourite"


def faults_of(desk: Desk) -> list[str]:
    before = desk.bytes()
    done = desk.import_()
    assert done.faults
    assert all(isinstance(fault, CellFault) for fault in done.faults), [*map(str, done.faults)]
    assert desk.bytes() == before, "all or nothing"
    return [str(fault) for fault in done.faults]


def test_a_changed_cell_changes_its_line_and_no_other(desk: Desk) -> None:
    before = desk.bytes()
    desk.cell("tips", "en", TIP).value = "Show a grown-up your favourite game today."
    done = desk.import_()
    assert (done.files, done.cells) == (("en/tips.yaml",), 1)
    after = desk.bytes()
    old, new = before["en/tips.yaml"].decode().split("\n"), after["en/tips.yaml"].decode().split("\n")
    assert [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b] == [1]
    assert {name for name in before if before[name] != after[name]} == {"en/tips.yaml"}


def test_topics_texts_quiz_and_helplines_change_too(desk: Desk) -> None:
    desk.cell("topics", "related", "family-rules").value = "first-phone, screen-time"
    desk.cell("texts", "young", "family-rules", "en").value = "Rules are better when you help to make them.\n\nAsk."
    desk.cell("quiz", "options en", "threat-first-step").value = "Stop and tell someone\nPay once\nDelete the chat"
    desk.cell("helplines", "checked", "jp-188").value = datetime(2026, 11, 28)  # noqa: DTZ001  # as a workbook holds it
    desk.cell("helplines", "hours", "jp-9110").value = "1-5 9:00-17:00"
    done = desk.import_()
    assert not done.faults, [*map(str, done.faults)]
    assert set(done.files) == {"topics.yaml", "en/topics/family-rules.md", "en/quiz.yaml", "helplines/JP.yaml"}
    pack = load_with_faults((), desk.folder).pack
    assert pack.topics["family-rules"].related == ("first-phone", "screen-time")
    assert pack.languages["en"].topics["family-rules"].young == "Rules are better when you help to make them.\n\nAsk."
    assert pack.languages["en"].quiz["threat-first-step"].options[0] == "Stop and tell someone"
    assert pack.helplines["JP"]["jp-188"].checked == date(2026, 11, 28)
    assert [hours.start for hours in pack.helplines["JP"]["jp-9110"].hours or ()] == [time(9)]


def test_a_new_tip_is_added_at_the_end_with_its_words(desk: Desk) -> None:
    values: dict[str, object] = {
        "id": "walk-and-talk",
        "topic": "talking-together",
        "audience": "parent",
        "ages": "10-12, 13-15",
        "sources": "nspcc-talking",
        "reviewed": date(2026, 11, 28),
        "en": "Go for a walk together today and ask what made them laugh online this week.",
        "ja": "今日は一緒に散歩をして、今週ネットで笑ったことを聞いてみてください。",
    }
    desk.add_row("tips", values)
    done = desk.import_()
    assert not done.faults, [*map(str, done.faults)]
    text = desk.bytes()["tips.yaml"].decode()
    assert text.rstrip().split("\n")[-1].startswith("walk-and-talk: {topic: talking-together, audience: [parent]")


@pytest.mark.parametrize(
    ("spot", "value", "sentence"),
    [
        (("tips", "reviewed", TIP), "last week", "'last week' is no date"),
        (("tips", "topic", TIP), "no-such-topic", "no topic"),
        (("tips", "ages", TIP), "teenagers", "'under-10', '10-12'"),
        (("tips", "sources", TIP), "nobody-knows", "'nobody-knows'"),
        (("tips", "en", TIP), "word " * 80, "at most 280"),
        (("tips", "ja", TIP), None, "no words in 'ja'"),
        (("quiz", "answer", "threat-first-step"), "first", "no whole number"),
        (("quiz", "answer", "threat-first-step"), 7, "none of the 3 options"),
        (("quiz", "options ja", "threat-first-step"), "a\nb", "as many options"),
        (("helplines", "always", "jp-110"), "perhaps", "neither yes nor no"),
        (("helplines", "hours", "jp-9110"), "mornings", "1 is Monday"),
        (("helplines", "phones", "jp-9110"), "12", "cannot be dialled"),
        (("helplines", "contact", "jp-9110"), "somewhere", "`way: address`"),
        (("helplines", "zone", "jp-9110"), "Asia/Edo", "Asia/Edo"),
        (("topics", "urgency", "family-rules"), "high", "urgency"),
        (("texts", "first", "family-rules"), "## now\nHello", "may not begin with"),
        (("texts", "first", "family-rules"), None, "cannot be empty"),
        (("texts", "first", "family-rules"), "word " * 200, "first screen"),
        (("texts", "reviewed", "family-rules"), "2030-01-01", "in the future"),
    ],
)
def test_a_fault_names_sheet_and_cell_and_nothing_is_written(
    desk: Desk, spot: tuple[str, str, str], value: object, sentence: str
) -> None:
    sheet, column, row = spot
    cell = desk.cell(sheet, column, row, "en" if sheet == "texts" else "")
    cell.value = value
    found = faults_of(desk)
    assert any(f"{sheet}!{cell.coordinate}: fault:" in line and sentence in line for line in found), found


def test_a_fault_is_named_at_its_own_cell_also_when_others_of_its_text_have_changed(desk: Desk) -> None:
    desk.cell("texts", "title", "family-rules", "en").value = "Rules"
    cell = desk.cell("texts", "young", "family-rules", "en")
    cell.value = "Hello\n## now"
    assert [line.split(": ")[0] for line in faults_of(desk)] == [f"texts!{cell.coordinate}"]


def test_one_fault_keeps_all_other_cells_out(desk: Desk) -> None:
    desk.cell("tips", "en", TIP).value = "Good words."
    desk.cell("quiz", "answer", "threat-first-step").value = "x"
    assert len(faults_of(desk)) == 1


def test_an_id_that_stands_twice_is_named_with_both_places(desk: Desk) -> None:
    desk.cell("tips", "en", TIP)
    row = desk.add_row("tips", {"id": TIP, "topic": "scams"})
    (fault,) = faults_of(desk)
    assert fault.startswith(f"tips!A{row}: fault:")
    assert re.search(r"stands at A\d already", fault)


@pytest.mark.parametrize("name", ["../../../etc/passwd", "Show It", "x" * 60])
def test_a_name_that_is_no_id_never_becomes_a_file(desk: Desk, name: str) -> None:
    row = desk.add_row("texts", {"id": name, "language": "en", "title": "x"})
    assert any(f"texts!A{row}" in line for line in faults_of(desk))


def test_a_language_or_country_that_is_none_is_named(desk: Desk) -> None:
    text = desk.add_row("texts", {"id": "family-rules", "language": "fr", "title": "x"})
    line = desk.add_row("helplines", {"country": "../x", "id": "a", "kind": "line"})
    found = faults_of(desk)
    assert any(f"texts!A{text}" in fault and "'fr'" in fault for fault in found)
    assert any(f"helplines!A{line}" in fault and "no country" in fault for fault in found)


def test_headings_may_be_written_large_and_stand_in_any_order(desk: Desk) -> None:
    desk.cell("tips", "en", TIP).value = "Other words."
    page = desk.book["tips"]
    for cell in page[1]:
        cell.value = f" {str(cell.value).upper()} "
    page.move_range(f"A1:A{page.max_row}", cols=page.max_column)
    assert desk.import_().files == ("en/tips.yaml",)


def test_a_heading_that_is_unknown_or_stands_twice_is_named(desk: Desk) -> None:
    desk.cell("tips", "en", TIP)
    page = desk.book["tips"]
    page.cell(1, page.max_column + 1).value = "klingon"
    page.cell(1, page.max_column + 1).value = "Topic"
    found = faults_of(desk)
    assert any("'klingon'" in line for line in found)
    assert any("a second time" in line for line in found)


def test_a_missing_column_sheet_or_row_changes_nothing(desk: Desk) -> None:
    before = desk.bytes()
    desk.cell("tips", "en", TIP)
    page = desk.book["tips"]
    page.delete_cols(next(cell.column for cell in page[1] if cell.value == "ja"))
    desk.book.create_sheet("my own notes")["A1"] = "call Anna"
    assert desk.import_().files == ()
    assert desk.bytes() == before


def test_without_the_column_of_names_a_sheet_is_refused(desk: Desk) -> None:
    desk.cell("tips", "en", TIP)
    desk.book["tips"].delete_cols(1)
    assert faults_of(desk) == ["tips!A1: fault: the column 'id', which names each row, is missing"]


def test_a_cell_that_begins_with_an_equals_sign_is_text(desk: Desk) -> None:
    cell = desk.cell("tips", "en", TIP)
    cell.value = "=1+1"
    assert cell.data_type == "f"
    assert not desk.import_().faults
    assert PackFolder(desk.folder).entry("en/tips.yaml", (), TIP) == "=1+1"
    again = Desk(desk.folder)
    again.whole()
    written = again.cell("tips", "en", TIP)
    assert (written.value, written.data_type) == ("=1+1", "s")


def test_numbers_that_a_program_made_of_text_are_read_as_they_were() -> None:
    assert plain(110) == "110"
    assert plain(110.0) == "110"
    assert plain(datetime(2026, 11, 28)) == "2026-11-28"  # noqa: DTZ001  # as a workbook holds it
    assert plain(time(8, 30)) == "08:30"
    assert plain(True) == "yes"  # noqa: FBT003  # the value under test
    assert plain(" a\r\nb ") == "a\nb"


def test_a_number_cell_for_a_phone_is_no_change(desk: Desk) -> None:
    desk.cell("helplines", "phones", "jp-110").value = 110
    assert desk.import_().files == ()


@pytest.mark.parametrize("content", [b"", b"id,topic\n", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_workbook_is_said_in_one_sentence(desk: Desk, content: bytes) -> None:
    done = import_workbook(content, desk.folder, check)
    assert ["no .xlsx workbook" in str(fault) for fault in done.faults] == [True]


def test_a_workbook_of_something_else_is_said(desk: Desk) -> None:
    desk.book = Workbook()
    assert "none of its sheets" in faults_of(desk)[0]


@pytest.mark.parametrize(
    ("codec", "raw", "cell"),
    [
        (HOURS, [{"days": [1, 2, 3], "start": "08:30", "until": "17:15"}], "1-3 08:30-17:15"),
        (HOURS, [{"days": [6, 7], "start": "09:00", "until": "12:00"}], "6,7 09:00-12:00"),
        (PHONES, [{"number": "#9110"}, {"number": "12", "kind": "text"}], "#9110\n12 | kind: text"),
        (PHONES, [{"number": "12", "label": {"en": "by night"}}], "12 | label en: by night"),
        (FLAG, True, "yes"),
    ],
)
def test_a_cell_says_the_same_when_it_comes_back(codec: Codec, raw: object, cell: str) -> None:
    assert codec.show(raw) == cell
    assert codec.parse(cell) == raw
