from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken

from bot.sandbox.errors import ApiError
from bot.sandbox.updates import UpdateQueue
from tests.sandbox.conftest import GROUP, MOTHER, NOON, TEACHER, TOKEN, YOUNG, Rig, until


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(rig: Rig) -> None:
    rig.people.start(YOUNG)
    rig.people.say(YOUNG, "one")
    first = await rig.bot.get_updates()
    assert [update.message.text for update in first if update.message] == ["/start", "one"]
    assert [update.update_id for update in await rig.bot.get_updates(limit=1)] == [first[0].update_id]
    again = await rig.bot.get_updates(offset=first[1].update_id)
    assert [update.update_id for update in again] == [first[1].update_id]
    assert await rig.bot.get_updates(offset=first[1].update_id + 1) == ()


async def test_a_negative_offset_keeps_only_the_newest(rig: Rig) -> None:
    for text in ("one", "two", "three"):
        rig.people.say(YOUNG, text)
    kept = await rig.bot.get_updates(offset=-1)
    assert [update.message.text for update in kept if update.message] == ["three"]
    assert len(await rig.bot.get_updates()) == 1


async def test_a_long_poll_ends_when_something_is_said(rig: Rig) -> None:
    polling = asyncio.ensure_future(rig.bot.get_updates(timeout=30))
    await until(lambda: rig.sandbox.queue._waiting)
    rig.people.say(YOUNG, "hello")
    (update,) = await polling
    assert update.message is not None
    assert (update.message.text, update.message.date) == ("hello", NOON)


async def test_a_long_poll_without_news_ends_empty() -> None:
    assert await UpdateQueue().fetch(0, 100, 0.01) == []


async def test_a_second_poller_ends_the_first_ones_wait() -> None:
    queue = UpdateQueue()
    first = asyncio.ensure_future(queue.fetch(0, 100, 30))
    await asyncio.sleep(0)
    assert await queue.fetch(0, 100, 0) == []
    with pytest.raises(ApiError, match="terminated by other getUpdates request"):
        await first


async def test_only_the_kinds_that_were_asked_for_are_kept_and_the_choice_is_remembered(rig: Rig) -> None:
    await rig.bot.get_updates(allowed_updates=["callback_query"])
    rig.people.say(YOUNG, "unseen")
    message_id = (await rig.bot.send_message(YOUNG, "x")).message_id
    rig.people.press(YOUNG, message_id, "topic:open:1")
    updates = await rig.bot.get_updates()
    assert [update.callback_query.data for update in updates if update.callback_query] == ["topic:open:1"]
    await rig.bot.get_updates(offset=-1, allowed_updates=[])
    rig.people.say(YOUNG, "seen")
    assert len(await rig.bot.get_updates()) == 2


async def test_a_wrong_token_is_unauthorized_and_an_unknown_method_not_found(rig: Rig) -> None:
    assert (await rig.http.post("/bot123456:other/getMe")).json() == {
        "ok": False,
        "error_code": 401,
        "description": "Unauthorized",
    }
    assert (await rig.http.post("/botnonsense/getMe")).status_code == 404
    assert (await rig.call("flyToTheMoon")).json()["error_code"] == 404
    assert (await rig.http.get(f"/bot{TOKEN}/getme")).json()["result"]["username"] == "mamori_bot"
    stranger = Bot("123456:other", base_url=f"http://127.0.0.1:{rig.port}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_parameters_come_by_query_form_json_or_multipart(begun: Rig) -> None:
    path = f"/bot{TOKEN}/sendMessage"
    fields = {"chat_id": str(YOUNG), "text": "x"}
    for answer in (
        await begun.http.get(path, params=fields),
        await begun.http.post(path, data=fields),
        await begun.http.post(path, json={"chat_id": YOUNG, "text": "x"}),
        await begun.http.post(path, data=fields, files={"unused": b"y"}),
    ):
        assert answer.json()["result"]["text"] == "x"
    assert (await begun.http.post(path, content=b"{", headers={"content-type": "application/json"})).status_code == 400
    assert (await begun.http.post(path, json=[1])).status_code == 400


async def test_a_message_carries_who_where_and_its_commands(rig: Rig) -> None:
    rig.people.start(MOTHER, "ja_sextortion")
    (update,) = await rig.bot.get_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert (message.text, message.from_user.language_code, message.chat.type) == (
        "/start ja_sextortion",
        "ja",
        "private",
    )
    assert [(entity.type, entity.offset, entity.length) for entity in message.entities] == [("bot_command", 0, 6)]


async def test_a_long_text_arrives_in_pieces_as_a_messenger_sends_it(rig: Rig) -> None:
    rig.people.say(YOUNG, "😀" * 5000)
    texts = [update.message.text or "" for update in await rig.bot.get_updates() if update.message]
    assert [len(text) for text in texts] == [2048, 2048, 904]


async def test_edits_pictures_voices_and_stickers_arrive_as_such(rig: Rig) -> None:
    own = rig.people.say(YOUNG, "one")[0]["message_id"]
    rig.people.edit(YOUNG, own, "two")
    for kind in ("photo", "voice", "sticker", "document", "location"):
        rig.people.send(YOUNG, kind, caption="look" if kind == "photo" else "")
    updates = await rig.bot.get_updates()
    assert updates[1].edited_message is not None
    assert (updates[1].edited_message.text, updates[1].edited_message.edit_date) == ("two", NOON)
    messages = [update.message for update in updates[2:] if update.message]
    assert messages[0].caption == "look"
    assert all((messages[0].photo, messages[1].voice, messages[2].sticker, messages[3].document, messages[4].location))


async def test_a_block_and_its_end_are_told(rig: Rig) -> None:
    rig.people.start(YOUNG)
    rig.people.block(YOUNG)
    rig.people.say(YOUNG, "back")
    members = [update.my_chat_member for update in await rig.bot.get_updates() if update.my_chat_member]
    assert [(member.old_chat_member.status, member.new_chat_member.status) for member in members] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_a_group_lets_the_bot_hear_only_what_is_meant_for_it(rig: Rig) -> None:
    own = await rig.bot.send_message(GROUP, "hello")
    for text in ("just talking", "/stats", "/stats@mamori_bot", "/stats@other_bot", "what says @Mamori_Bot ?"):
        rig.people.say(TEACHER, text, chat_id=GROUP)
    rig.people.say(MOTHER, "thank you", chat_id=GROUP, reply_to=own.message_id)
    rig.people.send(MOTHER, "photo", chat_id=GROUP)
    heard = [update.message.text for update in await rig.bot.get_updates() if update.message]
    assert heard == ["/stats", "/stats@mamori_bot", "what says @Mamori_Bot ?", "thank you"]


async def test_a_group_that_becomes_a_supergroup_tells_both_ids(rig: Rig) -> None:
    new_id = rig.people.upgrade(TEACHER, GROUP)
    messages = [update.message for update in await rig.bot.get_updates() if update.message]
    assert [(message.migrate_to_chat_id, message.migrate_from_chat_id) for message in messages] == [
        (new_id, None),
        (None, GROUP),
    ]


async def test_the_bot_is_told_when_it_is_removed_from_a_group_and_added_again(rig: Rig) -> None:
    rig.people.invite_bot(TEACHER, GROUP, inside=False)
    rig.people.say(TEACHER, "/stats", chat_id=GROUP)
    rig.people.invite_bot(TEACHER, GROUP)
    updates = await rig.bot.get_updates()
    assert [update.my_chat_member.new_chat_member.status for update in updates if update.my_chat_member] == [
        "kicked",
        "member",
    ]
    assert len(updates) == 2


@asynccontextmanager
async def webhook(answers: list[int]) -> AsyncIterator[tuple[str, list[tuple[str | None, dict[str, Any]]]]]:
    """Serve a webhook that answers with these codes one after the other, then with 200."""
    received: list[tuple[str | None, dict[str, Any]]] = []

    async def receive(request: web.Request) -> web.Response:
        received.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        status = answers.pop(0) if answers else 200
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}/hook", received
    finally:
        await runner.cleanup()


async def test_a_webhook_gets_the_update_with_its_secret_again_until_it_says_2xx(rig: Rig) -> None:
    async with webhook([500, 302]) as (url, received):
        rig.people.say(YOUNG, "waiting")
        await rig.bot.set_webhook(url, secret_token="s3cret", max_connections=2)
        await until(lambda: not rig.sandbox.queue.pending)
        assert [secret for secret, _ in received] == ["s3cret"] * 3
        assert {update["message"]["text"] for _, update in received} == {"waiting"}
        info = await rig.bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (url, 0)
        assert info.last_error_message == "Wrong response from the webhook: 302 Found"
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await rig.bot.get_updates()
        await rig.bot.delete_webhook()
    rig.people.say(YOUNG, "later")
    assert len(await rig.bot.get_updates()) == 1


async def test_a_webhook_elsewhere_or_with_a_broken_secret_is_refused(rig: Rig) -> None:
    with pytest.raises(BadRequest, match="Bad webhook: the sandbox delivers to"):
        await rig.bot.set_webhook("https://example.org/hook")
    with pytest.raises(BadRequest, match="Secret token contains unallowed characters"):
        await rig.bot.set_webhook("http://127.0.0.1:1/hook", secret_token="a b")


async def test_a_webhook_that_is_not_there_is_reported_and_its_mail_kept(rig: Rig) -> None:
    await rig.bot.set_webhook("http://127.0.0.1:1/hook")
    rig.people.say(YOUNG, "anybody?")
    await until(lambda: "last_error_message" in rig.sandbox.webhook.info())
    info = await rig.bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (1, "Connection refused")
    await rig.bot.delete_webhook(drop_pending_updates=True)
    assert await rig.bot.get_updates() == ()
