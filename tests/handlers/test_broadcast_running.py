"""A broadcast by the running bot: polling, loops and all, over HTTP, and a restart in its middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.app import Wiring, build_services, run_bot
from bot.sandbox.clock import MovableClock
from bot.sandbox.people import People
from bot.sandbox.server import build_sandbox, serve_sandbox
from bot.sandbox.state import Sandbox
from bot.storage.memory import MemoryStore
from bot.understanding.model import Understander
from content.model import Pack
from tests.handlers.rig import MOTHER, TEACHER, TOKEN, YOUNG, buttons_of, text_of

EVERYBODY = (MOTHER, YOUNG, TEACHER)


async def until(sandbox: Sandbox, fulfilled: Callable[[], bool]) -> None:
    """Wait until something is true; it is looked at whenever anything happens in the sandbox."""
    async with asyncio.timeout(60):
        async for _ in sandbox.events.listen(keep_alive=0.2):
            if fulfilled():
                return


async def test_a_broadcast_goes_on_after_a_restart_and_everybody_gets_it_once(
    pack: Pack, understander: Understander
) -> None:
    clock = MovableClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    store = MemoryStore()
    app = build_sandbox(token=TOKEN, clock=clock)
    sandbox: Sandbox = app.state.sandbox
    people = People(sandbox)

    @asynccontextmanager
    async def running(port: int) -> AsyncIterator[None]:
        services = build_services(
            pack=pack,
            understander=understander,
            store=store,
            clock=clock.now,
            administrators=(MOTHER, TEACHER),
        )
        async with run_bot(Wiring(TOKEN, f"http://127.0.0.1:{port}"), services, poll=True, worker="test"):
            yield

    def words(person: int) -> list[str]:
        return [text_of(message.raw) for message in sandbox.world.chats[person].messages.values()]

    def got(person: int) -> int:
        return sum(text.endswith("\n\nHello all") for text in words(person))

    def button(person: int, verb: str) -> tuple[int, str] | None:
        for number, message in reversed(sandbox.world.chats[person].messages.items()):
            for data in buttons_of(message.raw):
                if data.startswith(f"bc:{verb}:"):
                    return number, data
        return None

    async def press(person: int, verb: str) -> None:
        await until(sandbox, lambda: button(person, verb) is not None)
        found = button(person, verb)
        assert found is not None
        people.press(person, *found)

    async with serve_sandbox(app) as port:
        async with running(port):
            for person in EVERYBODY:
                people.say(person, "/subscribe 7:30 London")
            await until(sandbox, lambda: all("07:30" in " ".join(words(person)) for person in EVERYBODY))
            people.say(MOTHER, "/broadcast en: Hello all")
            await press(MOTHER, "ask")
            await press(TEACHER, "yes")
            await until(sandbox, lambda: button(TEACHER, "go") is not None)
        before = [got(person) for person in EVERYBODY]
        async with running(port):
            await press(TEACHER, "go")
            await until(sandbox, lambda: any("100 %" in text for text in words(MOTHER)))
    after = [got(person) for person in EVERYBODY]
    previews = len(pack.languages)
    assert sum(before) == previews + 1, "one in a hundred, at least one, had it before the restart"
    assert after == [1, 1, 1 + previews]
