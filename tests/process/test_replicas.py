"""Two replicas behind one webhook on PostgreSQL: when one is killed, nothing is lost and nothing comes twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest

from bot.storage.model import Due, SubscriptionChoice
from bot.storage.sql import open_store
from tests.process.conftest import MOTHER, TOKEN, YOUNG, LocalTelegram, Start, free_port, until
from tests.process.test_operation import event
from tests.storage.postgres import missing, running_server

PEOPLE = (MOTHER, YOUNG)


@pytest.fixture
def postgres() -> Iterator[str]:
    with ExitStack() as stack:
        try:
            address = stack.enter_context(running_server())
        except Exception as error:  # noqa: BLE001  # whatever it is, the test says so
            missing(error)
        yield address


@asynccontextmanager
async def balancer(ports: list[int]) -> AsyncIterator[int]:
    """Pass each connection on to the replicas in turn, past those that do not listen."""
    turns = count()
    open_ends: set[asyncio.StreamWriter] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(65536):
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(turns)
        for step in range(len(ports)):
            try:
                there, back = await asyncio.open_connection("127.0.0.1", ports[(first + step) % len(ports)])
            except OSError:
                continue
            ends = {writer, back}
            open_ends.update(ends)
            await asyncio.gather(carry(reader, back), carry(there, writer))
            open_ends.difference_update(ends)
            return
        writer.close()

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for end in [*open_ends]:
            end.close()
            with suppress(ConnectionError):
                await end.wait_closed()


async def leads(http: httpx.AsyncClient, port: int) -> bool:
    with suppress(httpx.TransportError):
        text = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
        return re.search(r"^mamori_dispatcher_lead 1\.0$", text, re.MULTILINE) is not None
    return False


async def test_the_one_that_is_left_answers_and_delivers_each_tip_once(
    start: Start, telegram: LocalTelegram, postgres: str
) -> None:
    ports = [free_port(), free_port()]
    async with balancer(ports) as public, httpx.AsyncClient(trust_env=False) as http:
        common = {
            "BOT_TOKEN": TOKEN,
            "BOT_API_URL": telegram.address,
            "BOT_DATABASE_URL": postgres,
            "BOT_WEBHOOK_URL": f"http://127.0.0.1:{public}/telegram",
            "BOT_WEBHOOK_SECRET": "a-secret",
            "BOT_LOG_FORMAT": "json",
        }
        replicas = [await start("run", **common, BOT_LISTEN=f"127.0.0.1:{port}") for port in ports]
        for replica in replicas:
            await event(replica, "bot-started")
        secret = common["BOT_WEBHOOK_SECRET"]
        await telegram.call("setWebhook", url=common["BOT_WEBHOOK_URL"], secret_token=secret)
        for asked in range(1, 3):
            for person in PEOPLE:
                await telegram.act("say", text="what is grooming", person=person)
                await telegram.answer(asked, person)

        async def leader() -> int | None:
            found = [number for number, port in enumerate(ports) if await leads(http, port)]
            return found[0] if len(found) == 1 else None

        killed = await until(leader)
        replicas[killed].process.kill()
        await replicas[killed].process.wait()
        before = {person: len(await telegram.answers(person)) for person in PEOPLE}
        assert set(before.values()) == {2}, "no answer came twice"
        store, now = await open_store(postgres), datetime.now(UTC)
        for person in PEOPLE:
            await store.subscribe(person, SubscriptionChoice(hour=now.hour), Due(now, now.date()), now)
        for person in PEOPLE:
            await telegram.answer(3, person)
            await telegram.act("say", text="what is grooming", person=person)
            await telegram.answer(4, person)
        assert await replicas[1 - killed].stop() == 0
        assert {person: len(await telegram.answers(person)) for person in PEOPLE} == dict.fromkeys(PEOPLE, 4)
        for person in PEOPLE:
            assert len(await store.deliveries_of(person)) == 1
        await store.close()
