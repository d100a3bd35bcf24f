"""What Telegram and the network do on a bad day, and what becomes of the tips.

The transport, the pacer and the dispatcher are the real ones.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from telegram.ext import ExtBot

from bot.delivery.outcome import classify
from bot.storage.model import Outcome
from bot.transport.pacing import Pacer
from bot.transport.request import AiohttpRequest
from tests.delivery.house import House
from tests.faults.telegram import TOKEN, Telegram, running_telegram
from tests.faults.worker import Sender
from tests.handlers.conftest import VirtualTime

CHATS = range(1, 61)


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_telegram() as running:
        yield running


@pytest.fixture
async def house(telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A dispatcher that sends over a real connection, with sixty tips that are due; waiting takes no time."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    time = VirtualTime()
    request = AiohttpRequest()
    bot = ExtBot(
        TOKEN,
        base_url=telegram.url.replace("127.0.0.1", "localhost") + "/bot",
        request=request,
        get_updates_request=request,
        rate_limiter=Pacer(clock=time.clock, sleep=time.sleep),
    )
    await bot.initialize()
    house = House(sender=Sender(bot), meaning=classify)
    await house.subscribe(*CHATS)
    house.clock.move(hours=1, minutes=5)
    yield house
    await bot.shutdown()


async def deliver_for(house: House, *, minutes: int) -> Counter[str]:
    """Let the dispatcher work, looking for due tips every ten seconds; return how often each outcome came."""
    tally: Counter[str] = Counter()
    for _ in range(minutes * 6):
        tally += await house.dispatcher.run_once()
        house.clock.move(seconds=10)
    return tally


async def outcomes_of(house: House) -> Counter[Outcome | None]:
    return Counter([await house.last_outcome(chat_id) for chat_id in CHATS])


async def everybody_stays(house: House) -> bool:
    chats = [await house.store.chat_of(chat_id) for chat_id in CHATS]
    return all(chat is not None and chat.deactivated_at is None for chat in chats)


@pytest.mark.parametrize("kind", ["500", "502"])
async def test_one_server_error_in_ten_costs_that_tip_and_nobody_a_subscription(
    house: House, telegram: Telegram, kind: str
) -> None:
    telegram.order(kind, every=10, count=-1)
    tally = await deliver_for(house, minutes=5)
    assert tally == {"sent": 54, "uncertain": 6}
    assert max(telegram.taken.values()) == 1
    assert await everybody_stays(house)
    telegram.faults.clear()
    house.clock.move(days=1)
    assert (await deliver_for(house, minutes=5))["sent"] == 60, "tomorrow is another day for all"


async def test_a_connection_cut_before_the_message_was_taken_is_not_repeated(house: House, telegram: Telegram) -> None:
    telegram.order("cut_before", every=10, count=-1)
    assert await deliver_for(house, minutes=5) == {"sent": 54, "uncertain": 6}
    assert telegram.taken.total() == 54
    assert await everybody_stays(house)


async def test_a_connection_cut_after_the_message_was_taken_brings_no_second_one(
    house: House, telegram: Telegram
) -> None:
    telegram.order("cut_after", every=10, count=-1)
    assert await deliver_for(house, minutes=5) == {"sent": 54, "uncertain": 6}
    assert set(telegram.taken.values()) == {1}
    assert len(telegram.taken) == 60
    assert await everybody_stays(house)


@pytest.mark.parametrize("retry_after", [7, None])
async def test_a_storm_of_429_delays_tips_and_loses_none(
    house: House, telegram: Telegram, retry_after: int | None
) -> None:
    telegram.order("429", every=2, count=50, retry_after=retry_after)
    tally = await deliver_for(house, minutes=60)
    assert tally["sent"] == 60
    assert tally["later"] >= 10
    assert set(tally) == {"sent", "later"}
    assert set(telegram.taken.values()) == {1}
    assert await everybody_stays(house)


async def test_a_server_that_takes_a_message_and_never_answers_holds_up_nobody_else(
    house: House, telegram: Telegram
) -> None:
    telegram.order("hang_after", chat_id=7)
    telegram.order("hang", chat_id=8)
    assert await deliver_for(house, minutes=5) == {"sent": 58, "uncertain": 2}
    assert telegram.taken[7] == 1
    assert set(telegram.taken.values()) == {1}
    assert await everybody_stays(house)


async def test_a_minute_without_dns_delays_every_tip_and_loses_none(
    house: House, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    assert isinstance(house.sender, Sender)
    await house.sender.bot.request.shutdown()  # no name is remembered, and no connection stands
    await house.sender.bot.request.initialize()
    with monkeypatch.context() as outage:
        outage.setattr(type(asyncio.get_running_loop()), "getaddrinfo", fail)
        tally = await deliver_for(house, minutes=1)
        assert set(tally) == {"later"}
        assert not telegram.taken
    tally = await deliver_for(house, minutes=5)
    assert tally["sent"] == 60
    assert set(telegram.taken.values()) == {1}


async def test_who_blocked_the_bot_is_deactivated_at_once_and_only_those(house: House, telegram: Telegram) -> None:
    telegram.order("403", chat_id=7)
    assert await deliver_for(house, minutes=5) == {"sent": 59, "gone": 1}
    chat = await house.store.chat_of(7)
    assert chat is not None
    assert chat.reason == "blocked"
    assert (await outcomes_of(house))[Outcome.GONE] == 1
