import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.transport.polling import ALLOWED_UPDATES, Poller, WebhookIsSetError
from tests.transport.telegram_queue import TelegramQueue, bot_on
from tests.transport.updates import raw_message
from tests.transport.virtual_time import now, run_virtual

Process = Callable[[Update], Awaitable[None]]


class Handler:
    """Remembers what it handled; ``slow`` says how many seconds an update takes."""

    def __init__(self, slow: dict[int, float] | None = None) -> None:
        self.slow = slow or {}
        self.begun: list[int] = []
        self.handled: list[int] = []
        self.times: dict[int, float] = {}

    async def __call__(self, update: Update) -> None:
        self.begun.append(update.update_id)
        await asyncio.sleep(self.slow.get(update.update_id, 0.001))
        self.handled.append(update.update_id)
        self.times[update.update_id] = now()


def make(queue: TelegramQueue, process: Process, **settings_: Any) -> Poller:
    settings_.setdefault("jitter", lambda: 1.0)
    return Poller(bot_on(queue), queue, process, clock=now, **settings_)


async def run_for(poller: Poller, seconds: float, within: float = 8.0) -> None:
    running = asyncio.create_task(poller.run())
    await asyncio.sleep(seconds)
    await poller.stop(within)
    await running


def test_the_next_batch_is_fetched_while_the_last_few_of_a_full_one_are_handled() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler(dict.fromkeys(range(91, 101), 0.09))
        queue.put(*map(raw_message, range(1, 151)))
        await run_for(make(queue, handler), 1.0)
        assert sorted(handler.begun) == list(range(1, 151))
        assert handler.times[101] < handler.times[91]
        assert queue.confirmed == list(range(1, 151))

    run_virtual(main())


def test_an_update_is_confirmed_only_after_it_was_handled() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler({1: 3.0})
        queue.put(raw_message(1))
        running = asyncio.create_task((poller := make(queue, handler)).run())
        await asyncio.sleep(2.9)
        assert handler.begun == [1]
        assert queue.confirmed == []
        await asyncio.sleep(1.0)
        assert queue.confirmed == [1]
        await poller.stop()
        await running
        assert handler.begun == [1]

    run_virtual(main())


def test_polls_ask_for_the_updates_the_bot_handles_and_wait_long() -> None:
    async def main() -> None:
        queue = TelegramQueue()
        await run_for(make(queue, Handler()), 1.0)
        assert queue.polls[0] == {"limit": 100, "timeout": 25, "allowed_updates": list(ALLOWED_UPDATES)}

    run_virtual(main())


def test_a_slow_update_does_not_hold_up_later_ones_and_none_is_handled_twice() -> None:
    async def main() -> None:
        queue, handler, start = TelegramQueue(), Handler({1: 9.0}), now()
        queue.put(raw_message(1, chat_id=1), raw_message(2, chat_id=2))
        running = asyncio.create_task((poller := make(queue, handler)).run())
        for update_id in range(3, 9):
            await asyncio.sleep(1.0)
            queue.put(raw_message(update_id, chat_id=update_id))
        await asyncio.sleep(6.0)
        assert handler.times[8] - start < 7.0
        assert handler.begun == [1, 2, 3, 4, 5, 6, 7, 8]
        assert queue.confirmed == [1, 2, 3, 4, 5, 6, 7, 8]
        assert poller.counts.repeated > 0
        assert len(queue.polls) < 60
        await poller.stop()
        await running

    run_virtual(main())


def test_confirmed_updates_are_forgotten() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler()
        queue.put(*(raw_message(i, chat_id=i) for i in range(1, 1001)))
        poller = make(queue, handler)
        await run_for(poller, 30.0)
        assert len(handler.handled) == 1000
        assert poller.in_hand == 0
        assert len(poller._handled) <= 100

    run_virtual(main())


def test_a_killed_process_gets_again_what_it_had_not_finished() -> None:
    async def main() -> None:
        queue, first, second = TelegramQueue(), Handler({2: 60.0}), Handler()
        queue.put(*(raw_message(i, chat_id=i) for i in range(1, 5)))
        killed = asyncio.create_task(make(queue, first).run())
        await asyncio.sleep(5.0)
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        assert sorted(first.handled) == [1, 3, 4]
        await run_for(make(queue, second), 5.0)
        assert second.begun == [2, 3, 4]
        assert queue.confirmed == [1, 2, 3, 4]

    run_virtual(main())


MALFORMED: list[Any] = [
    {"update_id": 2, "message": {"message_id": 1}},
    {"update_id": 2, "message": "what a child wrote"},
    {"update_id": 2, "message": {**raw_message(2)["message"], "chat": []}},
    {"update_id": 2, "message": {"message_id": 1, "date": 1, "text": "what a child wrote"}},
    {"update_id": 2, "callback_query": 5},
    {"message": {"text": "what a child wrote"}},
    "what a child wrote",
    None,
]


@pytest.mark.parametrize("broken", MALFORMED)
def test_a_malformed_update_is_skipped_counted_and_never_quoted(
    broken: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def main() -> None:
        queue, handler = TelegramQueue(), Handler()
        queue.put(raw_message(1), broken, raw_message(3))
        poller = make(queue, handler)
        await run_for(poller, 5.0)
        assert sorted(handler.handled) == [1, 3]
        assert poller.counts.malformed == 1
        assert queue.pending == []

    run_virtual(main())
    assert "child" not in caplog.text
    assert "update-unreadable" in caplog.text or "update-without-id" in caplog.text


def test_an_update_without_an_id_alone_in_a_batch_is_no_spin() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler()
        queue.put("nonsense")
        running = asyncio.create_task((poller := make(queue, handler)).run())
        await asyncio.sleep(10.0)
        assert len(queue.polls) < 150
        queue.put(raw_message(1))
        await asyncio.sleep(1.0)
        assert handler.handled == [1]
        await poller.stop()
        await running

    run_virtual(main())


def test_a_failing_update_is_counted_and_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_update: Update) -> None:
        raise ValueError("what a child wrote")

    async def main() -> None:
        queue = TelegramQueue()
        queue.put(raw_message(1))
        poller = make(queue, fail)
        await run_for(poller, 2.0)
        assert (poller.counts.failed, queue.confirmed) == (1, [1])

    run_virtual(main())
    assert [vars(record)["error"] for record in caplog.records] == ["ValueError"]
    assert "child" not in caplog.text


def test_an_update_that_hangs_for_ever_is_let_go() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler({1: 1e9})
        queue.put(raw_message(1))
        poller = make(queue, handler, give_up_after=60.0)
        await run_for(poller, 70.0)
        assert (poller.counts.abandoned, queue.confirmed) == (1, [1])

    run_virtual(main())


def test_an_error_storm_is_survived_with_growing_pauses() -> None:
    async def main() -> None:
        queue, handler, start = TelegramQueue(), Handler(), now()
        storm: list[TelegramError] = [
            NetworkError("down"),
            TimedOut(),
            TelegramError("odd"),
            NetworkError("Bad Gateway"),
        ]
        queue.failures.extend(storm * 3)
        queue.put(raw_message(1))
        running = asyncio.create_task((poller := make(queue, handler)).run())
        await asyncio.sleep(300.0)
        assert handler.handled == [1]
        assert handler.times[1] - start == pytest.approx(1 + 2 + 4 + 8 + 16 + 30 * 7, abs=0.5)
        assert poller.counts.errors == 12
        await poller.stop()
        await running

    run_virtual(main())


def test_after_a_success_the_pauses_start_small_again() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler()
        queue.failures.extend([NetworkError("down")] * 4)
        queue.put(raw_message(1))
        running = asyncio.create_task((poller := make(queue, handler)).run())
        await asyncio.sleep(20.0)
        start = now()
        queue.failures.append(NetworkError("down"))
        queue.put(raw_message(2))
        await asyncio.sleep(20.0)
        assert handler.times[2] - start < 2.0
        await poller.stop()
        await running

    run_virtual(main())


def test_the_pause_that_telegram_asks_for_is_kept() -> None:
    async def main() -> None:
        queue, handler, start = TelegramQueue(), Handler(), now()
        queue.failures.append(RetryAfter(17))
        queue.put(raw_message(1))
        await run_for(make(queue, handler), 20.0)
        assert handler.times[1] - start == pytest.approx(17, abs=0.1)

    run_virtual(main())


@pytest.mark.parametrize(("drawn", "pause"), [(0.0, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_pauses_are_spread_by_the_jitter(drawn: float, pause: float) -> None:
    async def main() -> None:
        queue, handler, start = TelegramQueue(), Handler(), now()
        queue.failures.append(NetworkError("down"))
        queue.put(raw_message(1))
        await run_for(make(queue, handler, jitter=lambda: drawn), 5.0)
        assert handler.times[1] - start == pytest.approx(pause, abs=0.05)

    run_virtual(main())


def test_a_second_poller_is_named_in_the_log_and_polling_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler()
        queue.failures.append(Conflict("terminated by other getUpdates request"))
        queue.put(raw_message(1))
        await run_for(make(queue, handler), 5.0)
        assert handler.handled == [1]

    run_virtual(main())
    assert "another-process-polls" in caplog.text


def test_a_webhook_set_before_the_start_is_left_alone_and_named_without_its_path() -> None:
    async def main() -> None:
        queue = TelegramQueue()
        queue.webhook = "https://bot.example.org/secret-path"
        with pytest.raises(WebhookIsSetError, match=r"bot\.example\.org") as caught:
            await make(queue, Handler()).run()
        assert "secret-path" not in str(caught.value)
        assert queue.polls == []

    run_virtual(main())


def test_a_webhook_set_while_polling_ends_the_polling() -> None:
    async def main() -> None:
        queue = TelegramQueue()
        running = asyncio.create_task(make(queue, Handler()).run())
        await asyncio.sleep(1.0)
        queue.webhook = "https://bot.example.org/"
        queue.failures.append(Conflict("can't use getUpdates method while webhook is active"))
        queue.put(raw_message(1))
        await asyncio.sleep(26.0)
        with pytest.raises(WebhookIsSetError):
            await running

    run_virtual(main())


def test_a_wrong_token_ends_the_polling_and_stop_returns() -> None:
    async def main() -> None:
        queue = TelegramQueue()
        queue.failures.append(InvalidToken("Unauthorized"))
        poller = make(queue, Handler())
        with pytest.raises(InvalidToken):
            await poller.run()
        await poller.stop()

    run_virtual(main())


def test_silence_is_told_in_seconds_and_ends_with_an_answer() -> None:
    async def main() -> None:
        queue = TelegramQueue()
        queue.failures.extend([NetworkError("down")] * 20)
        poller = make(queue, Handler())
        running = asyncio.create_task(poller.run())
        await asyncio.sleep(100.0)
        assert poller.silent_for() == pytest.approx(100.0)
        queue.failures.clear()
        await asyncio.sleep(60.0)
        assert poller.silent_for() < 26.0
        await poller.stop()
        await running

    run_virtual(main())


def test_a_quiet_bot_is_not_silent() -> None:
    async def main() -> None:
        queue = TelegramQueue()
        poller = make(queue, Handler())
        running = asyncio.create_task(poller.run())
        for _ in range(100):
            await asyncio.sleep(10.0)
            assert poller.silent_for() < 26.0
        await poller.stop()
        await running

    run_virtual(main())


def test_stopping_finishes_what_is_in_hand_and_confirms_it() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler({1: 4.0})
        queue.put(raw_message(1), raw_message(2, chat_id=2))
        running = asyncio.create_task((poller := make(queue, handler)).run())
        await asyncio.sleep(1.0)
        assert poller.in_hand == 1
        queue.put(raw_message(3))
        stopping = asyncio.create_task(poller.stop(within=8.0))
        await asyncio.sleep(0)
        queue.put(raw_message(4))
        await asyncio.gather(stopping, running)
        assert {1, 2} <= set(handler.handled)
        assert queue.confirmed == sorted(handler.handled)
        assert [item["update_id"] for item in queue.pending] == [i for i in range(1, 5) if i not in handler.handled]

    run_virtual(main())


def test_stopping_cuts_what_takes_too_long_and_leaves_it_unconfirmed() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler({2: 100.0})
        queue.put(*(raw_message(i, chat_id=i) for i in range(1, 4)))
        running = asyncio.create_task((poller := make(queue, handler)).run())
        await asyncio.sleep(1.0)
        start = now()
        await poller.stop(within=2.0)
        await running
        assert now() - start < 2.5
        assert sorted(handler.handled) == [1, 3]
        assert [item["update_id"] for item in queue.pending] == [2, 3]

    run_virtual(main())


def test_stopping_does_not_wait_for_a_long_poll_or_a_pause() -> None:
    async def main() -> None:
        queue = TelegramQueue()
        start = now()
        await run_for(make(queue, Handler()), 1.0)
        queue.failures.extend([NetworkError("down")] * 20)
        await run_for(make(queue, Handler()), 50.0)
        assert now() - start < 52.0

    run_virtual(main())


def test_stopping_survives_a_dead_network() -> None:
    async def main() -> None:
        queue, handler = TelegramQueue(), Handler()
        queue.put(raw_message(1))
        running = asyncio.create_task((poller := make(queue, handler)).run())
        await asyncio.sleep(1.0)
        queue.failures.extend([TimedOut()] * 9)
        await poller.stop()
        await running
        assert handler.handled == [1]

    run_virtual(main())


def test_stopping_a_poller_that_never_ran_returns() -> None:
    async def main() -> None:
        await make(TelegramQueue(), Handler()).stop()

    run_virtual(main())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 0.5), st.sampled_from([0.001, 0.05, 0.3, 3.0, 9.0])), min_size=1, max_size=250),
    st.lists(st.sampled_from([NetworkError("down"), TimedOut(), Conflict("other")]), max_size=5),
)
def test_every_update_is_handled_exactly_once_and_confirmed_in_every_traffic(
    traffic: list[tuple[float, float]], failures: list[TelegramError]
) -> None:
    async def main() -> None:
        queue = TelegramQueue()
        handler = Handler({update_id: seconds for update_id, (_, seconds) in enumerate(traffic, 1)})
        queue.failures.extend(failures)
        running = asyncio.create_task((poller := make(queue, handler)).run())
        for update_id, (gap, _) in enumerate(traffic, 1):
            await asyncio.sleep(gap)
            queue.put(raw_message(update_id, chat_id=update_id))
        await asyncio.sleep(100.0)
        await poller.stop()
        await running
        assert handler.begun == list(range(1, len(traffic) + 1))
        assert sorted(handler.handled) == handler.begun
        assert queue.confirmed == handler.begun

    run_virtual(main())
