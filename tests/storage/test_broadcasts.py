"""Broadcasts, on every kind of store: drafts, approval, people, claims, counts, and their end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.storage.broadcast import (
    OPEN,
    STARTED,
    Broadcast,
    BroadcastClaim,
    BroadcastResult,
    BroadcastState,
    HeldBack,
    Target,
    spread,
)
from bot.storage.model import ChatKind, DeliveryState, Due, Outcome, Result, Shown, SubscriptionChoice
from bot.storage.protocol import BROADCAST_KEPT, Store
from bot.storage.sql import open_store
from content.model import Audience
from content.profile import Profile

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
LEASE = timedelta(minutes=10)
MARGIN = timedelta(minutes=1)
END = NOW + timedelta(days=3)
AUTHOR, SECOND = 900, 901
CHOICE = SubscriptionChoice(hour=18, zone="Asia/Tokyo")
DRAFT = Broadcast("b1", AUTHOR, NOW, texts={"en": "Hello", "ja": "こんにちは"})
S = BroadcastState


async def people(store: Store, *chat_ids: int, profile: Profile | None = None) -> None:
    for chat_id in chat_ids:
        await store.save_profile(chat_id, profile or Profile(), ChatKind.PRIVATE, NOW)
        await store.subscribe(chat_id, CHOICE, Due(NOW + timedelta(days=1), NOW.date()), NOW)


async def started(store: Store, canary: int = 1, target: Target | None = None) -> None:
    """A broadcast that was approved, with its people written down and its first few chosen."""
    await store.create_broadcast(replace(DRAFT, target=target or Target()))
    assert await store.move_broadcast("b1", [S.DRAFT], S.WAITING, NOW)
    assert await store.move_broadcast("b1", [S.WAITING], S.GATHERING, NOW, revision=1, approver=SECOND, ends_at=END)
    while await store.gather("b1", 2, NOW):
        pass
    assert await store.begin_canary("b1", canary, NOW)


async def claim(store: Store, now: datetime = NOW, worker: str = "w1", limit: int = 10) -> Sequence[BroadcastClaim]:
    return await store.claim_broadcast("b1", now, limit, worker, LEASE)


async def send(store: Store, now: datetime = NOW, outcome: Outcome = Outcome.SENT, limit: int = 10) -> list[int]:
    claims = await claim(store, now, limit=limit)
    assert all(await store.mark_broadcast(claims, now, MARGIN))
    await store.record_broadcast([BroadcastResult(one, outcome) for one in claims])
    return [one.chat_id for one in claims]


async def state(store: Store) -> BroadcastState:
    return (await broadcast(store)).state


async def broadcast(store: Store) -> Broadcast:
    found = await store.broadcast_of("b1")
    assert found is not None
    return found


async def test_a_draft_comes_back_as_it_was_written_and_changes_until_it_is_handed_in(store: Store) -> None:
    await store.create_broadcast(DRAFT)
    assert await store.broadcast_of("b1") == DRAFT
    assert await store.broadcast_of("b2") is None
    target = Target(
        frozenset({"ja", "en"}), frozenset({"JP"}), frozenset({"parent"}), "topic:grooming", "en-2026-01-01-abc123"
    )
    changed = replace(
        DRAFT, correction=True, urgent=True, item="topic:grooming", texts={"es": "Hola"}, target=target, days=7
    )
    assert await store.change_draft(changed, LATER)
    assert await store.broadcast_of("b1") == replace(changed, revision=2)
    assert await store.move_broadcast("b1", [S.DRAFT], S.WAITING, LATER)
    assert not await store.change_draft(DRAFT, LATER)
    assert (await broadcast(store)).texts == {"es": "Hola"}
    assert [one.broadcast_id for one in await store.broadcasts(OPEN)] == ["b1"]
    assert await store.broadcasts(STARTED) == []


async def test_nobody_approves_their_own_or_what_they_did_not_see(store: Store) -> None:
    await store.create_broadcast(DRAFT)
    await store.move_broadcast("b1", [S.DRAFT], S.WAITING, NOW)
    move = store.move_broadcast
    assert not await move("b1", [S.WAITING], S.GATHERING, NOW, revision=1, approver=AUTHOR)
    assert not await move("b1", [S.WAITING], S.GATHERING, NOW, revision=2, approver=SECOND)
    assert not await move("b1", [S.DRAFT], S.GATHERING, NOW, revision=1, approver=SECOND)
    assert await move("b1", [S.WAITING], S.GATHERING, NOW, revision=1, approver=SECOND, ends_at=END)
    assert not await move("b1", [S.WAITING], S.GATHERING, NOW, revision=1, approver=902)
    found = await broadcast(store)
    assert (found.state, found.approver, found.ends_at) == (S.GATHERING, SECOND, END)


async def test_people_are_chosen_by_everything_that_is_said(store: Store) -> None:
    parent = Profile("ja", "JP", Audience.PARENT)
    await people(store, 1, 2, profile=parent)
    await people(store, 3, profile=Profile("ja", "GB", Audience.PARENT))
    await people(store, 4, profile=Profile("en", "JP", Audience.YOUNG))
    await people(store, 5, 6, 7, profile=parent)
    await store.unsubscribe(6, NOW)
    await store.deactivate(7, "blocked", NOW)
    await store.save_profile(8, parent, ChatKind.PRIVATE, NOW)
    await store.record_shown([Shown(1, "topic:a", "v1"), Shown(2, "topic:a", "v2"), Shown(4, "topic:a", "v1")], NOW)
    ja, jp, parents = frozenset({"ja"}), frozenset({"JP"}), frozenset({"parent"})
    for target, number in (
        (Target(), 5),
        (Target(languages=ja), 4),
        (Target(languages=ja, countries=jp), 3),
        (Target(languages=frozenset({"ja", "en"}), countries=jp, audiences=frozenset({"young"})), 1),
        (Target(seen_item="topic:a"), 3),
        (Target(seen_item="topic:a", seen_version="v1"), 2),
        (Target(ja, jp, parents, "topic:a", "v1"), 1),
        (Target(seen_item="topic:b"), 0),
    ):
        assert await store.count_target(target) == number, target
    await started(store, target=Target(ja, jp, parents))
    assert (await broadcast(store)).total == 3


async def test_who_got_a_daily_tip_is_known_from_the_ledger(store: Store) -> None:
    await people(store, 1, 2, 3)
    due = Due(NOW + timedelta(days=1), NOW.date())
    for claimed in await store.claim_due(due.at, 2, "w1", LEASE):
        await store.mark_sending([(claimed, "a")], due.at, MARGIN)
        outcome = Outcome.SENT if claimed.chat_id == 1 else Outcome.REJECTED
        await store.record([Result(claimed, outcome, None, "a")], due.at)
    await store.record_shown([Shown(3, "tip:a", "v1")], NOW)
    assert await store.count_target(Target(seen_item="tip:a")) == 2
    assert await store.count_target(Target(seen_item="tip:a", seen_version="v1")) == 1
    assert await store.count_target(Target(seen_item="tip:b")) == 0


async def test_it_goes_to_a_few_first_then_asks_then_to_all_and_nobody_gets_it_twice(store: Store) -> None:
    await people(store, *range(1, 8))
    await started(store, canary=2)
    first = await send(store)
    assert len(first) == 2
    assert await send(store) == []
    assert await store.settle_broadcasts(NOW) == 1
    assert await state(store) is S.ASKING
    assert await store.settle_broadcasts(NOW) == 0
    assert await store.move_broadcast("b1", [S.ASKING], S.RUNNING, LATER)
    found = await broadcast(store)
    assert (found.began_at, found.began_done, found.total, found.done) == (LATER, 2, 7, 2)
    rest = await send(store, LATER, limit=3) + await send(store, LATER)
    assert sorted(first + rest) == list(range(1, 8))
    assert await store.settle_broadcasts(LATER) == 1
    assert await state(store) is S.DONE
    assert (await broadcast(store)).tally == {Outcome.SENT: 7}


async def test_a_broadcast_for_so_few_that_all_were_first_is_done_without_asking(store: Store) -> None:
    await people(store, 1)
    await started(store)
    await send(store)
    await store.settle_broadcasts(NOW)
    assert await state(store) is S.DONE


async def test_one_for_nobody_is_done_at_once(store: Store) -> None:
    await started(store)
    await store.settle_broadcasts(NOW)
    assert (await state(store), (await broadcast(store)).total) == (S.DONE, 0)


async def test_pause_and_stop_hold_even_what_was_claimed(store: Store) -> None:
    await people(store, 1, 2)
    await started(store, canary=2)
    claims = await claim(store)
    assert await store.move_broadcast("b1", [S.CANARY], S.PAUSED, NOW)
    assert await store.mark_broadcast(claims, NOW, MARGIN) == [False, False]
    assert await claim(store, NOW + LEASE) in ([], ())
    await store.release_broadcast(claims, NOW)
    assert await store.move_broadcast("b1", [S.PAUSED], S.RUNNING, LATER)
    assert len(await send(store, LATER)) == 2


async def test_a_lease_that_ran_out_is_taken_by_another_and_one_that_was_being_sent_is_in_doubt(store: Store) -> None:
    await people(store, 1, 2)
    await started(store, canary=2)
    old = await claim(store, worker="frozen")
    assert await store.mark_broadcast(old[:1], NOW, MARGIN) == [True]
    assert await store.mark_broadcast(old[1:], NOW + LEASE - MARGIN, MARGIN) == [False], "too close to its end"
    new = await claim(store, NOW + LEASE, worker="awake")
    doubts = {one.chat_id: one.found for one in new}
    assert doubts == {old[0].chat_id: DeliveryState.SENDING, old[1].chat_id: DeliveryState.CLAIMED}
    assert {one.attempt for one in new} == {2}
    await store.record_broadcast([BroadcastResult(one, Outcome.REJECTED) for one in old])
    assert await store.mark_broadcast(old, NOW + LEASE, MARGIN) == [False, False]
    assert await store.mark_broadcast(new, NOW + LEASE, MARGIN) == [True, True]
    await store.record_broadcast([BroadcastResult(one, Outcome.SENT) for one in new])
    await store.record_broadcast([BroadcastResult(one, Outcome.SENT) for one in new])
    assert (await broadcast(store)).tally == {Outcome.SENT: 2}


async def test_what_waits_for_later_is_counted_and_comes_then(store: Store) -> None:
    await people(store, 1, 2, 3)
    await started(store, canary=3)
    claims = await claim(store)
    morning = NOW + timedelta(hours=8)
    await store.record_broadcast(
        [
            BroadcastResult(claims[0], Outcome.LATER, morning),
            BroadcastResult(claims[1], Outcome.LATER, LATER),
            BroadcastResult(claims[2], Outcome.GONE),
        ]
    )
    assert await store.held_back("b1", NOW) == HeldBack(2, morning)
    assert await store.held_back("b1", LATER) == HeldBack(1, morning)
    assert await store.held_back("b1", morning) == HeldBack(0, None)
    assert await send(store, LATER) == [claims[1].chat_id]
    assert await store.settle_broadcasts(LATER) == 0
    assert await send(store, morning) == [claims[0].chat_id]
    assert (await broadcast(store)).tally == {Outcome.SENT: 2, Outcome.GONE: 1}


async def test_who_stopped_the_tip_meanwhile_is_claimed_without_a_choice(store: Store) -> None:
    await people(store, 1, 2)
    await started(store, canary=2)
    await store.unsubscribe(1, NOW)
    choices = {one.chat_id: one.choice for one in await claim(store)}
    assert choices == {1: None, 2: CHOICE}


async def test_its_last_day_ends_it(store: Store) -> None:
    await people(store, 1, 2)
    await started(store)
    assert await store.settle_broadcasts(END - timedelta(seconds=1)) == 0
    assert await store.settle_broadcasts(END) == 1
    assert await state(store) is S.EXPIRED
    assert await claim(store, END) in ([], ())


async def test_progress_is_shown_by_one_alone_now_and_then_and_whenever_the_state_changed(store: Store) -> None:
    await people(store, 1, 2)
    await store.create_broadcast(DRAFT)
    assert await store.claim_panels(NOW, NOW) in ([], ())
    await store.move_broadcast("b1", [S.DRAFT], S.WAITING, NOW)
    await store.note_panels("b1", author=7)
    await store.note_panels("b1", approver=8)
    await store.note_panels("b1")
    (shown,) = await store.claim_panels(NOW, NOW - MARGIN)
    assert (shown.author_message, shown.approver_message, shown.state) == (7, 8, S.WAITING)
    assert await store.claim_panels(LATER, LATER) in ([], ()), "a broadcast that waits does not move"
    await store.move_broadcast("b1", [S.WAITING], S.GATHERING, LATER, approver=SECOND, ends_at=END)
    assert len(await store.claim_panels(LATER, NOW)) == 1
    assert await store.claim_panels(LATER, NOW) in ([], ())
    assert len(await store.claim_panels(LATER + MARGIN, LATER)) == 1
    await store.move_broadcast("b1", [S.GATHERING], S.STOPPED, LATER)
    assert len(await store.claim_panels(LATER, NOW)) == 1
    assert await store.claim_panels(END, END) in ([], ())


async def test_forget_erases_a_chats_part_and_an_administrators_own(store: Store) -> None:
    await people(store, 1, 2, SECOND)
    await started(store)
    assert (await store.held(1))["broadcast_deliveries"][0]["broadcast_id"] == "b1"
    (own,) = (await store.held(AUTHOR))["broadcasts"]
    assert own["author"] == AUTHOR
    assert [row["text"] for row in (await store.held(AUTHOR))["broadcast_texts"]] == ["Hello", "こんにちは"]
    assert (await store.forget(1)).rows == {"chats": 1, "subscriptions": 1, "broadcast_deliveries": 1}
    await store.forget(SECOND)
    assert (await broadcast(store)).approver is None
    assert (await store.forget(AUTHOR)).rows == {"broadcasts": 1}
    assert await store.broadcast_of("b1") is None
    assert "broadcast_deliveries" not in await store.held(2)


async def test_a_broadcast_is_deleted_a_month_after_its_last_change(store: Store) -> None:
    await people(store, 1)
    await started(store)
    assert "broadcasts" not in (await store.purge(NOW + BROADCAST_KEPT - LEASE)).rows
    assert (await store.purge(NOW + BROADCAST_KEPT)).rows["broadcasts"] == 1
    assert await store.broadcast_of("b1") is None
    assert "broadcast_deliveries" not in await store.held(1)


async def test_a_groups_part_follows_it_to_its_new_id(store: Store) -> None:
    await people(store, -5)
    await started(store)
    (found,) = await claim(store)
    await store.migrate_chat(-5, -100)
    await store.record_broadcast([BroadcastResult(replace(found, chat_id=-100), Outcome.LATER, NOW)])
    assert await send(store) == [-100]


async def test_several_processes_never_claim_the_same_message(address: str) -> None:
    stores = [await open_store(address) for _ in range(3)]
    await people(stores[0], *range(1, 61))
    await started(stores[0], canary=60)

    async def work(store: Store, worker: str) -> list[int]:
        mine: list[int] = []
        while claims := await store.claim_broadcast("b1", NOW, 7, worker, LEASE):
            assert all(await store.mark_broadcast(claims, NOW, MARGIN))
            await store.record_broadcast([BroadcastResult(one, Outcome.SENT) for one in claims])
            mine += [one.chat_id for one in claims]
        return mine

    parts = await asyncio.gather(*(work(store, f"w{number}") for number, store in enumerate(stores)))
    assert sorted(chat_id for part in parts for chat_id in part) == list(range(1, 61))
    assert (await broadcast(stores[1])).tally == {Outcome.SENT: 60}
    for store in stores:
        await store.close()


@pytest.mark.parametrize("size", [1, 3])
async def test_the_first_few_are_the_same_in_every_store(store: Store, size: int) -> None:
    everybody = [-1001234567890123, *range(71_000, 71_010)]
    await people(store, *everybody)
    await started(store, canary=size)
    assert sorted(await send(store)) == sorted(sorted(everybody, key=spread)[:size])
