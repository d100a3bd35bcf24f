"""Sending and changing texts as cheaply as can be: Telegram's answer is not made into objects that nobody reads."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from telegram import InlineKeyboardMarkup
from telegram.ext import ExtBot
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter  # RequestData has no other ingredient

from bot.transport.pacing import REPLY

FREE_RATE = 30.0
"""Messages a second that Telegram carries for nothing; above that it asks for paid broadcasts, up to 1,000."""
_NO_PREVIEW = json.dumps({"is_disabled": True})


async def send_text(
    bot: ExtBot[str],
    chat_id: int,
    text: str,
    keyboard: InlineKeyboardMarkup | None = None,
    *,
    lane: str,
    paid: bool = False,
) -> int:
    """Send HTML without a link preview and give the id of the message; ``paid``: beyond ``FREE_RATE``, for Stars.

    The same request as ``bot.send_message``, paced by the same limiter in ``lane``, at less than half its cost: most of
    that is spent on objects which nobody reads. Raises TelegramError as ``bot.send_message`` does.
    """
    fields = {"chat_id": chat_id, **_shown(text, keyboard)}
    if paid:
        fields["allow_paid_broadcast"] = True
    answer = await _call(bot, "sendMessage", fields, lane)
    return int(answer["message_id"])


async def edit_text(
    bot: ExtBot[str], chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Put HTML without a link preview in the place of a message's text, in the lane of replies.

    The same request as ``bot.edit_message_text``. Raises TelegramError as that does.
    """
    fields = {"chat_id": chat_id, "message_id": message_id, **_shown(text, keyboard)}
    await _call(bot, "editMessageText", fields, REPLY)


async def answer_press(bot: ExtBot[str], query_id: str, text: str | None = None) -> None:
    """Stop a button's spinner, maybe with a short note: ``bot.answer_callback_query``. Raises TelegramError."""
    fields = {"callback_query_id": query_id} if text is None else {"callback_query_id": query_id, "text": text}
    await _call(bot, "answerCallbackQuery", fields, REPLY)


def _shown(text: str, keyboard: InlineKeyboardMarkup | None) -> dict[str, Any]:
    fields: dict[str, Any] = {"text": text, "parse_mode": "HTML", "link_preview_options": _NO_PREVIEW}
    if keyboard is not None:
        fields["reply_markup"] = _as_json(keyboard)
    return fields


async def _call(bot: ExtBot[str], endpoint: str, fields: dict[str, Any], lane: str) -> Any:  # noqa: ANN401 -- JSON
    if bot.rate_limiter is None:
        return await _post(bot, endpoint, fields)
    return await bot.rate_limiter.process_request(_post, (bot, endpoint, fields), {}, endpoint, fields, lane)


async def _post(bot: ExtBot[str], endpoint: str, fields: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- JSON
    data = RequestData([RequestParameter(name, value, None) for name, value in fields.items()])
    return await bot.request.post(f"{bot.base_url}/{endpoint}", data)


# Replies have few different keyboards, and a keyboard cannot change.
@lru_cache(maxsize=512)
def _as_json(keyboard: InlineKeyboardMarkup) -> str:
    return keyboard.to_json()
