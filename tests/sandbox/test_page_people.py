"""The chat page: several people, their clocks and their languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from tests.sandbox.conftest import GROUP, MOTHER, TEACHER
from tests.sandbox.stage import Stage, started

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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


async def test_messages_of_others_are_counted_until_they_are_opened(stage: Stage) -> None:
    page = await stage.open()
    stage.sandbox.world.people[TEACHER].started = True
    await stage.call("sendMessage", chat_id=TEACHER, text="one")
    await stage.call("sendMessage", chat_id=TEACHER, text="two")
    await expect(page.locator(".badge")).to_have_text("2")
    await page.get_by_role("button", name="James Carter").click()
    await expect(page.locator(".badge")).to_have_count(0)
