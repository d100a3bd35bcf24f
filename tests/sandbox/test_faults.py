from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.sandbox.flood import FloodGate, FloodLimits
from tests.sandbox.conftest import GROUP, NOON, TOKEN, YOUNG, Rig, until


async def texts(rig: Rig) -> list[str]:
    return [message.raw["text"] for message in rig.sandbox.world.chats[YOUNG].messages.values() if not message.incoming]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "429", "retry_after": 7}, RetryAfter),
        ({"kind": "429"}, NetworkError),
        ({"kind": "403"}, Forbidden),
        ({"kind": "400"}, BadRequest),
        ({"kind": "500"}, NetworkError),
        ({"kind": "502"}, NetworkError),
        ({"kind": "cut_before"}, NetworkError),
    ],
)
async def test_a_fault_refuses_so_often_as_ordered_and_nothing_is_sent(
    begun: Rig, fault: dict[str, object], error: type[Exception]
) -> None:
    answer = await begun.post("faults", {**fault, "method": "sendMessage", "count": 2})
    assert answer.status_code == 200
    for _ in range(2):
        with pytest.raises(error) as refused:
            await begun.bot.send_message(YOUNG, "lost")
        if isinstance(refused.value, RetryAfter):
            assert refused.value.retry_after == timedelta(seconds=7)
    await begun.bot.send_message(YOUNG, "sent")
    assert await texts(begun) == ["sent"]


async def test_a_connection_cut_afterwards_leaves_the_message_sent(begun: Rig) -> None:
    await begun.post("faults", {"kind": "cut_after", "method": "sendMessage"})
    with pytest.raises(NetworkError):
        await begun.bot.send_message(YOUNG, "taken")
    assert await texts(begun) == ["taken"]
    statuses = [call["status"] for call in (await begun.http.get("/sandbox/calls")).json()["calls"]]
    assert statuses[-1] == 0


@pytest.mark.parametrize(("kind", "taken"), [("hang", []), ("hang_after", ["hello"])])
async def test_a_hang_gives_no_answer_until_the_client_gives_up(begun: Rig, kind: str, taken: list[str]) -> None:
    await begun.post("faults", {"kind": kind, "method": "sendMessage"})
    with pytest.raises(TimedOut):
        await begun.bot.send_message(YOUNG, "hello", read_timeout=0.05)
    assert await texts(begun) == taken


async def test_a_hang_does_not_hold_up_the_shutdown(begun: Rig) -> None:
    await begun.post("faults", {"kind": "hang", "method": "getMe"})
    hanging = asyncio.ensure_future(begun.bot.get_me(read_timeout=30))
    await until(lambda: any(call.status == 0 for call in begun.sandbox.calls))
    await begun.sandbox.close()
    with pytest.raises(NetworkError):
        await hanging


async def test_a_fault_can_skip_hit_every_nth_and_one_chat_only(begun: Rig) -> None:
    await begun.post("faults", [{"kind": "500", "count": -1, "every": 3, "skip": 1, "chat_id": YOUNG}])
    results = []
    for _ in range(7):
        answer = await begun.call("sendMessage", chat_id=YOUNG, text="x")
        results.append(answer.status_code)
        assert (await begun.call("sendMessage", chat_id=GROUP, text="x")).status_code == 200
    assert results == [200, 200, 200, 500, 200, 200, 500]
    assert (await begun.http.get("/sandbox/faults")).json()["faults"][0]["seen"] == 7
    await begun.http.delete("/sandbox/faults")
    assert (await begun.call("sendMessage", chat_id=YOUNG, text="x")).status_code == 200


async def test_a_fault_for_all_methods_spares_the_polling(begun: Rig) -> None:
    await begun.post("faults", {"kind": "500", "method": "*", "count": -1})
    assert await begun.bot.get_updates() == ()
    with pytest.raises(NetworkError):
        await begun.bot.get_me()


async def test_a_malformed_update_stands_in_the_next_batch_among_good_ones(begun: Rig) -> None:
    begun.people.say(YOUNG, "before")
    await begun.post("faults", {"kind": "malformed_update"})
    await begun.post("updates", {"surprise": {"new": 1}})
    begun.people.say(YOUNG, "after")
    batch = (await begun.call("getUpdates")).json()["result"]
    assert [sorted(update)[0] for update in batch] == ["message", "message", "surprise", "message"]
    assert "chat" not in batch[1]["message"]
    with pytest.raises(KeyError):
        await begun.bot.get_updates()


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        ({"kind": "earthquake"}, "kind is one of"),
        ({"kind": "500", "times": 3}, "no field 'times'"),
        ({"kind": "500", "count": "often"}, "count is a whole number"),
        ({"kind": "500", "every": 0}, "every is at least 1"),
        (3, "a fault is a JSON object"),
    ],
)
async def test_a_wrong_order_is_one_clear_sentence(rig: Rig, order: object, complaint: str) -> None:
    answer = await rig.post("faults", order)
    assert answer.status_code == 400
    assert complaint in answer.json()["error"]


async def test_the_strict_limit_lets_30_a_second_through_and_then_names_a_wait(rig: Rig) -> None:
    await rig.post("limits", {"mode": "strict"})
    people = [{"id": 1000 + number, "first_name": "P", "started": True} for number in range(32)]
    await rig.post("people", people)
    statuses = [(await rig.call("sendMessage", chat_id=person["id"], text="x")) for person in people]
    assert [answer.status_code for answer in statuses] == [200] * 30 + [429] * 2
    assert statuses[-1].json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    await rig.post("clock", {"advance_seconds": 1})
    assert (await rig.call("sendMessage", chat_id=1031, text="x")).status_code == 200
    assert (await rig.http.get("/sandbox/calls")).json()["refused_for_flood"] == 2


async def test_wrong_limits_are_one_clear_sentence(rig: Rig) -> None:
    for limits in ({"mode": "soft"}, {"overall": 0}, {"speed": 3}, 3):
        answer = await rig.post("limits", limits)
        assert answer.status_code == 400
        assert answer.json()["error"]


def moments(count: int, seconds: float) -> list[datetime]:
    return [NOON + timedelta(seconds=seconds * number) for number in range(count)]


def test_an_even_29_a_second_is_never_refused_in_either_mode() -> None:
    for mode in ("strict", "bucket"):
        gate = FloodGate(FloodLimits(mode))
        assert [gate.check(number + 1, now) for number, now in enumerate(moments(600, 1 / 29))] == [None] * 600


def test_an_even_31_a_second_is_refused_at_some_time_in_either_mode() -> None:
    for mode in ("strict", "bucket"):
        gate = FloodGate(FloodLimits(mode))
        assert any(gate.check(number + 1, now) for number, now in enumerate(moments(2000, 1 / 31)))


def test_one_chat_gets_one_a_second_strictly_and_a_small_burst_from_the_bucket() -> None:
    strict, bucket = FloodGate(FloodLimits("strict")), FloodGate(FloodLimits("bucket"))
    assert [strict.check(7, NOON) for _ in range(4)] == [None, 1, 1, 1]
    assert [bucket.check(7, NOON) for _ in range(4)] == [None, None, None, 1]
    later = NOON + timedelta(seconds=1)
    assert (strict.check(7, later), bucket.check(7, later)) == (None, None)


def test_a_group_gets_twenty_a_minute() -> None:
    gate = FloodGate(FloodLimits("strict", chat=100))
    assert [gate.check(-7, NOON + timedelta(seconds=number)) for number in range(20)] == [None] * 20
    assert gate.check(-7, NOON + timedelta(seconds=20)) == 40
    assert gate.check(-7, NOON + timedelta(seconds=59)) == 1
    assert gate.check(-7, NOON + timedelta(seconds=60)) is None


def test_switched_off_nothing_is_refused() -> None:
    gate = FloodGate(FloodLimits())
    assert [gate.check(7, NOON) for _ in range(100)] == [None] * 100


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=200))
def test_no_second_ever_holds_more_than_the_strict_limit(gaps: list[float]) -> None:
    gate = FloodGate(FloodLimits("strict", overall=5, chat=5))
    now, passed = NOON, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if gate.check(7, now) is None:
            passed.append(now)
    for moment in passed:
        assert sum(moment - timedelta(seconds=1) < other <= moment for other in passed) <= 5


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=200))
def test_who_waits_as_long_as_told_is_let_through(gaps: list[float]) -> None:
    for mode in ("strict", "bucket"):
        gate = FloodGate(FloodLimits(mode, overall=5, chat=2))
        now = NOON
        for gap in gaps:
            now += timedelta(seconds=gap)
            wait = gate.check(7, now)
            if wait is not None:
                now += timedelta(seconds=wait)
                assert gate.check(7, now) is None


async def test_a_foreign_website_cannot_give_orders(rig: Rig) -> None:
    answer = await rig.http.post("/sandbox/faults", json={"kind": "500"}, headers={"origin": "https://example.org"})
    assert answer.status_code == 403
    answer = await rig.http.get("/sandbox/state", headers={"host": "example.org"})
    assert answer.status_code == 400


async def test_a_client_that_goes_away_in_a_long_poll_does_no_harm(rig: Rig) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await rig.http.get(f"/bot{TOKEN}/getUpdates", params={"timeout": 30}, timeout=0.05)
    rig.people.say(YOUNG, "hello")
    assert len(await rig.bot.get_updates()) == 1
