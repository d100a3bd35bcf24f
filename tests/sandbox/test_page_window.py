"""The chat page: every width, light and dark, a phone, and who does not see or point."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from bot.replies.first_screens import first_screens
from bot.replies.helplines import helplines_reply
from bot.replies.screen import height
from content.load import load_pack
from content.model import Audience
from content.profile import Profile
from tests.sandbox.conftest import YOUNG
from tests.sandbox.stage import Stage, box, bubbles, started

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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
