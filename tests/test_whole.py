"""The way of a new user: the whole bot and its chat page in a real browser, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.app import Wiring, build_services, load_understander, run_bot
from bot.handlers.menu import set_up_menu
from bot.sandbox.clock import MovableClock
from bot.sandbox.server import build_sandbox, serve_sandbox
from bot.storage.memory import MemoryStore
from content.load import load_pack
from tests.sandbox.stage import running_browser

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TOKEN = "123456:the-token-of-the-tests"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def address() -> AsyncIterator[str]:
    clock = MovableClock()
    pack = load_pack()
    app = build_sandbox(token=TOKEN, clock=clock)
    async with serve_sandbox(app) as port:
        services = build_services(pack=pack, understander=load_understander(pack), store=MemoryStore(), clock=clock.now)
        root = f"http://127.0.0.1:{port}"
        async with run_bot(Wiring(TOKEN, root), services, poll=True, worker="test") as running:
            clock.on_move(lambda _: services.wake())
            await set_up_menu(running.application.bot, pack)
            yield root


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    page = await browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(20_000)
    await page.goto(address)
    await page.wait_for_selector("html[data-ready]")
    yield page
    await page.close()


async def say(page: Page, text: str) -> str:
    """Write a message and return the words of the bot's next answer."""
    count = await page.locator("#log .row.theirs").count()
    await page.fill("#text", text)
    await page.press("#text", "Enter")
    await expect(page.locator("#log .row.theirs")).not_to_have_count(count, timeout=20_000)
    return await page.locator("#log .row.theirs").last.inner_text()


async def tap(page: Page, label: str) -> None:
    await page.locator("#log").get_by_role("button", name=label, exact=True).last.click()


async def test_a_mother_in_japan_gets_answers_a_chart_and_tomorrows_tip(page: Page) -> None:
    await page.click("#chats >> text=佐藤")
    await page.click("#wide")
    await tap(page, "保護者です")
    await tap(page, "13〜15歳")
    await tap(page, "日本")
    await expect(page.locator("#log")).to_contain_text("準備ができました")
    assert "1,813" in await say(page, "2017年に被害にあった子どもは何人ですか")
    assert "110" in await say(page, "娘が裸の写真をばらまくと脅されています")
    assert "わかりません" in await say(page, "カレーの作り方を教えて")
    await say(page, "/stats")
    await tap(page, "年ごとの推移")
    await expect(page.locator("#log img").last).to_be_visible(timeout=30_000)
    assert "07:00" in await say(page, "/subscribe 7:00 Tokyo")
    await page.get_by_role("button", name="翌朝7時5分にする").click()
    await expect(page.locator("#log .row.theirs").last).to_contain_text("お便り", timeout=30_000)


async def test_a_fourteen_year_old_in_britain_is_understood(page: Page) -> None:
    await page.click("#chats >> text=Ellie")
    await page.click("#wide")
    await tap(page, "I am a young person")
    await tap(page, "13–15")
    await tap(page, "United Kingdom")
    await expect(page.locator("#log")).to_contain_text("Ready.")
    assert "999" in await say(page, "he says hes gonna send my nudes to everyone unless i pay")
    assert "1,813" in await say(page, "How many children were victims in 2017?")
    assert "do not know" in await say(page, "best recipe for chicken soup")
    answer = await say(page, "what is grooming")
    assert "Reviewed" in answer
    assert "No daily tip" in await say(page, "/unsubscribe")
