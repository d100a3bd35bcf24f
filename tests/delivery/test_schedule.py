"""The promise of the clock: one tip per chosen local day, in every zone, through every change of the clock."""

from __future__ import annotations

from bisect import bisect
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from struct import unpack, unpack_from
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.schedule import (
    JITTER,
    LATEST,
    first_instant,
    is_late,
    jitter_of,
    next_due,
    quiet_until,
    zone_of,
)
from bot.storage.model import Days, Quiet, SubscriptionChoice

ZONES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})
MINUTE = timedelta(minutes=1)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (zone given)
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0, tzinfo=None))
quiets = st.none() | st.builds(Quiet, walls, walls)


@st.composite
def choices(draw: st.DrawFn) -> SubscriptionChoice:
    days = draw(st.sampled_from(Days))
    wall = draw(walls)
    return SubscriptionChoice(
        hour=wall.hour,
        minute=wall.minute,
        zone=draw(st.sampled_from(ZONES)),
        days=days,
        weekday=draw(st.integers(1, 7)) if days is Days.WEEKLY else None,
        quiet=draw(quiets),
    )


def wanted(choice: SubscriptionChoice, day: date) -> bool:
    if choice.days is Days.WEEKLY:
        return day.isoweekday() == choice.weekday
    return choice.days is Days.DAILY or day.isoweekday() <= 5


def exists(day: date, zone: ZoneInfo) -> bool:
    """Whether any quarter of an hour of the world's clock falls on that local day."""
    begin = datetime.combine(day, time(), UTC) - timedelta(hours=30)
    return any((begin + timedelta(minutes=15 * step)).astimezone(zone).date() == day for step in range(4 * 60))


@settings(max_examples=300, deadline=None)
@given(choices(), moments, st.integers(-(2**40), 2**40))
def test_every_chosen_day_has_exactly_one_tip_in_every_zone(
    choice: SubscriptionChoice, start: datetime, seed: int
) -> None:
    zone = ZoneInfo(choice.zone)
    dues = [next_due(choice, start, seed)]
    for _ in range(10):
        dues.append(next_due(choice, dues[-1].at, seed, dues[-1].local_date))
    for earlier, later in pairwise(dues):
        assert later.at > earlier.at
        assert later.local_date > earlier.local_date
        between = (
            earlier.local_date + timedelta(days=step) for step in range(1, (later.local_date - earlier.local_date).days)
        )
        assert not [day for day in between if wanted(choice, day) and exists(day, zone)]
    assert all(wanted(choice, due.local_date) and due.at > start for due in dues)
    # Without the memory of the last day the same days come: the instant alone tells them apart.
    assert next_due(choice, dues[0].at, seed) == dues[1]


@settings(max_examples=300, deadline=None)
@given(choices(), moments, st.integers(0, 2**40))
def test_a_tip_comes_at_the_chosen_wall_time_unless_the_clock_skips_it(
    choice: SubscriptionChoice, start: datetime, seed: int
) -> None:
    plain = SubscriptionChoice(choice.hour, choice.minute, choice.zone, choice.days, choice.weekday)
    due = next_due(plain, start, seed)
    zone = ZoneInfo(choice.zone)
    at = due.at - jitter_of(seed)
    local = at.astimezone(zone).replace(tzinfo=None)
    wall = datetime.combine(due.local_date, time(choice.hour, choice.minute))
    if local != wall:
        just_before = (at - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < wall < local


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), walls, st.dates(date(2000, 1, 2), date(2036, 12, 30)))
def test_the_first_instant_agrees_with_walking_through_the_minutes(name: str, wall: time, day: date) -> None:
    zone = ZoneInfo(name)
    local = datetime.combine(day, wall)
    found = first_instant(day, wall, zone)
    step = found - timedelta(hours=3)
    while step.astimezone(zone).replace(tzinfo=None) < local or step.astimezone(zone).date() < day:
        step += MINUTE
    assert abs(step - found) <= MINUTE


@settings(max_examples=200, deadline=None)
@given(choices(), moments, st.integers(0, 2**40))
def test_no_tip_is_planned_into_the_quiet_hours(choice: SubscriptionChoice, start: datetime, seed: int) -> None:
    due = next_due(choice, start, seed)
    local = due.at.astimezone(ZoneInfo(choice.zone))
    skipped_end = first_instant(local.date(), choice.quiet.until, ZoneInfo(choice.zone)) if choice.quiet else None
    assert choice.quiet is None or not choice.quiet.covers(local.time()) or due.at == skipped_end


@cache
def distinct_clocks() -> list[str]:
    """Return one zone for each clock from 2025 on: most zones differ only in their name or in what was before."""
    return sorted({clock_of(zone_file(name)): name for name in reversed(ZONES)}.values())


def zone_file(name: str) -> bytes:
    """Return the file that the zone is read from."""
    installed = (Path(folder, name) for folder in TZPATH)
    package = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    return next((path for path in installed if path.is_file()), package).read_bytes()


def clock_of(whole: bytes) -> tuple[object, ...]:
    """Return the changes of a clock that a zone's file lists from 2025 on, and the rule by which it goes on."""
    begin = whole.index(b"TZif", 4) + 44  # what comes first is for readers of another age
    (number,) = unpack(">L", whole[begin - 12 : begin - 8])
    moments = unpack(f">{number}q", whole[begin : begin + 8 * number])
    kinds = whole[begin + 8 * number : begin + 9 * number]
    offsets = [unpack_from(">l", whole, begin + 9 * number + 6 * kind)[0] for kind in kinds]
    first = bisect(moments, datetime(2025, 1, 1, tzinfo=UTC).timestamp())
    return (*offsets[first - 1 : first], *moments[first:], *offsets[first:], whole.split(b"\n")[-2])


@pytest.mark.parametrize("wall", [time(0, 0), time(2, 30)])
@pytest.mark.parametrize("year", [2026, 2027])
def test_every_zone_has_a_tip_on_each_day_of_the_year(year: int, wall: time) -> None:
    whole_year = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    names = distinct_clocks()
    assert len(names) > 60
    for name in names:
        choice = SubscriptionChoice(hour=wall.hour, minute=wall.minute, zone=name)
        zone = ZoneInfo(name)
        due = next_due(choice, datetime(year - 1, 12, 29, tzinfo=UTC), 7)
        days = []
        while due.local_date.year <= year:
            days.append(due.local_date)
            late = (due.at - jitter_of(7)).astimezone(zone).replace(tzinfo=None) - datetime.combine(days[-1], wall)
            assert timedelta(0) <= late <= timedelta(hours=1), (name, due)
            due = next_due(choice, due.at, 7, due.local_date)
        assert [day for day in days if day.year == year] == whole_year, name


@pytest.mark.parametrize(
    ("zone", "day", "hour", "minute", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 2, 30, "2026-03-29T01:00:00+00:00"),  # skipped: the jump itself
        ("Europe/Berlin", date(2026, 10, 25), 2, 30, "2026-10-25T00:30:00+00:00"),  # doubled: the first of the two
        ("Australia/Lord_Howe", date(2026, 10, 4), 2, 15, "2026-10-03T15:30:00+00:00"),  # half an hour is skipped
        ("America/Havana", date(2026, 11, 1), 0, 30, "2026-11-01T04:30:00+00:00"),  # the hour after midnight, doubled
        ("Africa/Cairo", date(2026, 4, 24), 0, 10, "2026-04-23T22:00:00+00:00"),  # midnight itself is skipped
        ("Asia/Kathmandu", date(2026, 1, 1), 6, 0, "2026-01-01T00:15:00+00:00"),
        ("Asia/Tokyo", date(2026, 1, 1), 18, 0, "2026-01-01T09:00:00+00:00"),
    ],
)
def test_known_changes_of_the_clock(zone: str, day: date, hour: int, minute: int, expected: str) -> None:
    assert first_instant(day, time(hour, minute), ZoneInfo(zone)).isoformat() == expected


def test_a_day_that_a_zone_leaves_out_has_no_tip() -> None:
    choice = SubscriptionChoice(hour=9, zone="Pacific/Apia")
    due = next_due(choice, datetime(2011, 12, 28, 12, tzinfo=UTC), 1)
    following = [due]
    for _ in range(3):
        following.append(next_due(choice, following[-1].at, 1))
    assert [entry.local_date.day for entry in following] == [28, 29, 31, 1]


def test_a_paused_subscription_begins_again_on_the_day_it_was_paused_to() -> None:
    choice = SubscriptionChoice(hour=9, paused_until=date(2026, 5, 1))
    assert next_due(choice, datetime(2026, 3, 1, tzinfo=UTC), 1).local_date == date(2026, 5, 1)
    assert next_due(choice, datetime(2026, 6, 1, tzinfo=UTC), 1).local_date == date(2026, 6, 1)


def test_who_travels_west_gets_no_second_tip_on_the_same_day() -> None:
    tokyo = next_due(SubscriptionChoice(hour=9, zone="Asia/Tokyo"), datetime(2026, 3, 9, 12, tzinfo=UTC), 1)
    assert tokyo.local_date == date(2026, 3, 10)
    moved = SubscriptionChoice(hour=9, zone="America/Los_Angeles")
    assert next_due(moved, tokyo.at, 1, tokyo.local_date).local_date == date(2026, 3, 11)


def test_quiet_hours_move_a_night_tip_to_the_morning_but_keep_its_day() -> None:
    choice = SubscriptionChoice(hour=23, zone="UTC", quiet=Quiet(time(22), time(7)))
    due = next_due(choice, datetime(2026, 3, 10, 12, tzinfo=UTC), 1)
    assert due.local_date == date(2026, 3, 10)
    assert due.at - jitter_of(1) == datetime(2026, 3, 11, 7, tzinfo=UTC)


def test_the_jitter_never_pushes_a_tip_into_the_quiet_hours() -> None:
    seed = next(number for number in range(100) if jitter_of(number) >= 2 * MINUTE)
    choice = SubscriptionChoice(hour=21, minute=59, quiet=Quiet(time(22), time(7)))
    due = next_due(choice, datetime(2026, 3, 10, 12, tzinfo=UTC), seed)
    assert due.at == datetime(2026, 3, 10, 21, 59, tzinfo=UTC)


def test_the_jitter_is_fixed_for_a_chat_and_spread_over_a_few_minutes() -> None:
    assert jitter_of(-100123) == jitter_of(-100123)
    places = [jitter_of(seed) for seed in range(2000)]
    assert timedelta(0) <= min(places) < timedelta(seconds=5)
    assert JITTER - timedelta(seconds=5) < max(places) < JITTER
    assert len(set(places)) > 200


def test_a_tip_is_late_after_three_hours_and_not_before() -> None:
    due = datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert not is_late(due, due + LATEST)
    assert is_late(due, due + LATEST + timedelta(seconds=1))
    assert not is_late(due, due - timedelta(days=1))


def test_a_late_tip_waits_for_the_end_of_the_quiet_hours() -> None:
    choice = SubscriptionChoice(hour=21, minute=45, zone="Asia/Tokyo", quiet=Quiet(time(22), time(0, 30)))
    due = datetime(2026, 3, 10, 12, 45, tzinfo=UTC)
    assert quiet_until(choice, due, due + timedelta(minutes=15)) is None
    assert quiet_until(choice, due, due + timedelta(minutes=16)) == datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
    assert quiet_until(choice, due, due + timedelta(hours=2, minutes=30)) == datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
    assert quiet_until(choice, due, due + timedelta(hours=3)) is None
    assert quiet_until(SubscriptionChoice(hour=1), due, due + timedelta(hours=1)) is None


def test_a_zone_that_the_zone_data_lost_is_read_as_utc() -> None:
    assert zone_of("Atlantis/Capital") == ZoneInfo("UTC")
    assert (
        next_due(SubscriptionChoice(hour=9, zone="Atlantis/Capital"), datetime(2026, 1, 1, tzinfo=UTC), 1).at.hour == 9
    )


def test_an_impossible_weekday_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(ValueError, match="no day within"):
        next_due(SubscriptionChoice(hour=9, days=Days.WEEKLY, weekday=9), datetime(2026, 1, 1, tzinfo=UTC), 1)
