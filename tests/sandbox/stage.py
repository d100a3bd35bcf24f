"""A window of a real browser on the chat page, and the means to play the bot."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, FloatRect, Locator, Page, async_playwright

from bot.sandbox.state import Sandbox

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
        path = f"/bot{self.sandbox.token}/{method}"
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


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Run the browser while the block lasts."""
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


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
