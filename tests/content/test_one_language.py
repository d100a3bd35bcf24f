"""A pack laid over the base pack by somebody who writes in one language only."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.replies.tips import tip_reply
from bot.replies.topics import topic_reply
from content.check import check_packs
from content.faults import PackError, Severity
from content.load import BASE_PACK, load_pack
from content.profile import Profile

TODAY = date(2026, 11, 29)
NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
MADE = "sources: [nspcc-talking], reviewed: 2026-11-29"
FILES = {
    "topics.yaml": "topics:\n  our-office: {urgency: none, scope: our office, group: do, needs: [general]}\n",
    "en/topics/our-office.md": (
        "---\ntitle: Our office\nsources: [nspcc-talking]\nreviewed: 2026-11-29\n---\nCome in on any day.\n"
    ),
    "tips.yaml": f"our-tip: {{topic: our-office, audience: [parent], ages: [10-12], {MADE}}}\n",
    "en/tips.yaml": "our-tip: Come in and have tea with us today.\n",
    "quiz.yaml": f"our-question: {{topic: our-office, answer: 0, {MADE}}}\n",
    "en/quiz.yaml": "our-question: {question: When are we open?, options: [Today, Never], explanation: Every day.}\n",
    "helplines/JP.yaml": (
        "our-line: {kind: line, name: {en: Our line}, need: [general], url: 'https://example.org/line',"
        " zone: Asia/Tokyo, source: 'https://example.org/line', checked: 2026-11-01, confidence: verified}\n"
    ),
}


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "ours"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_words_that_an_overlay_has_in_one_language_are_warnings_that_say_what_happens_meanwhile(overlay: Path) -> None:
    found = [fault for fault in check_packs([overlay], today=TODAY).faults if "/ours/" in fault.file]
    assert not [str(fault) for fault in found if fault.severity is Severity.FAULT]
    said = [str(fault) for fault in found if "in 'ja'" in fault.message]
    assert len(said) == 4
    assert "ours/topics.yaml:2: warning: the topic 'our-office' has no text in 'ja'; meanwhile, readers" in "\n".join(
        said
    )


def test_such_words_are_shown_with_a_line_in_the_reader_s_language(overlay: Path) -> None:
    pack = load_pack([overlay])
    reader = Profile(language="ja", country="JP")
    line = pack.languages["ja"].wording["other-language"].format(language="English")
    for reply in (topic_reply(pack, "our-office", reader, NOW), tip_reply(pack, "our-tip", reader)):
        assert line in reply.parts[0]
    english = Profile(language="en", country="JP")
    assert "English" not in tip_reply(pack, "our-tip", english).parts[0]


def test_the_base_pack_itself_has_every_word_in_its_complete_languages(tmp_path: Path) -> None:
    base = tmp_path / "pack"
    shutil.copytree(BASE_PACK, base, ignore=shutil.ignore_patterns("fitted", "questions"))
    (base / "ja/topics/passwords.md").unlink()
    faults = check_packs([], today=TODAY, base=base).faults
    assert any(
        f.severity is Severity.FAULT and "the topic 'passwords' has no text in 'ja'" in f.message for f in faults
    )


def test_an_emergency_of_an_overlay_needs_a_text_in_every_language_and_is_named_where_it_stands(overlay: Path) -> None:
    path = overlay / "topics.yaml"
    path.write_text(path.read_text("utf-8").replace("urgency: none", "urgency: emergency"), "utf-8")
    with pytest.raises(PackError, match=r"ours/topics.yaml:2: fault: .*'our-office' is missing in 'ja'"):
        load_pack([overlay])
