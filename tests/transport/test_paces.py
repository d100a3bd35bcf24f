import bisect
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.transport.paces import ChatPace, LanePace, is_group

Times = list[float]

moments = st.lists(st.floats(0, 30), min_size=1, max_size=120).map(sorted)


def most_within(times: Times, window: float) -> int:
    """The largest number of times in any half-open window of that length."""
    return max((sum(1 for other in times if start <= other < start + window) for start in times), default=0)


def send_all(lane: LanePace, arrivals: Times, replies: Times, late: Times) -> Times:
    """Play a queue of broadcasts against a lane; ``late`` are the seconds by which each wake-up is late."""
    sent: Times = []
    now, events = 0.0, list(replies)
    lateness = iter(late * (len(arrivals) * 50))
    for arrival in arrivals:
        now = max(now, arrival)
        while True:
            while events and events[0] <= now:
                reply = events.pop(0)
                lane.note_reply(reply)
                lane.note_answer(reply, reply)
            wait = lane.wait(now)
            if wait <= 0:
                break
            wake = now + wait + next(lateness, 0.0)
            now = min([wake, *events[:1]]) if events else wake
        lane.note_broadcast(now)
        lane.note_answer(now, now)
        sent.append(now)
    return sent


def arrivals_of(lane: LanePace, count: int, ways: Times) -> Times:
    """Play a queue of broadcasts of which each arrives after its way, and is answered 50 ms after it arrived."""
    arrived: Times = []
    answers: list[tuple[float, float]] = []
    now = 0.0
    for way in itertools.islice(itertools.cycle(ways), count):
        while True:
            while answers and answers[0][0] <= now:
                at, left = answers.pop(0)
                lane.note_answer(left, at)
            if (wait := lane.wait(now)) <= 0:
                break
            now = min([now + wait, *(at for at, _ in answers[:1])])
        lane.note_broadcast(now)
        arrived.append(now + way)
        bisect.insort(answers, (now + way + 0.05, now))
    return sorted(arrived)


@settings(deadline=None)
@given(st.lists(st.floats(0, 0.4), max_size=80).map(lambda ways: [0.0, *ways]))
def test_no_second_of_telegrams_is_too_full_however_long_the_way(ways: Times) -> None:
    arrived = arrivals_of(LanePace(29), 200, ways)
    assert most_within(arrived, 0.999999) <= 30


def test_the_full_rate_is_kept_when_the_way_is_long_but_steady() -> None:
    arrived = arrivals_of(LanePace(29), 29 * 20, [0.2])
    assert 29 * 20 / (arrived[-1] - arrived[0]) >= 0.96 * 30


@settings(deadline=None)
@given(moments, moments, st.lists(st.floats(0, 0.3), min_size=1, max_size=5), st.sampled_from([0.5, 1, 5, 28.8, 29]))
def test_broadcasts_never_exceed_the_rate_in_any_second(
    arrivals: Times, replies: Times, late: Times, rate: float
) -> None:
    sent = send_all(LanePace(rate), arrivals, replies, late)
    assert most_within(sent, 1.0) <= math.ceil(rate)


@settings(deadline=None)
@given(moments, st.lists(st.floats(0, 0.3), min_size=1, max_size=5))
def test_broadcasts_are_evenly_spread_and_never_burst_after_a_stall(arrivals: Times, late: Times) -> None:
    sent = send_all(LanePace(29), arrivals, [], late)
    for first, start in enumerate(sent):
        for count, at in enumerate(itertools.islice(sent, first, first + 29), 1):
            assert count <= 29 * (at - start + 0.1501) + 1


def test_the_full_rate_is_kept_while_nobody_writes() -> None:
    sent = send_all(LanePace(29), [0.0] * 29 * 60, [], [0.0005])
    assert 29 * 60 / (sent[-1] - sent[0]) >= 0.96 * 30


def test_a_thousand_a_second_are_kept_with_timers_that_are_a_millisecond_late() -> None:
    sent = send_all(LanePace(1000), [0.0] * 5000, [], [0.001])
    assert 5000 / (sent[-1] - sent[0]) >= 999
    assert most_within(sent[:2500], 1.0) <= 1000 * 59 / 58


def test_what_a_stall_at_telegrams_end_costs_is_made_up_for_where_there_is_room() -> None:
    usual, stalled = 0.001, [(100 - n) / 1000 for n in range(100)]
    arrived = arrivals_of(LanePace(1000), 20_000, [*[usual] * 5_000, *stalled, *[usual] * 20_000])
    assert 20_000 / (arrived[-1] - arrived[0]) >= 999
    assert most_within(arrived[4_800:7_500], 1.0) <= 1000 * 30 / 29


@pytest.mark.parametrize("replies_per_second", [1, 3, 5])
def test_broadcasts_give_way_so_that_all_together_stay_below_telegrams_limit(replies_per_second: int) -> None:
    replies = [2.0 + i / replies_per_second for i in range(20 * replies_per_second)]
    sent = send_all(LanePace(29), [0.0] * 400, replies, [0.0])
    assert most_within(sorted([*sent, *replies]), 1.0) <= 30
    assert most_within([at for at in sent if 5 < at < 10], 1.0) >= 29 - 2 * replies_per_second - 4


def test_a_flood_of_replies_leaves_broadcasts_a_fifth_of_the_rate() -> None:
    replies = [i / 200 for i in range(200 * 20)]
    sent = send_all(LanePace(30), [1.0] * 60, replies, [0.0])
    assert 60 / (sent[-1] - sent[0]) == pytest.approx(6, rel=0.1)


def test_a_held_lane_goes_on_at_the_even_pace_and_not_later() -> None:
    lane = LanePace(29)
    lane.hold(7.0)
    lane.hold(3.0)
    assert lane.held_for(2.0) == 5.0
    sent = send_all(lane, [0.0] * 29, [], [0.0])
    assert sent[0] == pytest.approx(7.0, abs=0.001)
    assert sent[-1] == pytest.approx(7.0 + 28 / 29, abs=0.02)
    assert lane.held_for(8.0) == 0.0


@settings(deadline=None)
@given(moments, st.integers(1, 5))
def test_a_private_chat_gets_one_a_second_after_its_burst(asked: Times, burst: int) -> None:
    pace = ChatPace(burst=burst)
    booked = [pace.book(5, at) for at in asked]
    assert booked == sorted(booked)
    assert all(at >= when for at, when in zip(booked, asked, strict=True))
    for window in (1, 3, 10):
        assert most_within(booked, window - 0.001) <= burst + window - 1


@settings(deadline=None)
@given(st.lists(st.floats(0, 300), min_size=1, max_size=90).map(sorted))
def test_a_group_gets_twenty_in_any_minute(asked: Times) -> None:
    pace = ChatPace()
    booked = [pace.book(-100, at) for at in asked]
    assert most_within(booked, 59.999) <= 20


def test_chats_do_not_wait_for_each_other() -> None:
    pace = ChatPace(burst=1)
    assert [pace.book(chat, 1.0) for chat in range(1, 1000)] == [1.0] * 999


def test_a_burst_is_whole_again_after_a_rest() -> None:
    pace = ChatPace(burst=2)
    assert [pace.book(1, 0.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert [pace.book(1, 10.0) for _ in range(3)] == [10.0, 10.0, 11.0]


def test_a_chat_is_held_for_the_longest_pause_asked_for() -> None:
    pace = ChatPace()
    pace.hold(1, 10.0)
    pace.hold(1, 5.0)
    assert (pace.held_for(1, 4.0), pace.held_for(1, 11.0), pace.held_for(2, 4.0)) == (6.0, 0.0, 0.0)


def test_a_chat_is_quiet_when_nothing_was_sent_lately() -> None:
    pace = ChatPace()
    assert pace.is_quiet(1, 0.0)
    pace.book(1, 0.0)
    assert not pace.is_quiet(1, 4.9)
    assert pace.is_quiet(1, 5.0)


def test_memory_stays_flat_over_a_hundred_thousand_chats() -> None:
    pace, most = ChatPace(), 0
    for chat in range(100_000):
        pace.book(chat + 1, chat / 1000)
        most = max(most, len(pace))
    assert most <= 2 * 5 * 1000 + 1


def test_a_hold_survives_the_sweeping() -> None:
    pace = ChatPace()
    pace.hold(7, 1e6)
    for chat in range(5_000):
        pace.book(chat + 100, float(chat))
    assert pace.held_for(7, 5_000.0) > 0


@pytest.mark.parametrize(("chat_id", "group"), [(5, False), (-100123, True), ("@channel", True), ("5", False)])
def test_groups_and_channels_are_told_from_private_chats(chat_id: int | str, group: bool) -> None:  # noqa: FBT001 -- the expected answer
    assert is_group(chat_id) is group


@pytest.mark.parametrize("wrong", [{"gap": 0.0}, {"burst": 0}, {"group_per_minute": 0}])
def test_a_pace_of_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        ChatPace(**wrong)  # type: ignore[arg-type] # one dict for numbers of two types
    with pytest.raises(ValueError, match="must be positive"):
        LanePace(0)
