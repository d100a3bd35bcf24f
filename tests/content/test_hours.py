from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.entries import Confidence
from content.freshness import Freshness, freshness, months_before
from content.hours import OpenKind, is_closed_on, open_state
from content.model import Helpline, OpenHours

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
WORKDAYS = (1, 2, 3, 4, 5)


def line(
    *hours: tuple[tuple[int, ...], str, str],
    zone: str = "Asia/Tokyo",
    always: bool = False,
    closed: tuple[str, ...] = (),
    checked: date | None = date(2026, 9, 9),
    kind: str = "line",
) -> Helpline:
    return Helpline.model_validate(
        {
            "kind": kind,
            "name": {"en": "A line", "ja": "窓口"},
            "need": ["general"],
            "phones": [{"number": "#9110"}],
            "zone": zone,
            "always": always,
            "hours": [{"days": days, "start": start, "until": until} for days, start, until in hours] or None,
            "closed": closed,
            "source": "https://example.org",
            "checked": checked,
            "confidence": Confidence.VERIFIED,
        }
    )


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo"))


OFFICE = line((WORKDAYS, "08:30", "17:15"))
NIGHT = line(((5,), "22:00", "04:00"))


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-11-23T08:29:59", False),
        ("2026-11-23T08:30", True),
        ("2026-11-23T17:14:59", True),
        ("2026-11-23T17:15", False),
        ("2026-11-22T12:00", False),
    ],
)
def test_a_line_is_open_from_its_first_minute_until_just_before_its_last(now: str, is_open: bool) -> None:  # noqa: FBT001  # a table's column
    assert open_state(OFFICE, tokyo(now)).is_open is is_open


def test_an_open_line_says_until_when_and_a_closed_one_when_it_opens() -> None:
    assert open_state(OFFICE, tokyo("2026-11-23T10:00")).until == tokyo("2026-11-23T17:15")
    friday_evening = open_state(OFFICE, tokyo("2026-11-27T18:00"))
    assert friday_evening.kind is OpenKind.CLOSED
    assert friday_evening.opens == tokyo("2026-11-30T08:30")


def test_the_caller_may_be_in_any_zone() -> None:
    assert open_state(OFFICE, datetime(2026, 11, 23, 1, 0, tzinfo=UTC)).is_open
    assert not open_state(OFFICE, datetime(2026, 11, 23, 10, 0, tzinfo=UTC)).is_open


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    assert open_state(NIGHT, tokyo("2026-11-28T03:59")).until == tokyo("2026-11-28T04:00")
    assert not open_state(NIGHT, tokyo("2026-11-28T04:00")).is_open
    assert not open_state(NIGHT, tokyo("2026-11-27T03:00")).is_open


def test_hours_that_touch_are_one_opening() -> None:
    split = line((EVERY_DAY, "09:00", "12:00"), (EVERY_DAY, "12:00", "18:00"))
    assert open_state(split, tokyo("2026-11-23T10:00")).until == tokyo("2026-11-23T18:00")


def test_days_that_follow_without_a_gap_are_round_the_clock() -> None:
    assert open_state(line((EVERY_DAY, "00:00", "00:00")), tokyo("2026-11-23T10:00")).kind is OpenKind.ALWAYS


def test_a_line_without_hours_is_never_said_to_be_open_or_closed() -> None:
    assert open_state(line(), tokyo("2026-11-23T10:00")).kind is OpenKind.UNKNOWN


def test_a_zone_that_does_not_exist_makes_the_hours_unknown_instead_of_failing() -> None:
    broken = line((EVERY_DAY, "09:00", "18:00"), zone="Asia/Edo")
    assert open_state(broken, tokyo("2026-11-23T10:00")).kind is OpenKind.UNKNOWN


def test_days_off_that_cross_the_year_count_and_public_holidays_do_not() -> None:
    daily = line((EVERY_DAY, "16:00", "21:00"), closed=("12-29..01-03", "public-holidays"))
    assert open_state(daily, tokyo("2026-12-28T17:00")).is_open
    new_year = open_state(daily, tokyo("2027-01-01T17:00"))
    assert new_year.opens == tokyo("2027-01-04T16:00")


def test_a_line_that_is_closed_all_year_has_no_next_opening() -> None:
    state = open_state(line((EVERY_DAY, "09:00", "18:00"), closed=("01-01..12-31",)), tokyo("2026-11-23T10:00"))
    assert (state.kind, state.opens) == (OpenKind.CLOSED, None)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_clock_change_moves_the_instant_and_not_the_hour_on_the_wall(day: date) -> None:
    london = ZoneInfo("Europe/London")
    office = line((EVERY_DAY, "09:00", "17:00"), zone="Europe/London")
    state = open_state(office, datetime.combine(day, time(8, 59), london))
    assert state.opens == datetime.combine(day, time(9), london)
    closing = open_state(office, datetime.combine(day, time(9), london)).until
    assert closing is not None
    assert closing.time() == time(17)


def test_an_hour_that_the_clock_change_leaves_out_is_no_opening() -> None:
    gap = line((EVERY_DAY, "01:15", "01:45"), zone="Europe/London")
    state = open_state(gap, datetime(2026, 3, 29, 0, 0, tzinfo=UTC))
    assert state.opens is not None
    assert state.opens.astimezone(UTC) <= datetime(2026, 3, 30, 0, 15, tzinfo=UTC)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        open_state(OFFICE, datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001  # a naive time is what is tested


ZONES = st.sampled_from(
    ["Asia/Tokyo", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # bounds are naive by the library's rule
CLOCK = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
HOURS = st.builds(
    OpenHours,
    days=st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True).map(tuple),
    start=CLOCK,
    until=CLOCK,
)


@settings(deadline=None)  # the machine may be busy; what is tested is the rule
@given(st.lists(HOURS, min_size=1, max_size=4), ZONES, INSTANTS)
def test_what_is_said_about_a_line_comes_true(hours: list[OpenHours], zone: str, now: datetime) -> None:
    some = line(zone=zone).model_copy(update={"hours": tuple(hours)})
    state = open_state(some, now)
    if state.kind is OpenKind.OPEN:
        assert state.until is not None
        assert state.until > now
        assert not open_state(some, state.until).is_open
        assert open_state(some, state.until - timedelta(seconds=1)).is_open
    elif state.kind is OpenKind.CLOSED:
        assert state.opens is not None
        assert state.opens > now
        assert open_state(some, state.opens).is_open
        assert not open_state(some, state.opens - timedelta(seconds=1)).is_open
    else:
        assert state.kind is OpenKind.ALWAYS


@settings(deadline=None)  # the machine may be busy; what is tested is the rule
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.dates(), st.dates())
def test_a_closure_covers_both_its_ends_and_its_complement_covers_the_rest(day: date, one: date, two: date) -> None:
    first, last = f"{one:%m-%d}", f"{two:%m-%d}"
    closed = is_closed_on((f"{first}..{last}",), day)
    here = f"{day:%m-%d}"
    if here in {first, last}:
        assert closed
    elif first != last:
        assert closed is not is_closed_on((f"{last}..{first}",), day)


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("checked", "age"),
    [
        (date(2026, 11, 23), Freshness.FRESH),
        (date(2026, 5, 23), Freshness.FRESH),
        (date(2026, 5, 22), Freshness.AGING),
        (date(2024, 11, 23), Freshness.AGING),
        (date(2024, 11, 22), Freshness.STALE),
        (None, Freshness.UNDATED),
    ],
)
def test_the_age_of_a_check_has_borders_at_six_and_twenty_four_months(checked: date | None, age: Freshness) -> None:
    assert freshness(line(checked=checked), TODAY) is age


@pytest.mark.parametrize("checked", [date(2001, 1, 1), None])
def test_emergency_numbers_do_not_expire(checked: date | None) -> None:
    assert freshness(line(kind="emergency", checked=checked), TODAY) is Freshness.FRESH


@settings(deadline=None)  # the machine may be busy; what is tested is the rule
@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_going_back_by_months_keeps_the_day_or_takes_the_last_of_the_month(day: date, months: int) -> None:
    before = months_before(day, months)
    assert (day.year * 12 + day.month) - (before.year * 12 + before.month) == months
    assert before.day == day.day or (before + timedelta(days=1)).day == 1
