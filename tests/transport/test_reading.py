from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.transport.reading import read_update
from bot.transport.request import AiohttpRequest
from tests.transport.updates import inline_query, membership, raw_message

PERSON = {"id": 5, "is_bot": False, "first_name": "A"}
BUTTON = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "menu", "message": raw_message(1)["message"]}

BOT = Bot("1:a", request=AiohttpRequest(), get_updates_request=AiohttpRequest())
KEYBOARD = {
    "inline_keyboard": [[{"text": "More", "callback_data": "tips:next:all"}, {"text": "Page", "url": "https://a.b"}]]
}
OPTIONAL = {
    "from": PERSON,
    "text": "/tips <b>",
    "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    "edit_date": 1_700_000_001,
    "reply_markup": KEYBOARD,
    "link_preview_options": {"is_disabled": True},
    "message_thread_id": 7,
    "photo": [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}],
    "new_with_the_next_version": {"a": 1},
}


def read(kind: str, part: dict[str, Any]) -> Update:
    return read_update({"update_id": 1, kind: part}, None)  # type: ignore[arg-type] # no bot is needed to read


def without(part: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key != name}


@pytest.mark.parametrize(
    ("kind", "part", "promised"),
    [
        ("message", raw_message(1)["message"], "chat"),
        ("edited_message", raw_message(1)["message"], "chat"),
        ("callback_query", BUTTON, "from"),
        ("inline_query", inline_query(1).to_dict()["inline_query"], "from"),
        *(
            ("my_chat_member", membership(1).to_dict()["my_chat_member"], name)
            for name in ("chat", "from", "old_chat_member", "new_chat_member")
        ),
    ],
)
def test_an_update_that_lacks_what_is_promised_is_refused_where_the_library_lets_it_pass(
    kind: str, part: dict[str, Any], promised: str
) -> None:
    assert getattr(read(kind, part), kind) is not None
    with pytest.raises(ValueError, match="promises"):
        read(kind, without(part, promised))


def test_a_button_under_a_message_without_a_chat_is_refused() -> None:
    assert read("callback_query", without(BUTTON, "message")).callback_query is not None
    with pytest.raises(ValueError, match="promises"):
        read("callback_query", {**BUTTON, "message": {"message_id": 1, "date": 1}})


@given(
    st.sets(st.sampled_from(sorted(OPTIONAL))),
    st.sampled_from(["message", "edited_message", "callback_query"]),
    st.sets(st.sampled_from(["message", "data", "game_short_name"])),
    st.sampled_from([0, 1_700_000_000]),
)
def test_what_is_read_equals_what_the_library_reads(names: set[str], kind: str, pressed: set[str], date: int) -> None:
    chat = {"id": -5, "type": "supergroup", "title": "A", "is_forum": True}
    message = {"message_id": 3, "date": date, "chat": chat, **{name: OPTIONAL[name] for name in names}}
    query = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "a:b:c", "game_short_name": "g"}
    query = {name: part for name, part in query.items() if name in pressed or name not in {"data", "game_short_name"}}
    if "message" in pressed:
        query["message"] = message
    raw = {"update_id": 1, kind: query if kind == "callback_query" else message}
    ours, library = read_update(raw, BOT), Update.de_json(raw, BOT)
    assert ours.to_dict() == library.to_dict()
    assert repr(ours).replace("_Update", "Update").replace("_Message", "Message") == repr(library)
    for name in ("effective_chat", "effective_user", "effective_message"):
        assert getattr(ours, name) == getattr(library, name)
    if ours.effective_message is not None and library.effective_message is not None:
        assert ours.effective_message.date == library.effective_message.date
        assert ours.effective_message.get_bot() is BOT
