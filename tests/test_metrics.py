"""The numbers for Prometheus: true, and about nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics as room
from bot.delivery.dispatcher import FAILED, LOST
from bot.metrics import Metrics, Sources, helplines_by_freshness, watch_lag
from bot.storage.model import Outcome
from content.load import load_pack
from content.model import Pack

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLOSED = {
    "kind": {*room.UPDATE_KINDS, *room.ANSWERS},
    "lane": {*room.LANES},
    "fate": {*room.FATES},
    "outcome": {*room.TIPS},
    "result": {*room.RELOADS},
    "freshness": {*room.FRESHNESS},
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack()


def made(pack: Pack, clock: list[float] | None = None) -> Metrics:
    seconds = clock if clock is not None else [0.0]
    metrics = Metrics(lambda: seconds[0])
    metrics.watch(Sources(lambda: pack, lambda: NOW, lambda: True, lambda: 3, lambda: 7, lambda: 42.0, lambda: 12.0))
    return metrics


def families(metrics: Metrics) -> Iterator[Metric]:
    yield from text_string_to_metric_families(metrics.render().decode())


def value(metrics: Metrics, name: str, **labels: str) -> float:
    (found,) = [
        sample.value
        for family in families(metrics)
        for sample in family.samples
        if sample.name == name and sample.labels == labels
    ]
    return found


def use_all(metrics: Metrics, word: str) -> None:
    with metrics.update(word):
        pass
    metrics.answered(word)
    metrics.sent(word, word)
    metrics.delivered(word, timedelta(seconds=3))
    metrics.reloaded(word)
    metrics.failed()
    metrics.lagged(0.002)


def test_no_label_can_hold_a_person(pack: Pack) -> None:
    metrics = made(pack)
    for word in ("Ellie", "71002", "@ellie", "hello, he says he will send my pictures"):
        use_all(metrics, word)
    for family in families(metrics):
        for sample in family.samples:
            for label, found in sample.labels.items():
                if label == "version":
                    assert found == pack.version
                elif label != "le":
                    assert found in CLOSED[label], f"{sample.name} {label}={found}: no closed set has it"


def test_what_the_parts_say_is_in_the_sets() -> None:
    assert set(room.TIPS) == {*Outcome, LOST, FAILED, room.OTHER}


def test_an_update_is_counted_with_its_time_also_when_it_fails(pack: Pack) -> None:
    clock = [10.0]
    metrics = made(pack, clock)

    def handle() -> None:
        with metrics.update("message"):
            clock[0] = 12.0
            assert value(metrics, "mamori_oldest_update_seconds") == 2.0
            assert value(metrics, "mamori_updates_in_hand") == 1
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # the very one from above
        handle()
    assert value(metrics, "mamori_updates_total", kind="message") == 1
    assert value(metrics, "mamori_update_seconds_sum", kind="message") == 2.0
    assert value(metrics, "mamori_oldest_update_seconds") == 0


def test_the_running_parts_are_read_at_each_scrape(pack: Pack) -> None:
    metrics = made(pack)
    assert value(metrics, "mamori_pack_info", version=pack.version) == 1
    assert value(metrics, "mamori_dispatcher_lead") == 1
    assert value(metrics, "mamori_broadcasts_waiting") == 3
    assert value(metrics, "mamori_flood_refusals_total") == 7
    assert value(metrics, "mamori_flood_wait_seconds_total") == 42.0
    assert value(metrics, "mamori_poll_silence_seconds") == 12.0


def test_helplines_whose_check_runs_out_within_a_month_are_told_apart(pack: Pack) -> None:
    country, lines = next(
        (country, lines) for country, lines in pack.helplines.items() if any(x.checked for x in lines.values())
    )
    key, line = next((key, line) for key, line in lines.items() if line.checked and line.kind != "emergency")
    dated = line.model_copy(update={"checked": date(2026, 1, 10)})
    one = pack.model_copy(update={"helplines": {country: {key: dated}}})
    for today, wanted in (
        (date(2026, 2, 1), "fresh"),
        (date(2026, 6, 20), "soon"),
        (date(2026, 8, 1), "aging"),
        (date(2028, 3, 1), "stale"),
    ):
        counted = helplines_by_freshness(one, today)
        assert {name for name, number in counted.items() if number} == {wanted}


async def test_the_lag_of_the_event_loop_is_what_a_wake_up_is_late() -> None:
    now: list[float] = [0.0]
    seen: list[float] = []

    async def sleep(seconds: float) -> None:
        now[0] += seconds + 0.25
        if seen:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await watch_lag(seen.append, sleep=sleep, monotonic=lambda: now[0])
    assert seen == [0.25]
