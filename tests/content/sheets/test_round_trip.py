from __future__ import annotations

import re

import pytest
import yaml

from content.load import BASE_PACK
from content.sheets.edit_topic import edit_topic
from content.sheets.edit_yaml import edit_yaml
from content.sheets.emit import entry_lines
from content.sheets.folder import PackFolder, parse_file
from content.sheets.layout import layouts
from tests.content.sheets.conftest import Desk

SOURCE = PackFolder(BASE_PACK)
YAML = [
    ("topics.yaml", ("topics",)),
    ("tips.yaml", ()),
    ("quiz.yaml", ()),
    ("en/tips.yaml", ()),
    ("ja/tips.yaml", ()),
    ("en/quiz.yaml", ()),
    ("ja/quiz.yaml", ()),
    *((f"helplines/{path.name}", ()) for path in sorted((BASE_PACK / "helplines").glob("*.yaml"))),
]


def test_out_and_in_again_leaves_every_file_of_the_pack_byte_for_byte(desk: Desk) -> None:
    before = desk.bytes()
    desk.whole()
    done = desk.import_()
    assert (done.files, done.cells, done.faults) == ((), 0, [])
    assert desk.bytes() == before


def test_a_workbook_builds_the_same_entries_in_an_empty_pack(desk: Desk) -> None:
    desk.whole()
    for file in [*(desk.folder / file for file, _ in YAML), *desk.folder.glob("??/topics/*.md")]:
        file.unlink()
    done = desk.import_(lambda _: ())
    assert done.faults == []
    built = PackFolder(desk.folder)
    for sheet in layouts(SOURCE.languages):
        for key in SOURCE.keys(sheet):
            for name, root in {column.file(key): column.root for column in sheet.columns}.items():
                assert built.entry(name, root, key["id"]) == SOURCE.entry(name, root, key["id"]), (name, key)


@pytest.mark.parametrize(("file", "root"), YAML)
def test_a_changed_entry_leaves_every_other_line_of_its_file(file: str, root: tuple[str, ...]) -> None:
    text = SOURCE.text(file)
    entries = parse_file(file, text).data
    for name in root:
        assert isinstance(entries, dict)
        entries = entries[name]
    assert isinstance(entries, dict)
    for name in list(entries)[:3] + list(entries)[-2:]:
        entry = entries[name]
        path = () if isinstance(entry, str) else (next(iter(entry)),)
        change: dict[tuple[str, ...], object] = {path: "other words"}
        after = edit_yaml(text, root, {name: change})
        lines, fresh = text.splitlines(), after.splitlines()
        assert abs(len(lines) - len(fresh)) <= 1
        assert len(set(lines) - set(fresh)) <= 1
        assert edit_yaml(after, root, {name: {(): entry}}).count("\n") >= len(lines)


def test_a_topic_without_changes_keeps_its_bytes_and_a_new_part_stands_in_reading_order() -> None:
    for path in BASE_PACK.glob("??/topics/*.md"):
        text = path.read_text("utf-8")
        assert edit_topic(text, {}) == text
    text = "---\ntitle: A\n---\nFirst.\n\n## worry\nWhen.\n"
    assert (
        edit_topic(text, {("parts", "now"): "Do."}) == "---\ntitle: A\n---\nFirst.\n\n## now\nDo.\n\n## worry\nWhen.\n"
    )
    assert edit_topic(text, {("parts", "worry"): None}) == "---\ntitle: A\n---\nFirst.\n"


def test_remarks_and_their_places_survive_a_change() -> None:
    text = "# head\na:\n  # about x\n  x: 1\n  # about y\n  y: 2\n\n# about b\nb:\n  x: 3\n"
    assert edit_yaml(text, (), {"a": {("x",): 7}}) == text.replace("x: 1", "x: 7")
    assert edit_yaml(text, (), {"a": {("z",): "new"}}) == text.replace("  y: 2\n", "  y: 2\n  z: new\n")
    assert edit_yaml(text, (), {"b": {("x",): None, ("w",): [1]}}) == text.replace("  x: 3\n", "  w: [1]\n")


@pytest.mark.parametrize(
    "value", ["110", "yes", "08:30", "a: b", "it's", "「はい」", "two\nlines", "# no", "{x}", "- a", ""]
)
def test_what_means_something_else_in_a_file_is_quoted(value: str) -> None:
    text = "\n".join(entry_lines("key", {"text": value, "list": [value], "map": {"en": value}}, 0, one_line=True))
    assert yaml.safe_load(text) == {"key": {"text": value, "list": [value], "map": {"en": value}}}
    text = "\n".join(entry_lines("key", {"text": value, "list": [value, "w" * 50]}, 0, one_line=False))
    assert yaml.safe_load(text) == {"key": {"text": value, "list": [value, "w" * 50]}}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\nb: " + "[" * 20_000 + "\n", "line 2: values are nested more than 50 deep here"),
        ("a: &x [1]\nb: *x\n", "line 1: references"),
        ("a: 1\na: 2\n", "line 2: 'a' stands here a second time"),
        ('a: "open\n', "line 1: the quotation mark that is opened here is not closed"),
    ],
)
def test_a_file_with_a_fault_of_its_own_is_not_changed(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        edit_yaml(text, (), {"a": {(): 3}})
