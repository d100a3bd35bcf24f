"""The overview: counters added up, small numbers hidden, old helplines named, a summary on Mondays."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.delivery.overview import build_overview, checks_due, keep_summaries, next_summary
from bot.replies.overview import overview_reply, overview_sheet, shy
from bot.storage.memory import MemoryStore
from bot.storage.model import Count, Crowd
from content.load import load_pack
from content.model import Pack

TODAY = date(2026, 3, 10)
COUNTS = [
    Count(TODAY, "question", "grooming", "en", 7),
    Count(TODAY, "question", "grooming", "ja", 5),
    Count(TODAY, "question", "bullying", "ja", 3),
    Count(TODAY, "unknown", "grooming", "ja", 5),
    Count(TODAY, "unknown", "bullying", "ja", 4),
    Count(TODAY, "emergency", "sextortion", "ja", 2),
    Count(TODAY, "vote", "yes:grooming", "ja", 6),
    Count(TODAY, "vote", "no", "ja", 1),
    Count(TODAY, "delivery", "sent", "", 40),
    Count(TODAY, "delivery", "gone", "", 1),
]
CROWDS = [Crowd("ja", "JP", 20, 9), Crowd("ja", None, 3, 1), Crowd("en", None, 2, 0)]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (1234, "1,234")])
def test_a_number_below_five_is_hidden(count: int, shown: str) -> None:
    assert shy(count) == shown


def test_counters_are_added_up_by_what_they_mean() -> None:
    overview = build_overview(CROWDS, COUNTS, [], TODAY, 28)
    assert overview.languages == {"ja": (23, 10), "en": (2, 0)}
    assert overview.countries == {"JP": (20, 9), "": (5, 1)}
    assert overview.questions == {"grooming": 12, "bullying": 3}
    assert overview.messages == 26
    assert overview.votes == {"yes": 6, "no": 1}


def test_the_text_hides_what_is_small_and_names_unknown_questions_from_five_upwards(pack: Pack) -> None:
    overview = build_overview(CROWDS, COUNTS, [("JP", "A line", None)], TODAY, 28)
    text = overview_reply(pack, "en", overview, weekly=False).plain
    assert "Japanese: 23 (daily tip: 10)" in text
    assert "English: <5 (daily tip: 0)" in text
    assert "Emergencies: <5" in text
    assert "not understood: 34.6 %" in text
    assert "(Japanese): 5" in text, "five unknown questions near grooming"
    assert "bullying" not in text.lower()
    assert "yes: 6, no: <5" in text
    assert "Japan, A line" in text


def test_the_chart_leaves_small_numbers_out_and_there_is_none_without_numbers(pack: Pack) -> None:
    sheet = overview_sheet(pack, "ja", build_overview(CROWDS, COUNTS, [], TODAY, 28))
    assert sheet is not None
    assert [[line.points[0].value for line in frame.lines] for frame in sheet.frames] == [[23], [12], [40]]
    assert overview_sheet(pack, "ja", build_overview([], [], [], TODAY, 28)) is None


def test_helplines_want_a_check_a_month_before_readers_are_told_of_their_age(pack: Pack) -> None:
    lines = [line for country in pack.helplines.values() for line in country.values() if line.checked]
    newest = max(line.checked for line in lines if line.checked and line.kind != "emergency")
    soon = {name for _, name, _ in checks_due(pack, newest + timedelta(days=160), "ja")}
    early = {name for _, name, _ in checks_due(pack, newest + timedelta(days=120), "ja")}
    assert soon > early


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 9, 7, 59, tzinfo=UTC), datetime(2026, 3, 9, 8, tzinfo=UTC)),
        (datetime(2026, 3, 9, 8, tzinfo=UTC), datetime(2026, 3, 16, 8, tzinfo=UTC)),
        (datetime(2026, 3, 15, 23, tzinfo=UTC), datetime(2026, 3, 16, 8, tzinfo=UTC)),
    ],
)
def test_the_summary_comes_on_monday_morning(now: datetime, due: datetime) -> None:
    assert next_summary(now) == due


async def test_two_processes_send_one_summary_a_week() -> None:
    store, sent = MemoryStore(), []
    now = datetime(2026, 3, 16, 8, tzinfo=UTC)
    await store.want_summary(6, now)
    await store.want_summary(7, now)

    async def send(chat_id: int) -> None:
        if chat_id == 6:
            raise RuntimeError("the first one fails")
        sent.append(chat_id)

    async def sleep(_: float) -> None:
        await asyncio.Event().wait()

    tasks = [asyncio.create_task(keep_summaries(store, lambda: now, send, sleep=sleep)) for _ in range(2)]
    for _ in range(20):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    assert sent == [7]
    assert await store.summary_due(7) == now + timedelta(weeks=1)
