"""`mamori ask`: one line of answer for each line of question, whatever the others are like."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from bot.__main__ import main
from bot.commands.ask import with_choices
from bot.replies.answer import unknown_reply
from bot.understanding.model import Ranked, Understanding
from content.load import load_pack
from content.model import Urgency
from content.profile import Profile


def answers(
    lines: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[dict[str, Any]]]:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    code = main(["ask", "--jsonl"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_line_is_answered_in_order_and_a_broken_one_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = answers(
        [
            {"id": "a", "lang": "en", "text": "How many children were victims in 2017?"},
            "{broken",
            {"id": "b", "text": ""},
            {"id": "c", "text": "x", "audience": "robot"},
            {"id": "d", "lang": "ja", "country": "JP", "text": "もう死にたい"},
        ],
        monkeypatch,
        capsys,
    )
    assert code == 1
    assert [line.get("id") for line in found] == ["a", None, "b", "c", "d"]
    assert "1,813 children" in found[0]["reply"]
    assert found[0]["topic"] == "stats-total"
    assert "error" in found[1]
    assert found[2]["topic"] is None
    assert "'audience' 'robot'" in found[3]["error"]
    assert found[4]["urgency"] == "emergency"
    assert "119" in found[4]["reply"]


def test_a_country_without_lines_of_its_own_is_like_an_unknown_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = answers(
        [
            {"id": "1", "country": "it", "text": "he says pay 300 or he sends my nudes to everyone"},
            {"id": "2", "country": "Italy", "text": "hello"},
        ],
        monkeypatch,
        capsys,
    )
    assert "local emergency number" in found[0]["reply"]
    assert "two-letter code" in found[1]["error"]
    assert code == 1


def test_a_language_without_a_folder_is_answered_and_a_word_that_is_no_code_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[object] = [
        {"id": said, "lang": said, "text": "What is grooming?"} for said in ("tlh", "zh-Hant", "pt_BR", "klingon", 3)
    ]
    code, found = answers(lines, monkeypatch, capsys)
    assert [line.get("error") for line in found] == [
        None,
        None,
        None,
        "'lang' 'klingon' is not a language code such as en or ja",
        "'lang' 3 is not a language code such as en or ja",
    ]
    assert code == 1


def test_where_the_reply_asks_which_one_the_choices_stand_below() -> None:
    pack, profile = load_pack(), Profile(language="en")
    ranked = (Ranked("grooming", 0.3), Ranked("sharenting", 0.2))
    meaning = Understanding(Urgency.NONE, None, ranked=ranked)
    reply = unknown_reply(pack, meaning, profile)
    lines = with_choices(meaning, reply).splitlines()
    titles = [pack.languages["en"].topics[name].title for name in ("grooming", "sharenting")]
    assert lines[-2:] == [f"- {title}" for title in titles]
