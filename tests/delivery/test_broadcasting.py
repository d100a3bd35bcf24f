"""The pure part of broadcasts: how many first, who must wait, what is tried again, when all are through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.delivery.broadcasting import MOST_TRIES, canary_size, decide, held_until, progress_of, settle
from bot.delivery.verdict import Verdict
from bot.replies.broadcast import parse_texts, spoken
from bot.replies.broadcast_card import BAR, bar
from bot.storage.broadcast import Broadcast, BroadcastClaim, BroadcastResult, BroadcastState, HeldBack
from bot.storage.model import DeliveryState, Outcome, Quiet, SubscriptionChoice
from content.profile import Profile

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
END = NOON + timedelta(days=3)
SPRING = datetime(2026, 3, 8, tzinfo=UTC)
"""The day on which New York sets its clocks forward."""
CHOICE = SubscriptionChoice(hour=9, zone="UTC")
CALM = Broadcast("b1", 900, NOON, texts={"en": "Hello"}, ends_at=END, state=BroadcastState.RUNNING, total=1000)
CLAIM = BroadcastClaim("b1", 5, "w1", 1, Profile(), CHOICE, DeliveryState.WAITING)


@pytest.mark.parametrize(
    ("total", "first"), [(0, 0), (1, 1), (99, 1), (100, 1), (101, 2), (1_000, 10), (1_000_000, 10_000)]
)
def test_one_in_a_hundred_and_at_least_one_gets_it_first(total: int, first: int) -> None:
    assert canary_size(total) == first


def test_by_day_it_is_sent_and_by_night_it_waits_for_the_morning() -> None:
    assert decide(CALM, CLAIM, NOON) is None
    night = NOON.replace(hour=23)
    assert decide(CALM, CLAIM, night) == BroadcastResult(CLAIM, Outcome.LATER, NOON.replace(hour=7, day=11))
    assert decide(replace(CALM, urgent=True), CLAIM, night) is None


@pytest.mark.parametrize(
    ("choice", "now", "until"),
    [
        (replace(CHOICE, zone="Asia/Tokyo"), NOON.replace(hour=14), NOON.replace(hour=22)),
        (replace(CHOICE, quiet=Quiet(time(12), time(13))), NOON, NOON.replace(hour=13)),
        (replace(CHOICE, quiet=Quiet(time(12), time(13))), NOON.replace(hour=23), None),
        (replace(CHOICE, quiet=Quiet(time(0), time(0))), NOON.replace(hour=3), None),
        (replace(CHOICE, quiet=Quiet(time(22), time(7))), NOON.replace(hour=6), NOON.replace(hour=7)),
        (replace(CHOICE, paused_until=date(2026, 3, 12)), NOON, datetime(2026, 3, 12, 7, tzinfo=UTC)),
        (replace(CHOICE, paused_until=date(2026, 3, 10)), NOON, None),
        (replace(CHOICE, zone="America/New_York"), SPRING.replace(hour=5), SPRING.replace(hour=11)),
    ],
)  # fmt: skip
def test_quiet_hours_night_and_breaks_are_those_of_the_persons_clock(
    choice: SubscriptionChoice, now: datetime, until: datetime | None
) -> None:
    assert held_until(choice, now, breaks=True) == until


def test_a_correction_does_not_wait_for_the_end_of_a_break() -> None:
    claim = replace(CLAIM, choice=replace(CHOICE, paused_until=date(2026, 3, 11)))
    assert decide(CALM, claim, NOON) is not None
    assert decide(replace(CALM, correction=True), claim, NOON) is None


def test_what_would_wait_past_the_last_day_and_who_stopped_the_tip_is_left_out() -> None:
    away = replace(CLAIM, choice=replace(CHOICE, paused_until=date(2026, 4, 1)))
    assert decide(CALM, away, NOON) == BroadcastResult(away, Outcome.SKIPPED)
    gone = replace(CLAIM, choice=None)
    assert decide(replace(CALM, urgent=True), gone, NOON) == BroadcastResult(gone, Outcome.SKIPPED)


def test_a_message_in_doubt_is_sent_again_but_not_for_ever() -> None:
    doubt = replace(CLAIM, found=DeliveryState.SENDING, attempt=2)
    assert decide(CALM, doubt, NOON) is None
    often = replace(doubt, attempt=MOST_TRIES + 1)
    assert decide(CALM, often, NOON) == BroadcastResult(often, Outcome.UNCERTAIN)


def test_what_did_not_arrive_or_perhaps_did_not_is_tried_again() -> None:
    flood = Verdict(Outcome.LATER, "flood", timedelta(seconds=7))
    assert settle(CLAIM, flood, NOON) == BroadcastResult(CLAIM, Outcome.LATER, NOON + timedelta(seconds=7))
    doubt = Verdict(Outcome.UNCERTAIN, "time-out")
    assert settle(CLAIM, doubt, NOON) == BroadcastResult(CLAIM, Outcome.LATER, NOON + timedelta(seconds=30))
    last = replace(CLAIM, attempt=MOST_TRIES)
    assert settle(last, doubt, NOON) == BroadcastResult(last, Outcome.UNCERTAIN)
    assert settle(replace(CLAIM, attempt=50), Verdict(Outcome.LATER, "never left"), NOON).outcome is Outcome.LATER
    for outcome in (Outcome.GONE, Outcome.REJECTED):
        assert settle(CLAIM, Verdict(outcome, "x"), NOON) == BroadcastResult(CLAIM, outcome)


def test_the_time_of_arrival_follows_its_own_speed_and_the_people_who_wait() -> None:
    nobody = HeldBack(0, None)
    fresh = replace(CALM, began_at=NOON, tally={Outcome.SENT: 10}, began_done=10)
    assert progress_of(fresh, nobody, NOON, 10.0).arrival == NOON + timedelta(seconds=99)
    later = NOON + timedelta(seconds=100)
    running = replace(fresh, tally={Outcome.SENT: 400, Outcome.GONE: 110})
    assert progress_of(running, nobody, later, 10.0).arrival == later + timedelta(seconds=490 / 5)
    morning = NOON + timedelta(hours=19)
    held = progress_of(running, HeldBack(90, morning), later, 10.0)
    assert (held.arrival, held.held, held.share) == (morning, 90, 0.51)
    assert progress_of(running, HeldBack(9, END + timedelta(days=1)), later, 10.0).arrival == END
    assert progress_of(replace(running, state=BroadcastState.PAUSED), nobody, later, 10.0).arrival is None


@pytest.mark.parametrize(("share", "filled"), [(0.0, 0), (0.5, 8), (0.999, BAR - 1), (1.0, BAR)])
def test_the_bar_is_full_only_when_all_is_done(share: float, filled: int) -> None:
    assert bar(share) == "▓" * filled + "░" * (BAR - filled)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("en: Hello", {"en": "Hello"}),
        ("en: Hello\nall\n\nja：こんにちは\n", {"en": "Hello\nall", "ja": "こんにちは"}),
        ("  ja : こんにちは", {"ja": "こんにちは"}),
        ("Hello en: there", {}),
        ("fr: Bonjour", {}),
        ("en:", {}),
        ("what is grooming", {}),
    ],
)
def test_texts_are_read_by_the_language_in_front_of_them(text: str, texts: dict[str, str]) -> None:
    assert parse_texts(text, ["en", "ja"]) == texts


def test_a_reader_gets_their_language_else_english_else_any() -> None:
    assert spoken("ja", {"en": "", "ja": ""}) == "ja"
    assert spoken("es", {"en": "", "ja": ""}) == "en"
    assert spoken("es", {"ja": ""}) == "ja"
    with pytest.raises(KeyError):
        spoken("es", {})
