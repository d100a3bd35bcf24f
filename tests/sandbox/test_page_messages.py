"""The chat page: what the bot's messages look like, and what their parts do when they are pressed."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.sandbox.pictures import fake_photo
from tests.sandbox.conftest import YOUNG
from tests.sandbox.stage import Stage, box, bubbles, started

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_start_leads_to_an_answer_whose_button_edits_it_in_place(stage: Stage) -> None:
    await stage.call("setMyDescription", description="Facts about children")
    page = await stage.open()
    await expect(page.locator(".welcome")).to_contain_text("Facts about children")
    await page.get_by_role("button", name="Start").click()
    asked = await stage.heard("message")
    assert asked["text"] == "/start"
    buttons = {
        "inline_keyboard": [
            [{"text": "Parent", "callback_data": "who:parent"}, {"text": "Skip", "callback_data": "who:skip"}]
        ]
    }
    await stage.call("sendMessage", chat_id=YOUNG, text="Who are <b>you</b>?", parse_mode="HTML", reply_markup=buttons)
    await expect(page.locator("#log .bubble strong", has_text="you")).to_be_visible()
    await page.get_by_role("button", name="Parent").click()
    pressed = await stage.heard("callback_query")
    assert pressed["data"] == "who:parent"
    await expect(page.get_by_role("button", name="Parent")).to_have_attribute("aria-busy", "true")
    await stage.call("answerCallbackQuery", callback_query_id=pressed["id"], text="Noted")
    await expect(page.locator("#toast")).to_have_text("Noted")
    await stage.call(
        "editMessageText", chat_id=YOUNG, message_id=pressed["message"]["message_id"], text="Hello, parent"
    )
    await expect(bubbles(page).last).to_contain_text("Hello, parent")
    await expect(page.locator(".buttons")).to_have_count(0)
    await expect(bubbles(page)).to_have_count(2)


async def test_an_alert_opens_a_dialog_that_closes_with_its_button(stage: Stage) -> None:
    page = await started(stage)
    buttons = {"inline_keyboard": [[{"text": "Why?", "callback_data": "why"}]]}
    await stage.call("sendMessage", chat_id=YOUNG, text="x", reply_markup=buttons)
    await page.get_by_role("button", name="Why?").click()
    pressed = await stage.heard("callback_query")
    await stage.call("answerCallbackQuery", callback_query_id=pressed["id"], text="Because", show_alert=True)
    await expect(page.get_by_role("dialog")).to_contain_text("Because")
    await page.get_by_role("button", name="OK").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_spoiler_is_hidden_until_it_is_pressed_also_by_keyboard(stage: Stage) -> None:
    page = await started(stage)
    text = "Say: <tg-spoiler>the secret</tg-spoiler> <tg-spoiler>other</tg-spoiler>"
    await stage.call("sendMessage", chat_id=YOUNG, text=text, parse_mode="HTML")
    hidden = page.get_by_role("button", name="Hidden text")
    await expect(hidden).to_have_count(2)
    await expect(page.locator(".spoiler-words").first).to_have_css("opacity", "0")
    await hidden.first.click()
    await expect(page.locator(".spoiler-words").first).to_have_css("opacity", "1")
    await hidden.first.focus()
    await page.keyboard.press("Enter")
    await expect(hidden).to_have_count(0)


async def test_a_long_quote_unfolds(stage: Stage) -> None:
    page = await started(stage)
    quote = "<blockquote expandable>" + "A long explanation. " * 40 + "</blockquote>"
    await stage.call("sendMessage", chat_id=YOUNG, text=quote, parse_mode="HTML")
    more = page.get_by_role("button", name="Show more")
    folded = (await box(page.locator(".quote-words")))["height"]
    await more.click()
    await expect(page.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")
    assert (await box(page.locator(".quote-words")))["height"] > folded * 2


async def test_pictures_files_and_the_typing_sign_are_shown(stage: Stage) -> None:
    page = await started(stage)
    await stage.call("sendChatAction", chat_id=YOUNG, action="typing")
    await expect(page.locator("#head-sub")).to_have_text("typing…")
    await stage.call(
        "sendPhoto", {"photo": ("chart.png", fake_photo(30, 20))}, chat_id=YOUNG, caption="2017", has_spoiler=True
    )
    await expect(page.locator("#head-sub")).to_have_text("bot")
    await page.get_by_role("button", name="Hidden picture").click()
    image = page.locator("#log .photo img")
    assert await image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 30
    await page.get_by_role("button", name="Show the picture in full size").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.get_by_role("button", name="Close", exact=True).last.click()
    await stage.call("sendDocument", {"document": ("poster.pdf", b"%PDF-1.7")}, chat_id=YOUNG)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="poster.pdf").click()
    assert (await download.value).suggested_filename == "poster.pdf"


async def test_a_deleted_message_disappears(stage: Stage) -> None:
    page = await started(stage)
    sent = await stage.call("sendMessage", chat_id=YOUNG, text="soon gone")
    await expect(page.get_by_text("soon gone").first).to_be_visible()
    await stage.call("deleteMessage", chat_id=YOUNG, message_id=sent["message_id"])
    await expect(page.locator("#log").get_by_text("soon gone")).to_have_count(0)


async def test_markup_in_names_and_texts_stays_text(stage: Stage) -> None:
    nasty = "<img src=x onerror=\"document.title='broken'\">"
    await stage.http.post("/sandbox/people", json={"id": 7, "first_name": nasty, "part": "nasty", "started": True})
    await stage.call("sendMessage", chat_id=7, text=nasty)
    page = await stage.open("?person=nasty")
    await expect(bubbles(page).last).to_contain_text(nasty)
    assert await page.title() == "Mamori sandbox"
    assert await page.locator("img[src=x]").count() == 0


async def test_a_link_out_of_the_sandbox_is_asked_about_first(stage: Stage) -> None:
    page = await started(stage)
    await stage.call(
        "sendMessage", chat_id=YOUNG, text='<a href="https://example.org/help">Help</a>', parse_mode="HTML"
    )
    await page.get_by_role("link", name="Help").click()
    await expect(page.get_by_role("dialog")).to_contain_text("https://example.org/help")
    await page.get_by_role("button", name="Cancel").click()
    assert len(page.context.pages) == 1
