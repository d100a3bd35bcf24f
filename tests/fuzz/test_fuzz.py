"""Anything at all as a pack or as an update: faults in words, never an exception."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.load import BASE_PACK
from tests.fuzz.targets import FILES, Bot, pack

CORPUS = Path(__file__).parent / "corpus"


@pytest.fixture(scope="module")
def bot() -> Iterator[Bot]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTB_TIMEDELTA", "1")
        made = Bot()
        yield made
        made.close()


@pytest.mark.parametrize("path", sorted((CORPUS / "pack").iterdir()), ids=lambda path: path.name)
def test_packs_of_the_corpus(path: Path) -> None:
    pack(path.read_bytes())
    pack(path.read_bytes(), BASE_PACK)


@pytest.mark.parametrize("path", sorted((CORPUS / "update").iterdir()), ids=lambda path: path.name)
def test_updates_of_the_corpus(path: Path, bot: Bot) -> None:
    bot(path.read_bytes())


words = st.sampled_from(
    ["title", "text", "remove", "en", "GB", "lines", "number", "checked", "kind", "- ", "{", "[", "&a"]
)
scraps = st.sampled_from(
    [": ", "\n", "\n  ", "- ", '"', "'", "[", "]", "{", "}", "&a ", "*a", "!!python/name:os.system ", "true", "null",
     "2026-99-99", "---\n", "## now\n", "\t", "\ufeff", "\x00", "<<: "]
)  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(FILES) - 1), st.lists(words | scraps | st.text(max_size=6), max_size=25))
def test_no_file_of_a_pack_raises(which: int, parts: list[str]) -> None:
    pack(bytes([which]) + "".join(parts).encode("utf-8", "surrogatepass"))


ids = st.integers(1, 2**52)
texts = st.text(max_size=40) | st.sampled_from(
    ["/start", "/subscribe 25:99 Nowhere", "/stats 9999", "/start \x00", "/tips@mamori_bot", "/quiz", "/helplines ZZ",
     "help me", "助けて", "١٢٣", "a" * 5000, "\u202e", "/forget", "/mydata", "/settings", "/far", "/agreement",
     "/admin"]
)  # fmt: skip
buttons = st.text(max_size=30) | st.builds(
    ":".join,
    st.tuples(
        st.sampled_from(["emergency", "emergency-country", "topics", "tips", "stats", "quiz", "helplines", "subscribe",
                         "settings", "talk", "start", "mydata", "forget", "agreement", "far", "privacy"]),
        st.sampled_from(["show", "set", "me", "child", "topic", "yes", "no", "menu", "answer", "next", "", "x"]),
        st.sampled_from(["all", "grooming", "GB", "ZZ", "0", "-1", "999999", "en", "", "x" * 40]),
    ),
)  # fmt: skip


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(ids)
    person = {"id": number, "is_bot": False, "first_name": draw(texts), "language_code": draw(
        st.sampled_from(["en", "ja", "pt-br", "xx", "", "zh-hans"]))}  # fmt: skip
    private = {"id": number, "type": "private"}
    chat = draw(st.sampled_from([private, {"id": -number, "type": "group", "title": "x"},
                                 {"id": -number, "type": "supergroup", "title": "x"}]))  # fmt: skip
    message: dict[str, Any] = {"message_id": draw(ids), "date": 0, "chat": chat}
    if draw(st.booleans()):
        message["from"] = person
    content = draw(st.sampled_from(["text", "caption", "location", "contact", "sticker-ish", "reply", "nothing"]))
    if content in {"text", "reply"}:
        message["text"] = draw(texts)
        if message["text"].startswith("/"):
            end = len(message["text"].split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": end}]
        if content == "reply":
            message["reply_to_message"] = {"message_id": 1, "date": 0, "chat": chat, "text": draw(texts)}
    elif content == "caption":
        photo = {"file_id": "x", "file_unique_id": "x", "width": 1, "height": 1}
        message |= {"caption": draw(texts), "photo": [photo]}
    elif content == "location":
        message["location"] = {"latitude": draw(st.floats(-90, 90)), "longitude": draw(st.floats(-180, 180))}
    elif content == "contact":
        message["contact"] = {"phone_number": draw(texts), "first_name": draw(texts)}
    kind = draw(st.sampled_from(["message", "edited_message", "callback_query", "inline_query", "my_chat_member"]))
    if kind == "callback_query":
        query: dict[str, Any] = {"id": "1", "from": person, "chat_instance": "1"}
        return {kind: {**query, "data": draw(buttons), **({"message": message} if draw(st.booleans()) else {})}}
    if kind == "inline_query":
        return {kind: {"id": "1", "from": person, "query": draw(texts), "offset": draw(texts)}}
    if kind == "my_chat_member":
        states = [{"status": draw(st.sampled_from(["member", "left"])), "user": person} for _ in range(2)]
        return {kind: {"chat": chat, "from": person, "date": 0, "old_chat_member": states[0],
                       "new_chat_member": states[1]}}  # fmt: skip
    return {kind: message}


@settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(raw=updates())
def test_no_update_makes_a_handler_fail(bot: Bot, raw: dict[str, Any]) -> None:
    bot.take(raw)
