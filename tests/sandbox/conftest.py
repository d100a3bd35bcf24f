from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser
from starlette.applications import Starlette
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.sandbox.clock import MovableClock
from bot.sandbox.people import People
from bot.sandbox.server import build_sandbox, serve_sandbox
from bot.sandbox.state import Sandbox
from tests.sandbox.stage import Stage, running_browser

TOKEN = "123456:the-token-of-the-tests"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MOTHER, YOUNG, TEACHER, GROUP = 71001, 71002, 71003, -71100


@dataclass
class Rig:
    """A served sandbox, the hands of its people, a real Bot that speaks to it, and a bare HTTP client."""

    app: Starlette
    sandbox: Sandbox
    people: People
    clock: MovableClock
    bot: Bot
    http: httpx.AsyncClient
    port: int

    async def post(self, path: str, body: object) -> httpx.Response:
        return await self.http.post(f"/sandbox/{path}", json=body)

    async def call(self, method: str, **parameters: object) -> httpx.Response:
        return await self.http.post(f"/bot{TOKEN}/{method}", json=parameters)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop run until the condition holds, for five seconds at most."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  what is waited for happens in the server and offers no event
            await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON, ticking=False)


@pytest.fixture(scope="session")
def certificates() -> ssl.SSLContext:
    """What every HTTP client reads at its start and none of these needs."""
    return ssl.create_default_context()


@pytest.fixture
async def rig(clock: MovableClock, certificates: ssl.SSLContext) -> AsyncIterator[Rig]:
    app = build_sandbox(token=TOKEN, clock=clock, webhook_pause=0.01)
    sandbox: Sandbox = app.state.sandbox
    async with serve_sandbox(app, 0) as port:
        address = f"http://127.0.0.1:{port}"
        options = {"trust_env": False, "verify": certificates}
        request = HTTPXRequest(httpx_kwargs=options)
        bot = Bot(
            TOKEN,
            base_url=f"{address}/bot",
            base_file_url=f"{address}/file/bot",
            request=request,
            get_updates_request=HTTPXRequest(connection_pool_size=4, httpx_kwargs=options),
        )
        async with bot, httpx.AsyncClient(base_url=address, trust_env=False, verify=certificates) as http:
            yield Rig(app, sandbox, People(sandbox), clock, bot, http, port)


@pytest.fixture
def begun(rig: Rig) -> Rig:
    """The rig after the young person pressed Start and the bot's mail was emptied."""
    rig.people.start(YOUNG)
    rig.sandbox.queue.pending.clear()
    return rig


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
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
