import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import Forbidden, RetryAfter, TelegramError

from bot.transport.fate import retry_seconds
from bot.transport.pacing import BROADCAST, REPLY, URGENT, Pacer
from tests.transport.turns import Turns
from tests.transport.virtual_time import now, run_virtual

LATENCY = 0.05


class Server:
    """Takes requests through a pacer, notes when each left, and refuses as told."""

    def __init__(self, **settings: Any) -> None:
        self.pacer = Pacer(clock=now, **settings)
        self.left: list[tuple[float, int, str]] = []
        self.refusals: dict[int, list[TelegramError]] = {}
        self.limit: int | None = None

    async def _take(self, chat_id: int, lane: str) -> bool:
        self.left.append((now(), chat_id, lane))
        await asyncio.sleep(LATENCY)
        if self.refusals.get(chat_id):
            raise self.refusals[chat_id].pop(0)
        if self.limit is not None and sum(1 for at, _, _ in self.left if at > now() - LATENCY - 1.0) > self.limit:
            raise RetryAfter(timedelta(seconds=1))
        return True

    async def send(self, chat_id: int, lane: str | None = None, endpoint: str = "sendMessage") -> float:
        """Send; gives the seconds from the call to the answer."""
        start = now()
        data = {"chat_id": chat_id, "text": "hello"}
        await self.pacer.process_request(self._take, (chat_id, lane or REPLY), {}, endpoint, data, lane)
        return now() - start

    def times(self, lane: str) -> list[float]:
        return [at for at, _, sent_lane in self.left if sent_lane == lane]

    def refuse(self, chat_id: int, seconds: float, times: int = 1) -> None:
        self.refusals.setdefault(chat_id, []).extend([RetryAfter(timedelta(seconds=seconds)) for _ in range(times)])


def broadcast(server: Server, count: int, first: int = 10_000) -> list[asyncio.Task[float]]:
    return [asyncio.create_task(server.send(first + i, BROADCAST)) for i in range(count)]


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def test_a_broadcast_at_the_cap_meets_no_refusal_from_a_strict_server() -> None:
    async def main() -> None:
        server, start = Server(), now()
        server.limit = 30
        await asyncio.gather(*broadcast(server, 29 * 60))
        assert server.pacer.counts.refusals == 0
        assert 29 * 60 / (now() - start) >= 0.96 * 30

    run_virtual(main())


async def test_broadcasts_that_may_catch_up_leave_in_one_turn_of_the_loop_each() -> None:
    late = 0.0
    pacer, turns, left = Pacer(rate=1000, clock=lambda: now() + late), Turns(), []

    async def take(chat_id: int) -> bool:
        left.append((turns.count, chat_id))
        return True

    def send(chat_id: int) -> asyncio.Task[Any]:
        data = {"chat_id": chat_id, "text": "hello"}
        return asyncio.create_task(pacer.process_request(take, (chat_id,), {}, "sendMessage", data, BROADCAST))

    await send(0)
    late = 0.12  # as when something else held the loop
    await asyncio.gather(*(send(chat_id) for chat_id in range(1, 30)))
    turns.stop()
    assert [chat_id for _, chat_id in left] == list(range(30))
    assert len({turn for turn, _ in left}) == 30


def test_replies_take_no_longer_while_a_broadcast_runs() -> None:
    async def main() -> None:
        server, chance = Server(), random.Random(7)  # noqa: S311 -- a reproducible traffic, no secret
        server.limit = 30
        sending = broadcast(server, 29 * 60)
        took: list[float] = []
        for i in range(300):
            await asyncio.sleep(chance.expovariate(5))
            took.append(await server.send(i + 1))
        assert p99(took) <= 1.5 * LATENCY
        assert len(server.times(BROADCAST)) > 300
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    run_virtual(main())


def test_a_crowd_of_replies_is_not_paced_overall() -> None:
    async def main() -> None:
        server = Server()
        took = await asyncio.gather(*(server.send(i + 1) for i in range(500)))
        assert max(took) == pytest.approx(LATENCY)

    run_virtual(main())


def test_replies_to_one_chat_have_a_small_burst_and_then_one_a_second() -> None:
    async def main() -> None:
        server, start = Server(burst=4), now()
        await asyncio.gather(*(server.send(1) for _ in range(7)))
        assert [round(at - start) for at in server.times(REPLY)] == [0, 0, 0, 0, 1, 2, 3]

    run_virtual(main())


def test_broadcasts_to_one_chat_are_a_second_apart_and_no_reply_waits_for_them() -> None:
    async def main() -> None:
        server, start = Server(burst=4), now()
        sending = [asyncio.create_task(server.send(1, BROADCAST)) for _ in range(3)]
        await asyncio.sleep(0)
        assert await server.send(1) == pytest.approx(LATENCY)
        await asyncio.gather(*sending)
        assert [round(at - start, 1) for at in server.times(BROADCAST)] == [0, 1, 2]

    run_virtual(main())


def test_a_reply_waits_for_its_chats_pace_no_longer_than_its_patience() -> None:
    async def main() -> None:
        server = Server(reply_patience=5.0)
        took = await asyncio.gather(*(server.send(-100) for _ in range(25)))
        assert max(took) == pytest.approx(5.0 + LATENCY)

    run_virtual(main())


def test_broadcasts_to_a_group_keep_to_twenty_a_minute() -> None:
    async def main() -> None:
        server, start = Server(broadcast_patience=1000.0), now()
        await asyncio.gather(*(server.send(-100, BROADCAST) for _ in range(45)))
        times = [at - start for at in server.times(BROADCAST)]
        assert sum(1 for at in times if at < 59.9) == 20
        assert sum(1 for at in times if at < 119.9) == 40

    run_virtual(main())


@pytest.mark.parametrize(
    "endpoint", ["answerCallbackQuery", "getMe", "sendChatAction", "deleteMessage", "setMyCommands"]
)
def test_answers_to_buttons_signs_and_getters_are_not_paced(endpoint: str) -> None:
    async def main() -> None:
        server = Server(burst=1)
        await server.send(1)
        sending = broadcast(server, 50)
        took = await asyncio.gather(*(server.send(1, endpoint=endpoint) for _ in range(20)))
        assert max(took) == pytest.approx(LATENCY)
        await asyncio.gather(*sending)

    run_virtual(main())


def test_a_refused_reply_is_tried_once_more_after_a_short_pause() -> None:
    async def main() -> None:
        server = Server()
        server.refuse(1, 3)
        assert await server.send(1) == pytest.approx(3 + 2 * LATENCY)

    run_virtual(main())


def test_a_reply_refused_twice_or_for_long_is_given_back() -> None:
    async def main() -> None:
        server = Server(reply_patience=5.0)
        server.refuse(1, 2, times=2)
        server.refuse(2, 60)
        with pytest.raises(RetryAfter):
            await server.send(1)
        with pytest.raises(RetryAfter):
            await server.send(2)
        assert len(server.left) == 3

    run_virtual(main())


def test_a_refusal_of_one_chat_holds_that_chat_only() -> None:
    async def main() -> None:
        server, start = Server(), now()
        server.refuse(1, 60)
        with pytest.raises(RetryAfter):
            await server.send(1)
        with pytest.raises(RetryAfter) as caught:
            await server.send(1)
        assert retry_seconds(caught.value) == 60
        assert len(server.left) == 1, "what Telegram would refuse anyway is not asked"
        assert (server.pacer.counts.refusals, server.pacer.counts.asked_to_wait) == (1, 60)
        assert await server.send(2) == pytest.approx(LATENCY)
        await asyncio.gather(*broadcast(server, 29))
        assert now() - start < 2.0
        await asyncio.sleep(60.0)
        assert await server.send(1) == pytest.approx(LATENCY)

    run_virtual(main())


def test_a_broadcast_to_a_held_chat_is_given_back_and_the_others_go_on() -> None:
    async def main() -> None:
        server = Server()
        server.refuse(1, 20)
        with pytest.raises(RetryAfter):
            await server.send(1)
        start = now()
        others = broadcast(server, 10)
        with pytest.raises(RetryAfter):
            await server.send(1, BROADCAST)
        await asyncio.gather(*others)
        assert now() - start < 1.0

    run_virtual(main())


def test_a_general_refusal_holds_broadcasts_for_what_telegram_asked_and_replies_not_at_all() -> None:
    async def main() -> None:
        server, start = Server(), now()
        server.refuse(10_005, 11)
        sending = broadcast(server, 29 * 5)
        await asyncio.sleep(2.0)
        assert server.pacer.counts.general_refusals == 1
        took = []
        for chat in range(1, 80):
            took.append(await server.send(chat))
            await asyncio.sleep(0.05)
        took.append(await server.send(10_005))
        assert max(took) == pytest.approx(LATENCY), "nor is the chat that was hit made to wait"
        results = await asyncio.gather(*sending, return_exceptions=True)
        assert [type(result) for result in results].count(RetryAfter) == 1
        pause_began = start + 5 / 29 + LATENCY
        resumed = min(at for at in server.times(BROADCAST) if at > pause_began + 0.05)
        assert resumed == pytest.approx(pause_began + 11, abs=0.1)

    run_virtual(main())


def test_several_refused_chats_mean_the_bot_is_refused() -> None:
    async def main() -> None:
        server = Server()
        for chat in (1, 2):
            server.refuse(chat, 10)
            with pytest.raises(RetryAfter):
                await server.send(chat)
        assert server.pacer.counts.general_refusals == 1
        start = now()
        await asyncio.gather(*broadcast(server, 1))
        assert now() - start == pytest.approx(10, abs=0.2)

    run_virtual(main())


def test_refusals_far_apart_are_each_about_their_chat() -> None:
    async def main() -> None:
        server = Server()
        for chat in (1, 2, 3):
            server.refuse(chat, 10)
            with pytest.raises(RetryAfter):
                await server.send(chat)
            await asyncio.sleep(6.0)
        assert server.pacer.counts.general_refusals == 0

    run_virtual(main())


def test_broadcasts_behind_a_long_pause_are_given_back_and_not_kept_waiting() -> None:
    async def main() -> None:
        server, start = Server(broadcast_patience=30.0), now()
        server.refuse(10_000, 300)
        results = await asyncio.gather(*broadcast(server, 100), return_exceptions=True)
        assert now() - start < 1.0
        assert sum(isinstance(result, RetryAfter) for result in results) > 90
        assert len(server.left) < 10, "what was given back was not sent"
        assert server.pacer.waiting_broadcasts == 0

    run_virtual(main())


def test_an_urgent_reply_never_waits_not_even_for_a_held_chat() -> None:
    async def main() -> None:
        server = Server(burst=1)
        server.refuse(1, 60)
        with pytest.raises(RetryAfter):
            await server.send(1)
        took = [await server.send(1, URGENT) for _ in range(3)]
        assert max(took) == pytest.approx(LATENCY)

    run_virtual(main())


def test_other_errors_pass_through_untouched_and_hold_nothing() -> None:
    async def main() -> None:
        server = Server()
        for lane in (REPLY, BROADCAST):
            server.refusals[1] = [Forbidden("Forbidden: bot was blocked by the user")]
            with pytest.raises(Forbidden):
                await server.send(1, lane)
        assert await server.send(1) == pytest.approx(LATENCY)
        assert server.pacer.counts.refusals == 0

    run_virtual(main())


def test_a_cancelled_broadcast_gives_its_turn_to_the_next() -> None:
    async def main() -> None:
        server, start = Server(), now()
        sending = broadcast(server, 30)
        await asyncio.sleep(0.1)
        for task in sending[:-1]:
            task.cancel()
        await sending[-1]
        assert now() - start < 0.25
        await asyncio.gather(*sending, return_exceptions=True)

    run_virtual(main())


def test_an_unknown_lane_is_refused_by_name() -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="'fast'"):
            await Server().send(1, "fast")

    run_virtual(main())


@pytest.mark.parametrize("chat_id", ["-100", "@name", None])
def test_chat_ids_come_as_text_or_not_at_all_too(chat_id: str | None) -> None:
    async def main() -> int:
        pacer, sent = Pacer(clock=now, broadcast_patience=1.0), 0

        async def take() -> bool:
            return True

        for _ in range(25):
            try:
                await pacer.process_request(take, (), {}, "sendMessage", {"chat_id": chat_id}, BROADCAST)
                sent += 1
            except RetryAfter:
                break
        return sent

    assert run_virtual(main()) == (25 if chat_id is None else 20)


def test_broadcasts_that_wait_are_let_go_as_not_sent_and_replies_go_on() -> None:
    async def main() -> None:
        server, start = Server(), now()
        server.refuse(1, 25)
        with pytest.raises(RetryAfter):
            await server.send(1, BROADCAST)
        held = broadcast(server, 20)  # behind the pause that Telegram asked for
        twice = [asyncio.create_task(server.send(2, BROADCAST)) for _ in range(2)]  # one waits for its chat's pace
        await asyncio.sleep(1)
        server.pacer.let_go()
        server.pacer.let_go()
        ended = await asyncio.gather(*held, *twice, return_exceptions=True)
        assert {type(end) for end in ended} == {RetryAfter}
        assert now() - start < 2
        with pytest.raises(RetryAfter):
            await server.send(3, BROADCAST)
        assert server.times(BROADCAST) == [start]
        assert await server.send(4) == pytest.approx(LATENCY)
        assert server.pacer.waiting_broadcasts == 0

    run_virtual(main())


def test_a_broadcast_that_is_cancelled_while_it_waits_is_cancelled() -> None:
    async def main() -> None:
        server = Server(rate=1)
        sending = broadcast(server, 3)
        await asyncio.sleep(0.5)
        sending[1].cancel()
        ended = await asyncio.gather(*sending, return_exceptions=True)
        assert [type(end) for end in ended] == [float, asyncio.CancelledError, float]

    run_virtual(main())
