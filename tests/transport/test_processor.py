import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from bot.transport.processor import PerChatProcessor
from tests.transport.updates import inline_query, membership, message
from tests.transport.virtual_time import now, run_virtual


async def cries(update: Update) -> bool:
    return update.message is not None and update.message.text == "help"


async def calm(_update: Update) -> bool:
    return False


class Bench:
    """A processor with a diary of what began, ended, overflowed and timed out, in order."""

    def __init__(self, **settings: Any) -> None:
        self.diary: list[tuple[str, int]] = []
        self.running = 0
        self.most_running = 0
        settings.setdefault("is_urgent", cries)
        settings.setdefault("on_overflow", self.note("overflow"))
        settings.setdefault("on_timeout", self.note("timeout"))
        self.processor = PerChatProcessor(**settings)
        self.tasks: list[asyncio.Task[None]] = []

    def note(self, word: str) -> Callable[[Update], Awaitable[None]]:
        async def write(update: Update) -> None:
            self.diary.append((word, update.update_id))

        return write

    def give(self, update: Update, seconds: float = 1.0) -> None:
        self.give_work(update, self._work(update.update_id, seconds))

    def give_work(self, update: object, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.create_task(self.processor.process_update(update, work)))

    async def _work(self, update_id: int, seconds: float) -> None:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.diary.append(("begin", update_id))
        try:
            await asyncio.sleep(seconds)
            self.diary.append(("end", update_id))
        finally:
            self.running -= 1

    async def all(self) -> list[tuple[str, int]]:
        await asyncio.gather(*self.tasks)
        return self.diary

    def ids(self, word: str) -> list[int]:
        return [update_id for said, update_id in self.diary if said == word]


def test_updates_of_one_chat_are_handled_one_after_the_other_in_order() -> None:
    async def main() -> None:
        bench = Bench()
        for update_id, seconds in enumerate([3.0, 0.1, 2.0]):
            bench.give(message(update_id), seconds)
        assert await bench.all() == [(word, i) for i in range(3) for word in ("begin", "end")]

    run_virtual(main())


def test_chats_are_handled_side_by_side() -> None:
    async def main() -> None:
        bench, start = Bench(), now()
        for chat in range(100):
            bench.give(message(chat, chat_id=chat + 1))
        await bench.all()
        assert bench.most_running == 100
        assert now() - start == pytest.approx(1.0)

    run_virtual(main())


def test_waiting_updates_of_one_chat_hold_no_slot() -> None:
    async def main() -> None:
        bench, start = Bench(slots=2, pending_per_chat=20), now()
        for update_id in range(10):
            bench.give(message(update_id, chat_id=1))
        bench.give(message(99, chat_id=2))
        done, _ = await asyncio.wait(bench.tasks, return_when=asyncio.FIRST_COMPLETED)
        assert bench.tasks[-1] in done
        assert now() - start == pytest.approx(1.0)
        await bench.all()

    run_virtual(main())


def test_slots_limit_how_many_ordinary_updates_run() -> None:
    async def main() -> None:
        bench = Bench(slots=3)
        for chat in range(10):
            bench.give(message(chat, chat_id=chat + 1))
        await bench.all()
        assert bench.most_running == 3

    run_virtual(main())


def test_a_flood_is_capped_and_told_once_a_burst() -> None:
    async def main() -> None:
        bench = Bench(pending_per_chat=3)
        for update_id in range(10):
            bench.give(message(update_id))
        await bench.all()
        assert bench.ids("end") == [0, 1, 2]
        assert bench.ids("overflow") == [3]
        for update_id in range(20, 30):
            bench.give(message(update_id))
        await bench.all()
        assert bench.ids("end") == [0, 1, 2, 20, 21, 22]
        assert bench.ids("overflow") == [3, 23]

    run_virtual(main())


def test_a_burst_ends_even_while_an_emergency_is_in_hand() -> None:
    async def main() -> None:
        bench = Bench(pending_per_chat=1)
        bench.give(message(50), 0.5)
        bench.give(message(100, text="help"), 9.0)
        await asyncio.sleep(1.0)
        for first in (1, 11):
            bench.give(message(first))
            bench.give(message(first + 1))
            await asyncio.sleep(3.0)
        await bench.all()
        assert bench.ids("overflow") == [2, 12]

    run_virtual(main())


def test_a_flood_in_one_chat_costs_another_nothing() -> None:
    async def main() -> None:
        bench = Bench(pending_per_chat=1)
        for update_id in range(5):
            bench.give(message(update_id, chat_id=1))
        bench.give(message(9, chat_id=2))
        await bench.all()
        assert bench.ids("end") == [0, 9]

    run_virtual(main())


def test_an_emergency_is_never_dropped_and_does_not_wait_for_the_chats_other_updates() -> None:
    async def main() -> None:
        bench, start = Bench(pending_per_chat=2), now()
        for update_id in range(8):
            bench.give(message(update_id), 5.0)
        bench.give(message(100, text="help"), 0.5)
        bench.give(message(101, text="help"), 0.5)
        await asyncio.gather(*bench.tasks[-2:])
        assert now() - start == pytest.approx(1.0)
        assert [i for i in bench.ids("end") if i >= 100] == [100, 101]
        await bench.all()

    run_virtual(main())


def test_an_emergency_does_not_wait_for_a_slot() -> None:
    async def main() -> None:
        bench, start = Bench(slots=1), now()
        for chat in range(5):
            bench.give(message(chat, chat_id=chat + 1), 5.0)
        bench.give(message(100, chat_id=50, text="help"), 0.5)
        await bench.tasks[-1]
        assert now() - start == pytest.approx(0.5)
        await bench.all()

    run_virtual(main())


def test_urgency_is_judged_before_the_cap_for_each_update_that_would_have_to_wait() -> None:
    judged: list[int] = []

    async def judge(update: Update) -> bool:
        judged.append(update.update_id)
        return False

    async def main() -> None:
        bench = Bench(is_urgent=judge, pending_per_chat=1)
        for update_id in range(5):
            bench.give(message(update_id))
        await bench.all()
        assert bench.ids("end") == [0]

    run_virtual(main())
    assert judged == [1, 2, 3, 4], "the first one has nothing in its way"


def test_while_one_is_judged_others_go_on_and_the_order_within_the_chat_is_kept() -> None:
    async def slowly(update: Update) -> bool:
        await asyncio.sleep(2.0)
        return await cries(update)

    async def main() -> None:
        bench = Bench(is_urgent=slowly)
        bench.give(message(1), 1.0)
        bench.give(message(2))
        bench.give(message(3, text="help"))
        bench.give(message(4, chat_id=6))
        await bench.all()
        assert bench.ids("begin") == [1, 4, 2, 3]
        assert bench.processor.chats_in_hand == 0

    run_virtual(main())


def test_a_broken_judge_lets_everything_pass() -> None:
    async def broken(_update: Update) -> bool:
        raise RuntimeError

    async def main() -> None:
        bench = Bench(is_urgent=broken, pending_per_chat=1)
        for update_id in range(4):
            bench.give(message(update_id))
        await bench.all()
        assert bench.ids("end") == [0, 1, 2, 3]

    run_virtual(main())


def test_a_failing_or_hanging_overflow_notice_stalls_nobody() -> None:
    async def fail(_update: Update) -> None:
        raise RuntimeError

    async def hang(_update: Update) -> None:
        await asyncio.Event().wait()

    async def main(notice: Callable[[Update], Awaitable[None]]) -> None:
        bench = Bench(on_overflow=notice, pending_per_chat=1, handler_timeout=10.0)
        for update_id in range(4):
            bench.give(message(update_id))
        await bench.all()
        bench.give(message(50))
        await bench.all()
        assert bench.ids("end") == [0, 50]
        assert bench.processor.chats_in_hand == 0

    run_virtual(main(fail))
    run_virtual(main(hang))


def test_a_hanging_handler_is_cut_and_the_chat_goes_on() -> None:
    async def main() -> None:
        bench, start = Bench(handler_timeout=4.0), now()
        bench.give(message(1), 1e9)
        bench.give(message(2))
        await bench.all()
        assert bench.diary == [("begin", 1), ("timeout", 1), ("begin", 2), ("end", 2)]
        assert now() - start == pytest.approx(5.0)

    run_virtual(main())


def test_the_time_of_waiting_does_not_count_against_a_handler() -> None:
    async def main() -> None:
        bench = Bench(handler_timeout=2.0, pending_per_chat=9)
        for update_id in range(9):
            bench.give(message(update_id), 1.5)
        await bench.all()
        assert bench.ids("end") == list(range(9))

    run_virtual(main())


def test_a_time_out_of_the_handlers_own_is_not_mistaken_for_ours() -> None:
    async def fail() -> None:
        raise TimeoutError("the database")

    async def main() -> None:
        bench = Bench()
        with pytest.raises(TimeoutError, match="the database"):
            await bench.processor.process_update(message(1), fail())
        assert bench.diary == []

    run_virtual(main())


def test_a_failing_handler_frees_its_chat() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    async def main() -> None:
        bench = Bench()
        with pytest.raises(ValueError, match="broken"):
            await bench.processor.process_update(message(1), fail())
        bench.give(message(2))
        await bench.all()
        assert bench.ids("end") == [2]
        assert bench.processor.chats_in_hand == 0

    run_virtual(main())


def test_an_update_cancelled_while_waiting_leaves_the_order_intact() -> None:
    async def main() -> None:
        bench = Bench()
        for update_id in range(4):
            bench.give(message(update_id))
        await asyncio.sleep(0.5)
        bench.tasks[2].cancel()
        await asyncio.gather(*bench.tasks, return_exceptions=True)
        assert bench.ids("end") == [0, 1, 3]
        assert bench.processor.chats_in_hand == 0

    run_virtual(main())


def test_no_chat_is_remembered_once_it_is_quiet() -> None:
    async def main() -> None:
        bench = Bench(pending_per_chat=1)
        for update_id in range(300):
            bench.give(message(update_id, chat_id=update_id % 100))
        await asyncio.sleep(0)
        assert bench.processor.chats_in_hand == 100
        await bench.all()
        assert bench.processor.chats_in_hand == 0

    run_virtual(main())


def test_a_notice_of_membership_is_not_dropped_with_the_flood() -> None:
    async def main() -> None:
        bench = Bench(pending_per_chat=1, is_urgent=calm)
        bench.give(message(1))
        bench.give(message(2))
        bench.give(membership(3))
        await bench.all()
        assert bench.ids("end") == [1, 3]

    run_virtual(main())


def test_inline_queries_do_not_queue_behind_the_chat() -> None:
    async def main() -> None:
        bench, start = Bench(is_urgent=calm), now()
        bench.give(message(1, chat_id=5), 9.0)
        bench.give(inline_query(2, user_id=5))
        await bench.tasks[-1]
        assert now() - start == pytest.approx(1.0)
        await bench.all()

    run_virtual(main())


def test_updates_without_chat_and_user_are_handled_too() -> None:
    async def main() -> None:
        bench = Bench(is_urgent=calm)
        bench.give(Update(update_id=1))
        bench.give_work("not an update", bench._work(2, 0.0))
        await bench.all()
        assert sorted(bench.ids("end")) == [1, 2]

    run_virtual(main())


@pytest.mark.parametrize("wrong", [{"pending_per_chat": 0}, {"slots": 0}, {"handler_timeout": 0}])
def test_limits_that_would_stop_everything_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        Bench(**wrong)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.floats(0.1, 20), st.floats(0, 3)), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_order_caps_and_emergencies_hold_for_every_traffic(
    traffic: list[tuple[int, bool, float, float]], cap: int, slots: int
) -> None:
    async def main() -> None:
        bench = Bench(pending_per_chat=cap, slots=slots, handler_timeout=10.0)
        for update_id, (chat, urgent, seconds, gap) in enumerate(traffic):
            bench.give(message(update_id, chat, "help" if urgent else "hello"), seconds)
            await asyncio.sleep(gap)
        await bench.all()
        begun, told = set(bench.ids("begin")), set(bench.ids("overflow"))
        assert set(bench.ids("end")) | set(bench.ids("timeout")) == begun
        assert not begun & told
        for update_id, (_, urgent, _, _) in enumerate(traffic):
            assert update_id in begun or not urgent
        for line in {(chat, urgent) for chat, urgent, _, _ in traffic}:
            order = [i for i in bench.ids("begin") if traffic[i][:2] == line]
            assert order == sorted(order)
        assert bench.processor.chats_in_hand == 0

    run_virtual(main())
