from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from bot.storage.together import AT_A_TIME, Together
from tests.transport.turns import Turns


async def test_who_comes_while_a_call_runs_shares_the_next_one() -> None:
    calls: list[list[int]] = []
    gate = asyncio.Event()

    async def act(items: Sequence[int]) -> Sequence[int]:
        calls.append(list(items))
        await gate.wait()
        return [item * 2 for item in items]

    together = Together(act, largest=3)
    first = asyncio.create_task(together.put(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(together.put(number)) for number in (2, 3, 4, 5)]
    await asyncio.sleep(0)
    gate.set()
    assert [await task for task in (first, *others)] == [2, 4, 6, 8, 10]
    assert calls == [[1], [2, 3, 4], [5]]
    assert await together.put(6) == 12


async def test_an_error_reaches_everyone_in_that_call_and_nobody_else() -> None:
    async def act(items: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        if 13 in items:
            raise ValueError("unlucky")
        return items

    together = Together(act)
    answers = await asyncio.gather(*(together.put(number) for number in (1, 13, 3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError] * 3
    assert await together.put(4) == 4


async def test_who_stops_waiting_does_not_disturb_the_others() -> None:
    gate = asyncio.Event()

    async def act(items: Sequence[int]) -> Sequence[int]:
        await gate.wait()
        return items

    together = Together(act)
    tasks = [asyncio.create_task(together.put(number)) for number in (1, 2)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await tasks[0]
    assert await tasks[1] == 2


async def test_answers_of_a_large_call_are_given_a_few_at_a_time_and_in_order() -> None:
    turns = Turns()
    given: list[tuple[int, int]] = []

    async def act(items: Sequence[int]) -> Sequence[int]:
        return items

    together = Together(act)

    async def ask(number: int) -> None:
        await together.put(number)
        given.append((turns.count, number))

    await asyncio.gather(*(ask(number) for number in range(10 * AT_A_TIME)))
    turns.stop()
    assert [number for _, number in given] == list(range(10 * AT_A_TIME))
    assert max(Counter(turn for turn, _ in given).values()) <= AT_A_TIME
