from typing import Any

import pytest
from telegram import Update

from bot.transport.reading import read_update
from tests.transport.updates import inline_query, membership, raw_message

PERSON = {"id": 5, "is_bot": False, "first_name": "A"}
BUTTON = {"id": "1", "from": PERSON, "chat_instance": "1", "data": "menu", "message": raw_message(1)["message"]}


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
