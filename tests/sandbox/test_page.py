from __future__ import annotations

import os
import shutil
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FloatRect, Locator, Page, async_playwright, expect

from bot.replies.first_screens import first_screens
from bot.replies.helplines import helplines_reply
from bot.replies.screen import height
from bot.sandbox.clock import MovableClock
from bot.sandbox.pictures import fake_photo
from bot.sandbox.server import build_sandbox, serve_sandbox
from bot.sandbox.state import Sandbox
from content.load import load_pack
from content.model import Audience
from content.profile import Profile
from tests.sandbox.conftest import GROUP, MOTHER, NOON, TEACHER, TOKEN, YOUNG

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FLAGS = [
    f"--{name}"
    for name in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
    )
]


@dataclass
class Stage:
    """A sandbox, a window on its page, and the means to play the bot."""

    sandbox: Sandbox
    address: str
    http: httpx.AsyncClient
    browser: Browser
    requested: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    offset: int = 0

    async def open(
        self, query: str = "?person=young", *, width: int = 1360, height: int = 900, dark: bool = False
    ) -> Page:
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        self.contexts.append(context)
        page = await context.new_page()
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)
        await page.goto(f"{self.address}/{query}")
        await page.wait_for_selector("html[data-ready]")
        return page

    async def call(self, method: str, files: dict[str, tuple[str, bytes]] | None = None, **fields: Any) -> Any:
        path = f"/bot{TOKEN}/{method}"
        if files:
            answer = await self.http.post(path, data={key: str(value) for key, value in fields.items()}, files=files)
        else:
            answer = await self.http.post(path, json=fields)
        body = answer.json()
        assert body["ok"], body
        return body["result"]

    async def heard(self, kind: str) -> dict[str, Any]:
        """Return the next update of a kind, passing over others."""
        while True:
            (update,) = await self.call("getUpdates", offset=self.offset, limit=1, timeout=10)
            self.offset = update["update_id"] + 1
            if kind in update:
                payload: dict[str, Any] = update[kind]
                return payload


def chromium() -> str:
    """Return the browser's path; without one the test is skipped, saying why, and fails in CI."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        reason = "no Chromium: install it or name it in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(browser: Browser, certificates: ssl.SSLContext) -> AsyncIterator[Stage]:
    app = build_sandbox(token=TOKEN, clock=MovableClock(NOON, ticking=False))
    async with serve_sandbox(app) as port:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, trust_env=False, verify=certificates, timeout=20) as http:
            stage = Stage(app.state.sandbox, address, http, browser)
            yield stage
            for context in stage.contexts:
                await context.close()
    assert stage.faults == []
    assert [url for url in stage.requested if not url.startswith((address, "data:"))] == []


def bubbles(page: Page) -> Locator:
    return page.locator("#log .bubble")


async def box(locator: Locator) -> FloatRect:
    found = await locator.bounding_box()
    assert found is not None
    return found


async def started(stage: Stage, query: str = "?person=young", **window: Any) -> Page:
    page = await stage.open(query, **window)
    await page.locator("#wide").click()
    await stage.heard("message")
    return page


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


async def test_the_next_morning_comes_a_little_past_seven_in_the_persons_zone(stage: Stage) -> None:
    page = await started(stage, "?person=mother")
    await expect(page.locator("#status-time")).to_have_text("21:00")
    await page.get_by_role("button", name="翌朝7時5分にする").click()
    await expect(page.locator("#status-time")).to_have_text("07:05")
    assert stage.sandbox.clock.now() == datetime(2026, 3, 2, 22, 5, tzinfo=UTC)
    await stage.call("sendMessage", chat_id=MOTHER, text="今日のヒント")
    await expect(page.locator("#log .row.theirs time").last).to_have_text("07:05")
    await expect(page.locator(".day")).to_have_count(2)


async def test_the_language_of_a_phone_can_be_changed(stage: Stage) -> None:
    page = await started(stage)
    await page.get_by_label("Language of this phone").select_option("ja")
    await expect(page.locator("#text")).to_have_attribute("placeholder", "メッセージ")
    await page.locator("#text").fill("統計")
    await page.keyboard.press("Enter")
    assert (await stage.heard("message"))["from"]["language_code"] == "ja"


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


async def test_in_a_group_several_people_write_and_reply(stage: Stage) -> None:
    sent = await stage.call("sendMessage", chat_id=GROUP, text="A tip for all")
    page = await stage.open("?person=group")
    await page.get_by_role("button", name="陽子", exact=True).click()
    await page.locator("#log .row").last.hover()
    await page.get_by_role("button", name="返信").click()
    await page.locator("#text").fill("ありがとう")
    await page.keyboard.press("Enter")
    heard = await stage.heard("message")
    assert (heard["from"]["id"], heard["chat"]["id"]) == (MOTHER, GROUP)
    assert heard["reply_to_message"]["message_id"] == sent["message_id"]


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


async def test_messages_of_others_are_counted_until_they_are_opened(stage: Stage) -> None:
    page = await stage.open()
    stage.sandbox.world.people[TEACHER].started = True
    await stage.call("sendMessage", chat_id=TEACHER, text="one")
    await stage.call("sendMessage", chat_id=TEACHER, text="two")
    await expect(page.locator(".badge")).to_have_text("2")
    await page.get_by_role("button", name="James Carter").click()
    await expect(page.locator(".badge")).to_have_count(0)


async def test_light_and_dark_follow_the_system_until_one_is_chosen(stage: Stage) -> None:
    page = await stage.open(dark=True)
    background = "getComputedStyle(document.body).backgroundColor"
    dark = await page.evaluate(background)
    await page.get_by_role("button", name="Light").click()
    light = await page.evaluate(background)
    assert dark != light
    await page.reload()
    await page.wait_for_selector("html[data-ready]")
    assert await page.evaluate(background) == light


@pytest.mark.parametrize("width", [320, 390, 900, 1360])
async def test_nothing_is_cut_off_at_any_width(stage: Stage, width: int) -> None:
    page = await started(stage, width=width, height=760)
    buttons = {"inline_keyboard": [[{"text": "A rather long label " * 3, "callback_data": str(n)} for n in range(3)]]}
    await stage.call("sendMessage", chat_id=YOUNG, text="word" * 200, reply_markup=buttons)
    await expect(bubbles(page)).to_have_count(2)
    overflow = "document.documentElement.scrollWidth - innerWidth"
    assert await page.evaluate(overflow) <= 0
    assert await page.evaluate("(log => log.scrollWidth - log.clientWidth)(document.getElementById('log'))") <= 0
    phone = await box(page.locator("#phone"))
    assert phone["width"] == width if width <= 720 else phone["width"] <= 424


LONGEST = 4
"""First screens of each language that are put on the page: the longest ones, as they are estimated."""


@pytest.mark.parametrize(("language", "country"), [("en", "US"), ("ja", "JP"), ("es", "ES")])
async def test_the_longest_first_screens_are_seen_at_once_on_a_phone(stage: Stage, language: str, country: str) -> None:
    pack, now = load_pack(), datetime(2026, 11, 29, 12, tzinfo=UTC)
    replies = [
        reply
        for topic in pack.languages[language].topics
        for audience in (None, Audience.YOUNG)
        for place in (None, country)
        for reply in first_screens(pack, topic, Profile(language, place, audience), now)
    ]
    replies = sorted(replies, key=height)[-LONGEST:]
    page = await started(stage, width=390, height=844)
    for number, reply in enumerate([*replies, helplines_reply(pack, Profile(language, country), now)], start=1):
        rows = [[{"text": button.label, "callback_data": "x"} for button in row] for row in reply.buttons]
        markup = {"inline_keyboard": rows}
        await stage.call("sendMessage", chat_id=YOUNG, text=reply.parts[0], parse_mode="HTML", reply_markup=markup)
        await expect(page.locator("#log .row.theirs")).to_have_count(number)
        taken, room = await page.evaluate(
            """() => {
            const log = document.getElementById('log'), row = [...log.querySelectorAll('.row.theirs')].pop();
            const below = [getComputedStyle(log).paddingBottom, getComputedStyle(row).marginBottom].map(parseFloat);
            return [row.querySelector('.column').offsetHeight, log.clientHeight - below[0] - below[1]];
            }"""
        )
        assert taken <= room, reply.plain
        assert taken <= height(reply) + 1, "the estimate that editors are told promises more room than there is"


async def test_on_a_phone_the_tools_open_and_close_by_keyboard(stage: Stage) -> None:
    page = await stage.open(width=390, height=844)
    await expect(page.locator("#tools")).to_be_hidden()
    await page.get_by_role("button", name="Sandbox tools").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Next morning, 07:05")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#tools")).to_be_hidden()


async def test_every_control_has_a_name_and_the_log_speaks(stage: Stage) -> None:
    page = await started(stage)
    await stage.call(
        "sendMessage",
        chat_id=YOUNG,
        text="x",
        reply_markup={"inline_keyboard": [[{"text": "y", "callback_data": "z"}]]},
    )
    await expect(bubbles(page)).to_have_count(2)
    nameless = await page.evaluate(
        """[...document.querySelectorAll('button, a, input, select, textarea')]
        .filter(node => node.checkVisibility())
        .filter(node => !(node.getAttribute('aria-label') || node.labels?.length || node.textContent.trim()))
        .map(node => node.outerHTML)"""
    )
    assert nameless == []
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    await expect(page.locator(".promise")).to_contain_text("leaves this machine")
