"""What is counted, and what is remembered to have been shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.delivery.tally import Tally, counters_of
from bot.storage.memory import MemoryStore
from bot.storage.model import Count, Due, StoreError, SubscriptionChoice
from bot.understanding.model import Ranked, Refusal, Understanding
from content.load import load_pack
from content.model import Urgency
from content.versions import item_version

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
NEAR = (Ranked("grooming", 0.4),)


@pytest.mark.parametrize(
    ("meaning", "counters"),
    [
        (Understanding(Urgency.NONE, "grooming", NEAR), [("question", "grooming")]),
        (Understanding(Urgency.CONCERN, None, NEAR), [("unknown", "grooming")]),
        (Understanding(Urgency.NONE, None), [("unknown", "")]),
        (Understanding(Urgency.EMERGENCY, "sextortion"), [("emergency", "sextortion")]),
        (Understanding(Urgency.NONE, None, NEAR, refusal=Refusal.HARMFUL), [("refusal", "harmful")]),
        (Understanding(Urgency.CONCERN, None, degraded=True), [("unknown", ""), ("degraded", "")]),
    ],
)
def test_a_message_is_counted_by_topic_or_nearest_topic(
    meaning: Understanding, counters: list[tuple[str, str]]
) -> None:
    assert list(counters_of(meaning)) == counters


async def test_counts_and_versions_are_written_together_and_only_once() -> None:
    store, tally, pack = MemoryStore(), Tally(lambda: NOW), load_pack()
    await store.subscribe(5, SubscriptionChoice(hour=9), Due(NOW, NOW.date()), NOW)
    for language in ("en", "en", "ja"):
        tally.add("question", "grooming", language)
    tally.add_shown(5, ["topic:grooming", "topic:no-such-topic"], pack, "en")
    tally.add_shown(6, ["topic:grooming"], pack, "en")
    for _ in range(2):
        await tally.flush(store)
    assert await store.counts(NOW.date()) == [
        Count(NOW.date(), "question", "grooming", "en", 2),
        Count(NOW.date(), "question", "grooming", "ja", 1),
    ]
    (seen,) = await store.seen()
    assert (seen.item, seen.version, seen.chats) == (
        "topic:grooming",
        item_version(pack, "topic:grooming", "en"),
        1,
    )


async def test_what_could_not_be_written_is_written_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    store, tally = MemoryStore(), Tally(lambda: NOW)
    tally.add("question", "grooming", "en")

    async def fail(*_: object) -> None:
        raise StoreError("The database failed.")

    with monkeypatch.context() as patch:
        patch.setattr(store, "count", fail)
        with pytest.raises(StoreError):
            await tally.flush(store)
    tally.add("question", "grooming", "en")
    await tally.flush(store)
    (count,) = await store.counts(NOW.date())
    assert count.number == 2


async def test_a_chat_that_was_forgotten_meanwhile_is_not_written() -> None:
    store, tally, pack = MemoryStore(), Tally(lambda: NOW), load_pack()
    tally.add_shown(5, ["topic:grooming"], pack, "en")
    tally.forget(5)
    await store.subscribe(5, SubscriptionChoice(hour=9), Due(NOW, NOW.date()), NOW)
    await tally.flush(store)
    assert await store.seen() == []


def test_a_version_changes_with_what_is_said_and_names_language_and_review() -> None:
    pack = load_pack()
    text = pack.languages["en"].topics["grooming"]
    version = item_version(pack, "topic:grooming", "en")
    assert version is not None
    assert version.startswith(f"en-{text.reviewed}-")
    assert len(version) <= 32
    changed = text.model_copy(update={"first": text.first + " One word more."})
    english = pack.languages["en"].model_copy(update={"topics": {**pack.languages["en"].topics, "grooming": changed}})
    corrected = pack.model_copy(update={"languages": {**pack.languages, "en": english}})
    assert item_version(corrected, "topic:grooming", "en") != version
    assert item_version(pack, "topic:grooming", "ja") != version


def test_tips_figures_and_helplines_have_versions_and_nothing_else() -> None:
    pack = load_pack()
    assert item_version(pack, f"tip:{next(iter(pack.tips))}", "ja")
    assert item_version(pack, "stats:stats-total", "en") == item_version(pack, "stats:stats-total", "ja")
    assert item_version(pack, "helplines:JP", "en")
    for item in ("helplines:XX", "helplines:WORLD", "stats:none", "tip:none", "topic:none", "word:none", ""):
        assert item_version(pack, item, "en") is None, item
