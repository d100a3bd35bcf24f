from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from content.check import CHECKS, check_packs
from content.checks.texts import check_texts
from content.faults import PackError, Severity
from content.load import BASE_PACK, load_pack, load_with_faults

HEAD = "---\ntitle: A\nreviewed: 2026-01-01\nsources: [x]\n---\n"
TODAY = date(2026, 11, 23)


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "overlay"
    (folder / "en" / "topics").mkdir(parents=True)
    return folder


def messages(overlay: Path) -> list[str]:
    loaded = load_with_faults([overlay])
    return [str(fault) for fault in (*loaded.faults, *check_texts(loaded, TODAY))]


def test_the_shipped_pack_has_no_fault() -> None:
    today = datetime.now(UTC).date()  # an editor's review is of the day it was made
    faults = [f for f in check_packs([], today=today).faults if f.severity is Severity.FAULT]
    assert not faults, "\n".join(map(str, faults))


def test_the_rules_of_texts_belong_to_every_check() -> None:
    assert check_texts in CHECKS


def test_an_overlay_adds_replaces_and_removes(overlay: Path) -> None:
    base = load_pack()
    gone, kept = list(base.tips)[:2]
    (overlay / "tips.yaml").write_text(f"{gone}: {{remove: true}}\n", "utf-8")
    for language in base.languages:
        (overlay / language).mkdir(exist_ok=True)
        (overlay / language / "tips.yaml").write_text(f"{kept}: Our own words.\n", "utf-8")
    pack = load_pack([overlay])
    assert gone not in pack.tips
    assert pack.languages["en"].tips[kept] == "Our own words."
    assert pack.version != base.version


def test_an_emergency_text_cannot_be_removed(overlay: Path) -> None:
    (overlay / "en" / "topics" / "self-harm.md").write_text("---\nremove: true\n---\n", "utf-8")
    with pytest.raises(PackError, match="self-harm"):
        load_pack([overlay])


def test_the_last_worldwide_helpline_of_a_need_cannot_be_removed(overlay: Path) -> None:
    base = load_pack()
    lines = "".join(f"{name}: {{remove: true}}\n" for name in base.helplines["WORLD"])
    (overlay / "helplines").mkdir()
    (overlay / "helplines" / "WORLD.yaml").write_text(lines, "utf-8")
    with pytest.raises(PackError, match="may not be removed"):
        load_pack([overlay])


@pytest.mark.parametrize(
    ("file", "text", "line", "words"),
    [
        ("tips.yaml", "new-tip:\n  topic: grooming\n  colour: red\n", 3, "unknown key 'colour'"),
        ("tips.yaml", "new-tip:\n  topic: grooming\n", 1, "'audience' is missing"),
        ("tips.yaml", "a: {remove: true}\n", 1, "does not exist"),
        ("tips.yaml", "a: 'not closed\n", 1, "quotation mark"),
        ("tips.yaml", "a:\n\tb: 1\n", 2, "a tab"),
        ("tips.yaml", "a: 1\na: 2\n", 2, "a second time"),
        ("sources.yaml", "s: {title: A, publisher: B, date: x, read: 2026-13-01}\n", 1, "read"),
        ("en/wording.yaml", "start.welcome: 5\n", 1, "must be a text"),
        ("en/topics/grooming.md", "no head\n", 1, "must begin with a head"),
        ("en/topics/grooming.md", f"{HEAD}Text\n\n## secret\n", 8, "unknown heading"),
        ("en/topics/grooming.md", "---\ntitle: A\n---\nText\n", 1, "'reviewed' is missing"),
        ("en/topics/grooming.md", f"{HEAD}\n", 6, "'first'"),
        ("en/topics/grooming.md", HEAD.replace("title: A", "title: 'A"), 2, "not closed"),
        ("en/topics/grooming.md", f"{HEAD}Text\n", 1, "0 example questions"),
        ("en/topics/grooming.md", f"{HEAD}Text\n", 1, "first screen only"),
        ("en/topics/app-line.md", f"{HEAD}Text\n", 1, "`settings_known` is missing"),
        ("en/topics/nothing.md", f"{HEAD}Text\n", 1, "not in the list"),
        ("nonsense.yaml", "a: 1\n", 1, "no part of a pack"),
    ],
)  # fmt: skip
def test_each_fault_names_file_and_line_in_words(overlay: Path, file: str, text: str, line: int, words: str) -> None:
    path = overlay / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    found = [m for m in messages(overlay) if path.name in m.split(":")[0]]
    assert any(f":{line}:" in m and words in m for m in found), found


def test_text_that_is_not_utf8_is_named(overlay: Path) -> None:
    (overlay / "tips.yaml").write_bytes(b"a: 1\nb: \xff\xfe\n")
    assert any("tips.yaml:2:" in m and "UTF-8" in m for m in messages(overlay))


def test_windows_line_ends_and_a_byte_order_mark_are_read_and_said(overlay: Path) -> None:
    (overlay / "sources.yaml").write_bytes(
        b"\xef\xbb\xbfmine:\r\n  title: A\r\n  publisher: B\r\n  date: '2026'\r\n  read: 2026-01-01\r\n"
    )
    assert load_pack([overlay]).sources["mine"].title == "A"
    assert {"byte-order", "Windows"} <= {w for m in messages(overlay) for w in ("byte-order", "Windows") if w in m}


def test_a_review_in_the_future_is_a_fault(overlay: Path) -> None:
    text = (BASE_PACK / "en/topics/grooming.md").read_text("utf-8").replace("reviewed: 2026", "reviewed: 2036")
    (overlay / "en/topics/grooming.md").write_text(text, "utf-8")
    assert any("in the future" in m for m in messages(overlay))


def test_a_first_screen_that_is_too_long_is_a_fault(overlay: Path) -> None:
    shutil.copy(BASE_PACK / "en/topics/grooming.md", overlay / "en/topics/grooming.md")
    path = overlay / "en/topics/grooming.md"
    head, _, _ = path.read_text("utf-8").rpartition("\n---\n")
    path.write_text(head.partition("\n---\n")[0] + "\n---\n" + "word " * 200, "utf-8")
    assert any("first screen has" in m for m in messages(overlay))


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="does not exist"):
        load_with_faults([tmp_path / "nowhere"])


def test_a_link_out_of_the_folder_is_not_followed(overlay: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("stolen: words\n", "utf-8")
    (overlay / "tips.yaml").symlink_to(tmp_path / "secret.yaml")
    assert not any("stolen" in m for m in messages(overlay))
    load_pack([overlay])
