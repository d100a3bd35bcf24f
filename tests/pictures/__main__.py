"""`make pictures`: the flows of the bot as a new user goes through them, in a real browser, kept under docs/img/.

The real bot talks to the sandbox over HTTP; the page is a phone, 390 pixels wide. Each flow is run in English and in
Japanese. Needs Chromium (or its path in CHROMIUM), for the poster the packages of `requirements.txt` beside this,
and fonts for Japanese and for signs such as 🌐 (Debian: fonts-noto-cjk and fonts-noto-color-emoji): a letter that no
font has is drawn as an empty box.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from playwright.async_api import Browser, async_playwright

from bot.app import Wiring, build_services, load_understander, run_bot
from bot.handlers.menu import set_up_menu
from bot.sandbox.clock import MovableClock
from bot.sandbox.server import build_sandbox, serve_sandbox
from bot.storage.memory import MemoryStore
from content.load import load_pack
from content.model import Pack
from tests.pictures.flows import FLOWS, OUT, WHO, Phone, poster

TOKEN = "123456:the-token-of-the-pictures"  # opens nothing but this machine
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WIDTH, HEIGHT = 390, 844
ADMINISTRATORS = {71001, 71002}
"""For the picture of `/admin`; in the other flows nobody is."""


@asynccontextmanager
async def sandbox(pack: Pack, administrators: set[int]) -> AsyncIterator[str]:
    """Serve a fresh sandbox with the real bot in it, and yield its address."""
    app = build_sandbox(token=TOKEN, clock=MovableClock(NOON, ticking=False))
    services = build_services(
        pack=pack,
        understander=load_understander(pack),
        store=MemoryStore(),
        clock=app.state.sandbox.clock.now,
        seed=7,
        administrators=administrators,
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
            name = flow.__name__
            if wanted and name not in wanted:
                continue
            async with sandbox(pack, ADMINISTRATORS if name == "admin" else set()) as address:
                context = await browser.new_context(
                    viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, color_scheme="light"
                )
                page = await context.new_page()
                await page.goto(f"{address}/?person={'group' if name == 'group' else person}")
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
    pack = load_pack()
    if not wanted or "poster" in wanted:
        for language in WHO:
            poster(pack, language, NOON)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        await take(browser, pack, wanted)
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(set(sys.argv[1:]))))
