"""A Telegram for tests that ask what the bot does with anything at all: it takes whatever is sent, and forgets it."""

from __future__ import annotations

import json
from typing import Any

from telegram.request import BaseRequest, RequestData


class Obliging(BaseRequest):
    """Carries requests to nobody, says yes to all, and counts the messages."""

    def __init__(self) -> None:
        self.sent = 0

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        del method
        call = url.rpartition("/")[2]
        values = request_data.parameters if request_data else {}
        result: Any = True
        if call == "getMe":
            result = {"id": 1, "is_bot": True, "first_name": "Mamori", "username": "mamori_bot"}
        elif call == "getChatMember":
            user = {"id": int(str(values.get("user_id", 5))), "is_bot": False, "first_name": "A"}
            result = {"status": "member", "user": user}
        elif call.startswith(("send", "edit")) and call != "sendChatAction":
            self.sent += 1
            chat = {"id": int(str(values.get("chat_id", 5))), "type": "private"}
            result = {"message_id": self.sent, "date": 0, "chat": chat, "text": "x"}
        return 200, json.dumps({"ok": True, "result": result}).encode()
