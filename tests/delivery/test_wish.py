"""A wish in short words: read, changed, and brought back."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.wish import Part, change, value_of
from bot.storage.model import Days, Quiet, SubscriptionChoice

ZONES = ("Asia/Tokyo", "America/Argentina/ComodRivadavia", "Etc/GMT-9", "UTC")
walls = st.times().map(lambda wall: wall.replace(second=0, microsecond=0, tzinfo=None))
weekdays = st.integers(1, 7)


@st.composite
def choices(draw: st.DrawFn) -> SubscriptionChoice:
    wall, days = draw(walls), draw(st.sampled_from(Days))
    return SubscriptionChoice(
        hour=wall.hour,
        minute=wall.minute,
        zone=draw(st.sampled_from(ZONES)),
        days=days,
        weekday=draw(weekdays) if days is Days.WEEKLY else None,
        quiet=draw(st.none() | st.builds(Quiet, walls, walls)),
        paused_until=draw(st.none() | st.dates()),
        pictures=draw(st.booleans()),
        excluded=draw(st.frozensets(st.sampled_from(("grooming", "privacy", "sextortion")))),
    )


@given(choices(), choices(), st.sampled_from(Part))
def test_a_change_touches_one_part_and_the_old_value_undoes_it(
    before: SubscriptionChoice, wish: SubscriptionChoice, part: Part
) -> None:
    after = change(before, part, value_of(wish, part, "privacy"))
    assert value_of(after, part, "privacy") == value_of(wish, part, "privacy")
    assert change(after, part, value_of(before, part, "privacy")) == before
    for other in Part:
        if other is not part:
            assert value_of(after, other) == value_of(before, other)


@given(choices(), st.sampled_from(Part))
def test_no_value_is_longer_than_a_zone_so_that_it_fits_into_a_button(choice: SubscriptionChoice, part: Part) -> None:
    assert len(value_of(choice, part, "privacy")) <= 32


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (Part.AT, "2400"), (Part.AT, "soon"), (Part.AT, "0760"), (Part.ZONE, "Lemuria"), (Part.DAYS, "8"),
        (Part.DAYS, "hourly"), (Part.QUIET, "2200"), (Part.QUIET, "2200-9900"), (Part.PAUSE, "tomorrow"),
        (Part.PICTURES, "maybe"), (Part.TOPIC, "two words"), (Part.TOPIC, ""),
    ],
)  # fmt: skip
def test_an_impossible_value_is_refused(part: Part, value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        change(SubscriptionChoice(hour=7), part, value)


def test_the_parts_as_buttons_write_them() -> None:
    choice = SubscriptionChoice(
        hour=7, minute=5, days=Days.WEEKLY, weekday=3, quiet=Quiet(time(22), time(7)), paused_until=date(2026, 12, 24)
    )
    assert [value_of(choice, part, "privacy") for part in Part] == [
        "0705", "UTC", "3", "2200-0700", "2026-12-24", "off", "privacy",
    ]  # fmt: skip
