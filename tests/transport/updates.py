"""Raw updates as Telegram delivers them."""

from typing import Any

from telegram import Update

DATE = 1_700_000_000


def raw_message(update_id: int, chat_id: int = 5, text: str = "hello", kind: str = "message") -> dict[str, Any]:
    return {
        "update_id": update_id,
        kind: {
            "message_id": update_id,
            "date": DATE,
            "chat": {"id": chat_id, "type": "private"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "A"},
            "text": text,
        },
    }


def message(update_id: int, chat_id: int = 5, text: str = "hello") -> Update:
    return Update.de_json(raw_message(update_id, chat_id, text), None)


def inline_query(update_id: int, user_id: int = 5) -> Update:
    user = {"id": user_id, "is_bot": False, "first_name": "A"}
    return Update.de_json(
        {"update_id": update_id, "inline_query": {"id": "1", "from": user, "query": "", "offset": ""}}, None
    )


def membership(update_id: int, chat_id: int = 5) -> Update:
    user = {"id": chat_id, "is_bot": False, "first_name": "A"}
    bot = {"id": 1, "is_bot": True, "first_name": "B"}
    change = {
        "chat": {"id": chat_id, "type": "private"},
        "from": user,
        "date": DATE,
        "old_chat_member": {"user": bot, "status": "member"},
        "new_chat_member": {"user": bot, "status": "kicked", "until_date": 0},
    }
    return Update.de_json({"update_id": update_id, "my_chat_member": change}, None)
