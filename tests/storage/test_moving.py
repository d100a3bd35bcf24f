"""What every kind of store promises of a group that gets another id."""

from __future__ import annotations

from dataclasses import replace

from bot.storage.model import ChatKind, DeliveryState, Outcome, Result
from bot.storage.protocol import Store
from tests.storage.tips import CHOICE, DUE, FULL, LEASE, MARGIN, NOW, PARENT, TOMORROW, claim_one, deliver, subscribed


async def test_a_group_keeps_its_rows_under_its_new_id(store: Store) -> None:
    await store.save_profile(-5, PARENT, ChatKind.GROUP, NOW)
    await store.subscribe(-5, CHOICE, DUE, NOW)
    await deliver(store, "tip-a")
    await store.record_messages([(-5, 1)], NOW)
    assert await store.migrate_chat(-5, -100) is True
    assert await store.held(-5) == {}
    chat = await store.chat_of(-100)
    assert chat is not None
    assert (chat.kind, chat.profile) == (ChatKind.SUPERGROUP, PARENT)
    assert await store.sent_tips(-100) == ("tip-a",)
    assert [row.tip_id for row in await store.deliveries_of(-100)] == ["tip-a"]
    assert await store.messages_of(-100, NOW - LEASE) == []
    assert (await claim_one(store, TOMORROW.at)).chat_id == -100
    assert await store.migrate_chat(-5, -100) is False
    assert await store.migrate_chat(-100, -100) is False


async def test_what_the_new_id_already_has_is_kept(store: Store) -> None:
    await subscribed(store, -5, -100)
    await store.subscribe(-100, FULL, TOMORROW, NOW)
    await deliver(store, "tip-a")
    await store.migrate_chat(-5, -100)
    subscription = await store.subscription_of(-100)
    assert subscription is not None
    assert (subscription.choice, subscription.due) == (FULL, TOMORROW)
    assert [row.tip_id for row in await store.deliveries_of(-100)] == ["tip-a"]
    assert await store.held(-5) == {}


async def test_a_claim_survives_the_move_of_its_group(store: Store) -> None:
    await subscribed(store, -5)
    found = await claim_one(store)
    await store.mark_sending([(found, "tip-a")], NOW, MARGIN)
    await store.migrate_chat(-5, -100)
    moved = replace(found, chat_id=-100)
    await store.record([Result(moved, Outcome.LATER, None, "tip-a", None, NOW)], NOW)
    again = await claim_one(store)
    assert (again.chat_id, again.found) == (-100, DeliveryState.WAITING)
