"""The cheap way of sending says the same to Telegram as the library's own, and fails the same."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import Forbidden, RetryAfter
from telegram.ext import Defaults, ExtBot

from bot.transport.pacing import BROADCAST, Pacer
from bot.transport.request import AiohttpRequest
from bot.transport.sending import answer_press, edit_text, send_text
from tests.transport.bot_api import TOKEN, BotApi, answer, bot_api, refuse
from tests.transport.updates import raw_message

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="tips:next")]])
SENT = {"ok": True, "result": {**raw_message(1)["message"], "message_id": 42}}


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with bot_api() as api:
        api.behaviour = answer(200, SENT)
        yield api


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[ExtBot[str]]:
    defaults = Defaults(parse_mode="HTML", link_preview_options=LinkPreviewOptions(is_disabled=True))
    request = AiohttpRequest()
    async with request:
        yield ExtBot(
            TOKEN, f"{api.url}/bot", request=request, get_updates_request=AiohttpRequest(), defaults=defaults,
            rate_limiter=Pacer(),
        )  # fmt: skip


async def test_it_sends_what_the_library_would_send(api: BotApi, bot: ExtBot[Any]) -> None:
    assert await send_text(bot, 5, "<b>A</b> tip & more", KEYBOARD, lane=BROADCAST) == 42
    await bot.send_message(5, "<b>A</b> tip & more", reply_markup=KEYBOARD)
    ours, library = api.taken
    assert ours == library


async def test_it_edits_as_the_library_would_edit(api: BotApi, bot: ExtBot[Any]) -> None:
    await edit_text(bot, 5, 42, "<b>Another</b> tip", KEYBOARD)
    await bot.edit_message_text("<b>Another</b> tip", 5, 42, reply_markup=KEYBOARD)
    ours, library = api.taken
    assert ours == library


@pytest.mark.parametrize("text", [None, "For administrators only"])
async def test_it_answers_a_press_as_the_library_would_answer(api: BotApi, bot: ExtBot[Any], text: str | None) -> None:
    api.behaviour = answer(200, {"ok": True, "result": True})
    await answer_press(bot, "77", text)
    await bot.answer_callback_query("77", text)
    ours, library = api.taken
    assert ours == library


async def test_without_buttons_none_are_sent(api: BotApi, bot: ExtBot[Any]) -> None:
    await send_text(bot, 5, "a tip", lane=BROADCAST)
    assert "reply_markup" not in api.taken[0]


async def test_a_paid_one_says_so_as_the_library_would(api: BotApi, bot: ExtBot[Any]) -> None:
    await send_text(bot, 5, "a tip", lane=BROADCAST, paid=True)
    await bot.send_message(5, "a tip", allow_paid_broadcast=True)
    ours, library = api.taken
    assert ours == library
    assert ours["allow_paid_broadcast"] == "true"


async def test_a_refusal_is_the_librarys_error(api: BotApi, bot: ExtBot[Any]) -> None:
    api.behaviour = refuse(403, "Forbidden: bot was blocked by the user")
    with pytest.raises(Forbidden, match="blocked by the user"):
        await send_text(bot, 5, "a tip", lane=BROADCAST)


async def test_it_is_paced_in_its_lane(api: BotApi, bot: ExtBot[Any]) -> None:
    api.behaviour = refuse(429, "Too Many Requests: retry after 60", retry_after=60)
    with pytest.raises(RetryAfter):
        await send_text(bot, 5, "a tip", lane=BROADCAST)
    with pytest.raises(RetryAfter) as held:  # the lane is held: this one never leaves
        await send_text(bot, 6, "a tip", lane=BROADCAST)
    assert len(api.taken) == 1
    assert isinstance(held.value.retry_after, timedelta)
