import asyncio

from bot.transport.turnstile import Turnstile
from tests.transport.turns import Turns


async def test_who_comes_alone_does_not_wait() -> None:
    turns, turnstile = Turns(), Turnstile()
    await turnstile.go_through()
    assert turns.count == 0
    turns.stop()


async def test_of_a_crowd_one_begins_in_each_turn_in_order_of_arrival() -> None:
    turns, turnstile = Turns(), Turnstile()
    passed: list[tuple[int, int]] = []

    async def come(number: int) -> None:
        await turnstile.go_through()
        passed.append((turns.count, number))

    await asyncio.gather(*(come(number) for number in range(50)))
    turns.stop()
    assert [number for _, number in passed] == list(range(50))
    assert len({turn for turn, _ in passed}) == 50


async def test_who_gives_up_keeps_nobody_waiting() -> None:
    turnstile, passed = Turnstile(), []

    async def come(number: int) -> None:
        await turnstile.go_through()
        passed.append(number)

    tasks = [asyncio.create_task(come(number)) for number in range(6)]
    await asyncio.sleep(0)
    for leaver in (tasks[1], tasks[3], tasks[5]):
        leaver.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert passed == [0, 2, 4]


async def test_it_opens_again_after_a_crowd() -> None:
    turnstile = Turnstile()
    await asyncio.gather(*(turnstile.go_through() for _ in range(3)))
    await asyncio.sleep(0)
    turns = Turns()
    await turnstile.go_through()
    assert turns.count == 0
    turns.stop()
