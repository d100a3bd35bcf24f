"""The chat page: what a person writes, chooses and sends."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.sandbox.conftest import GROUP, TEACHER, YOUNG
from tests.sandbox.stage import Stage, bubbles, started

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_commands_are_pressed_in_the_text_chosen_in_the_menu_and_completed(stage: Stage) -> None:
    await stage.call(
        "setMyCommands",
        commands=[{"command": "stats", "description": "Numbers"}, {"command": "tips", "description": "A tip"}],
    )
    page = await started(stage)
    await stage.call("sendMessage", chat_id=YOUNG, text="Try /helplines")
    await page.get_by_role("button", name="/helplines", exact=True).click()
    assert (await stage.heard("message"))["text"] == "/helplines"
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="/tips A tip").click()
    assert (await stage.heard("message"))["text"] == "/tips"
    await page.get_by_label("Message", exact=True).last.fill("/st")
    await expect(page.locator("#popover button")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    assert (await stage.heard("message"))["text"] == "/stats"


async def test_the_last_own_message_is_edited_from_the_empty_field(stage: Stage) -> None:
    page = await started(stage)
    field = page.locator("#text")
    await field.fill("my dauhgter")
    await page.keyboard.press("Enter")
    await stage.heard("message")
    await expect(bubbles(page).last).to_contain_text("my dauhgter")
    await page.keyboard.press("ArrowUp")
    await expect(field).to_have_value("my dauhgter")
    await field.fill("my daughter")
    await page.keyboard.press("Enter")
    assert (await stage.heard("edited_message"))["text"] == "my daughter"
    await expect(bubbles(page).last).to_contain_text("edited")


async def test_enter_while_japanese_is_being_composed_does_not_send(stage: Stage) -> None:
    page = await started(stage)
    field = page.locator("#text")
    await field.fill("こんにちは")
    await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    await expect(field).to_have_value("こんにちは")
    await field.press("Shift+Enter")
    await field.press("Enter")
    assert (await stage.heard("message"))["text"] == "こんにちは"


async def test_made_up_photos_voices_and_stickers_can_be_sent(stage: Stage) -> None:
    page = await started(stage)
    for kind in ("photo", "voice", "sticker", "document", "location"):
        await page.locator(f"#fake-{kind}").click()
        assert kind in await stage.heard("message")
    await expect(bubbles(page)).to_have_count(6)


async def test_a_question_that_forces_a_reply_is_answered_by_one(stage: Stage) -> None:
    page = await started(stage)
    asked = await stage.call("sendMessage", chat_id=YOUNG, text="Which city?", reply_markup={"force_reply": True})
    await expect(page.locator("#context")).to_contain_text("Which city?")
    await page.locator("#text").fill("Osaka")
    await page.keyboard.press("Enter")
    assert (await stage.heard("message"))["reply_to_message"]["message_id"] == asked["message_id"]


async def test_a_button_that_asks_for_a_group_shares_ones_own(stage: Stage) -> None:
    page = await started(stage)
    buttons = [
        {"text": "A group", "request_chat": {"request_id": 2, "chat_is_channel": False}},
        {"text": "A channel", "request_chat": {"request_id": 1, "chat_is_channel": True}},
    ]
    await stage.call("sendMessage", chat_id=YOUNG, text="Which?", reply_markup={"keyboard": [buttons]})
    await page.locator("#keyboard").get_by_text("A group").click()
    assert (await stage.heard("message"))["chat_shared"] == {"request_id": 2, "chat_id": GROUP}
    await page.locator("#keyboard").get_by_text("A channel").click()
    await expect(page.locator("body")).to_contain_text("There is no such chat here")


async def test_blocking_and_unblocking_is_told_to_the_bot(stage: Stage) -> None:
    page = await started(stage)
    await page.get_by_role("button", name="Block the bot").click()
    assert (await stage.heard("my_chat_member"))["new_chat_member"]["status"] == "kicked"
    await page.locator("#wide", has_text="Unblock the bot").click()
    assert (await stage.heard("my_chat_member"))["new_chat_member"]["status"] == "member"
    await expect(page.locator("#text")).to_be_visible()


async def test_a_deep_link_starts_with_its_parameter_from_the_address_or_from_a_button(stage: Stage) -> None:
    page = await stage.open("?person=young&start=t_grooming")
    await page.locator("#wide", has_text="Start").click()
    assert (await stage.heard("message"))["text"] == "/start t_grooming"
    url = "https://t.me/mamori_bot?start=from_group"
    await stage.call(
        "sendMessage",
        chat_id=GROUP,
        text="In private",
        reply_markup={"inline_keyboard": [[{"text": "Ask me", "url": url}]]},
    )
    await page.get_by_role("button", name="Year 9 families").click()
    await page.get_by_role("button", name="Ask me").click()
    await page.locator("#wide", has_text="Start").click()
    message = await stage.heard("message")
    assert (message["text"], message["chat"]["id"]) == ("/start from_group", TEACHER)


async def test_inline_mode_shows_results_and_sends_the_chosen_one(stage: Stage) -> None:
    page = await started(stage)
    await page.locator("#text").fill("@mamori_bot groom")
    query = await stage.heard("inline_query")
    assert query["query"] == "groom"
    result = {
        "type": "article",
        "id": "1",
        "title": "Grooming",
        "description": "What it is",
        "input_message_content": {"message_text": "<b>Grooming</b> is ...", "parse_mode": "HTML"},
    }
    await stage.call("answerInlineQuery", inline_query_id=query["id"], results=[result], is_personal=True)
    await page.get_by_role("button", name="Grooming What it is").click()
    assert (await stage.heard("message"))["via_bot"]["username"] == "mamori_bot"
    await expect(bubbles(page).last).to_contain_text("Grooming is ...")


async def test_a_share_button_begins_an_inline_query(stage: Stage) -> None:
    page = await started(stage)
    button = {"text": "Share", "switch_inline_query": "grooming"}
    await stage.call("sendMessage", chat_id=YOUNG, text="Grooming is", reply_markup={"inline_keyboard": [[button]]})
    await page.get_by_role("button", name="Share").click()
    await expect(page.locator("#text")).to_have_value("@mamori_bot grooming")
    assert (await stage.heard("inline_query"))["query"] == "grooming"


async def test_a_message_that_begins_with_the_bots_name_can_be_sent(stage: Stage) -> None:
    page = await started(stage)
    await page.clock.install()
    await page.locator("#text").fill("@mamori_bot hello")
    await page.keyboard.press("Enter")
    await page.clock.run_for(1000)
    await expect(page.locator("#popover")).to_be_hidden()
