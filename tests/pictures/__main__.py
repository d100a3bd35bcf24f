"""`make pictures`: the flows of the bot as a new user goes through them, in a real browser, kept under docs/img/.

The real bot talks to the sandbox over HTTP; the page is a phone, 390 pixels wide. Each flow is run in English and in
Japanese. Needs Chromium (or its path in CHROMIUM).
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.app import Wiring, build_services, load_understander, run_bot
from bot.handlers.menu import set_up_menu
from bot.replies.wording import Words
from bot.sandbox.clock import MovableClock
from bot.sandbox.server import build_sandbox, serve_sandbox
from bot.storage.memory import MemoryStore
from content.load import load_pack
from content.model import Pack

OUT = Path(__file__).parents[2] / "docs" / "img"
TOKEN = "123456:the-token-of-the-pictures"  # opens nothing but this machine
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WIDTH, HEIGHT = 390, 844
PATIENCE = 30_000
"""Milliseconds that a picture waits for the bot."""
WHO = {"en": "young", "ja": "mother"}
COUNTRY = {"en": "GB", "ja": "JP"}
AUDIENCE = {"en": "young", "ja": "parent"}
SAYS = {
    "answer": {"en": "what is grooming", "ja": "グルーミングとは何ですか"},
    "emergency": {
        "en": "he says he will send my nudes to everyone unless i pay",
        "ja": "娘が裸の写真をばらまくと脅されています",
    },
    "inline": {"en": "sextortion", "ja": "自撮りを送ってと言われた"},
}


@dataclass
class Phone:
    """One person's page."""

    page: Page
    pack: Pack
    language: str

    def word(self, key: str) -> str:
        return Words(self.pack, self.language)(key)

    async def start(self) -> None:
        await self.page.locator("#wide").click()
        await expect(self.page.locator("#log .row.theirs")).not_to_have_count(0, timeout=PATIENCE)

    async def say(self, text: str) -> None:
        answers = await self.page.locator("#log .row.theirs").count()
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("#log .row.theirs")).not_to_have_count(answers, timeout=PATIENCE)

    async def press(self, label: str, then: str = "") -> None:
        """Press the last button with this label, and wait until the bot has answered with `then`."""
        before = await self.page.locator("#log").inner_text()
        await self.page.locator("#log").get_by_role("button", name=label, exact=True).last.click()
        await self.page.wait_for_function(
            "before => document.getElementById('log').innerText !== before", arg=before, timeout=PATIENCE
        )
        await expect(self.page.locator("#log .buttons button.waiting")).to_have_count(0, timeout=PATIENCE)
        if then:
            await expect(self.page.locator("#log")).to_contain_text(then, timeout=PATIENCE)

    async def introduce(self) -> None:
        """Answer the three questions of the first contact."""
        await self.press(self.word(f"audience.{AUDIENCE[self.language]}"))
        await self.press(self.word("age.13-15"))
        await self.press(self.word(f"country.{COUNTRY[self.language]}"))

    async def keep(self, name: str) -> None:
        """Save the screen as docs/img/NAME-LANGUAGE.png."""
        await self.page.wait_for_timeout(400)  # animations of the page come to rest
        shot = Image.open(io.BytesIO(await self.page.screenshot()))
        file = OUT / f"{name}-{self.language}.png"
        shot.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(file, optimize=True)
        sys.stdout.write(f"{file.relative_to(OUT.parents[1])} {file.stat().st_size // 1024} kB\n")


async def start(phone: Phone) -> None:
    await phone.start()
    await phone.keep("start")


async def answer(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.say(SAYS["answer"][phone.language])
    await phone.keep("answer")
    await phone.press(phone.word("vote.no"), phone.word("menu.topics"))
    await phone.keep("answer-no")


async def emergency(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.say(SAYS["emergency"][phone.language])
    await phone.keep("emergency")
    await phone.press(phone.word("part.now"))
    await phone.keep("emergency-now")
    await phone.say("/hide")
    await expect(phone.page.locator("#log .row.own")).to_have_count(0, timeout=PATIENCE)
    await expect(phone.page.locator("#log .row.theirs")).to_have_count(1, timeout=PATIENCE)
    await phone.keep("hide")


async def stats(phone: Phone) -> None:
    await phone.start()
    await phone.say("/stats")
    await phone.press(phone.pack.languages[phone.language].figures.charts["stats-trend"].button)
    await expect(phone.page.locator("#log .photo img")).to_have_count(1, timeout=PATIENCE)
    await phone.page.locator("#log .row").last.evaluate("row => row.scrollIntoView({block: 'start'})")
    await phone.keep("stats")


async def quiz(phone: Phone) -> None:
    await phone.start()
    await phone.say("/quiz")
    await phone.keep("quiz")
    await phone.page.locator("#log .row.theirs").last.locator(".buttons button").first.click()
    await phone.page.locator("#log .buttons button", has_text=phone.word("quiz.next")).wait_for(timeout=PATIENCE)
    await phone.keep("quiz-answer")


async def inline(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.page.locator("#text").fill(f"@mamori_bot {SAYS['inline'][phone.language]}")
    results = phone.page.locator("#popover .result")
    await results.first.wait_for(timeout=PATIENCE)
    await phone.keep("inline")
    await results.first.click()
    await expect(phone.page.locator("#log")).to_contain_text("@mamori_bot", timeout=PATIENCE)
    await phone.keep("inline-card")


FLOWS: tuple[Callable[[Phone], Awaitable[None]], ...] = (start, answer, emergency, stats, quiz, inline)


@asynccontextmanager
async def sandbox(pack: Pack) -> AsyncIterator[str]:
    """Serve a fresh sandbox with the real bot in it, and yield its address."""
    app = build_sandbox(token=TOKEN, clock=MovableClock(NOON, ticking=False))
    clock = app.state.sandbox.clock
    services = build_services(
        pack=pack, understander=load_understander(pack), store=MemoryStore(), clock=clock.now, seed=7
    )
    async with serve_sandbox(app) as port:
        address = f"http://127.0.0.1:{port}"
        async with run_bot(Wiring(TOKEN, address), services, poll=True, worker="pictures") as running:
            await set_up_menu(running.application.bot, pack)
            yield address


async def take(browser: Browser, pack: Pack, wanted: set[str]) -> None:
    """Run the flows, each in a world of its own."""
    for language, person in WHO.items():
        for flow in FLOWS:
            if wanted and flow.__name__ not in wanted:
                continue
            async with sandbox(pack) as address:
                context = await browser.new_context(
                    viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, color_scheme="light"
                )
                page = await context.new_page()
                await page.goto(f"{address}/?person={person}")
                await page.wait_for_selector("html[data-ready]")
                await flow(Phone(page, pack, language))
                await context.close()


async def main(wanted: set[str]) -> int:
    """Take the pictures of the named flows, or all; return the exit code."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("no Chromium: install it, or name it in CHROMIUM\n")
        return 2
    OUT.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        await take(browser, load_pack(), wanted)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(set(sys.argv[1:]))))
