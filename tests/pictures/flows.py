"""The flows that pictures are kept of: a new user, from the first tap on, in English and in Japanese."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from bot.prints.draw import draw_on_one_page
from bot.replies.deeplink import DeepLink, deep_link
from bot.replies.poster import poster_paper
from bot.replies.wording import Words
from content.model import Audience, Pack
from content.profile import Profile

OUT = Path(__file__).parents[2] / "docs" / "img"
PATIENCE = 30_000
"""Milliseconds that a picture waits for the bot."""
WHO = {"en": "young", "ja": "mother"}
NAME = {"en": "Ellie", "ja": "陽子"}
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
ASKED = "온라인에서 만난 사람이 만나자고 해요"
"""A question in Korean: someone from the internet wants to meet."""


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

    async def keep(self, name: str, *, top: bool = False) -> None:
        """Save the screen as docs/img/NAME-LANGUAGE.png; with `top` scrolled to where the answer begins."""
        if top:
            await self.page.locator("#log .row.theirs").last.evaluate("row => row.scrollIntoView({block: 'start'})")
        await self.page.wait_for_timeout(400)  # animations of the page come to rest
        save(Image.open(io.BytesIO(await self.page.screenshot())), f"{name}-{self.language}")


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


async def asked(phone: Phone) -> None:
    """Ask in a language that has no answers."""
    await phone.start()
    await phone.introduce()
    await phone.say(ASKED)
    await phone.keep("asked", top=True)


async def topics(phone: Phone) -> None:
    await phone.start()
    await phone.say("/topics")
    await phone.keep("topics")
    await phone.press(phone.word("group.happened"), phone.word("back"))
    await phone.keep("topics-group")


async def helplines(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.say("/helplines")
    await phone.keep("helplines", top=True)


async def settings(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.say("/settings")
    await phone.keep("settings")


async def subscribe(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.say("/subscribe")
    await phone.keep("subscribe")
    await phone.page.locator("#log .row.theirs").last.locator(".buttons button").first.click()
    await phone.page.locator("#log .buttons button", has_text=phone.word("stop")).wait_for(timeout=PATIENCE)
    await phone.keep("subscribe-panel")


async def tips(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.say("/tips")
    await phone.keep("tips")


async def talk(phone: Phone) -> None:
    await phone.start()
    await phone.introduce()
    await phone.say("/talk")
    await phone.keep("talk")


async def agreement(phone: Phone) -> None:
    await phone.start()
    await phone.say("/agreement")
    await expect(phone.page.locator("#log")).to_contain_text(".pdf", timeout=PATIENCE)
    await phone.keep("agreement")


async def group(phone: Phone) -> None:
    """Ask in a group, openly and about something that is for one reader alone."""
    await phone.page.get_by_role("button", name=NAME[phone.language], exact=True).click()
    await phone.say(f"@mamori_bot {SAYS['answer'][phone.language]}")
    await phone.say(f"@mamori_bot {SAYS['emergency'][phone.language]}")
    await phone.keep("group")


async def data(phone: Phone) -> None:
    """Look at what is held, and have it erased."""
    await phone.start()
    await phone.introduce()
    await phone.say("/mydata")
    await phone.keep("mydata", top=True)
    await phone.say("/forget")
    await phone.keep("forget")
    await phone.press(phone.word("forget.yes"))
    await phone.keep("forgotten")


async def admin(phone: Phone) -> None:
    """What administrators see after some questions."""
    await phone.start()
    for _ in range(6):
        await phone.say(SAYS["answer"][phone.language])
    await phone.say("/admin")
    await phone.page.locator("#log .buttons button", has_text=phone.word("admin.refresh")).wait_for(timeout=PATIENCE)
    await expect(phone.page.locator("#log .photo img")).to_have_count(1, timeout=PATIENCE)
    await phone.keep("admin")
    await phone.page.locator("#log .row:has(.photo)").last.evaluate("row => row.scrollIntoView({block: 'start'})")
    await phone.keep("admin-picture")


FLOWS: tuple[Callable[[Phone], Awaitable[None]], ...] = (
    start, answer, asked, emergency, topics, helplines, stats, tips, subscribe, settings, quiz, talk, agreement, inline,
    group, data, admin,
)  # fmt: skip


def poster(pack: Pack, language: str, now: datetime) -> None:
    """Draw a poster as a picture, and read its code as a phone would. Raises AssertionError when it leads elsewhere."""
    profile = Profile(language=language, country=COUNTRY[language], audience=Audience.YOUNG)
    paper = poster_paper(pack, "sextortion", profile, now, username="mamori_bot")
    document = importlib.import_module("pypdfium2").PdfDocument(draw_on_one_page(paper))
    shot = document[0].render(scale=1.2).to_pil()
    codes = [code.text for code in importlib.import_module("zxingcpp").read_barcodes(shot)]
    assert codes == [deep_link("mamori_bot", DeepLink("sextortion", language))], codes
    save(shot, f"poster-{language}")


def save(shot: Image.Image, name: str) -> None:
    """Write docs/img/NAME.png with few colours."""
    file = OUT / f"{name}.png"
    shot.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(file, optimize=True)
    sys.stdout.write(f"{file.relative_to(OUT.parents[1])} {file.stat().st_size // 1024} kB\n")
