"""The verbs about chats and subscriptions, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.storage.model import Chat, ChatKind, Due, Receipt, Subscription, SubscriptionChoice, whole_second
from bot.storage.protocol import BROADCAST_KEPT, CHAT_KEPT, DELIVERY_KEPT, MESSAGE_KEPT, SHOWN_KEPT, UPDATE_KEPT
from bot.storage.rows import (
    chat_from,
    choice_row,
    guess_kind,
    new_chat_row,
    plain_row,
    plan_row,
    profile_from,
    profile_row,
    subscription_from,
)
from content.profile import Profile


class MemoryTables:
    """The rows, by primary key, with the columns of the SQL tables."""

    def __init__(self) -> None:
        self.chats_by_id: dict[int, dict[str, Any]] = {}
        self.subscriptions_by_id: dict[int, dict[str, Any]] = {}
        self.deliveries_by_day: dict[tuple[int, date], dict[str, Any]] = {}
        self.messages: dict[tuple[int, int], datetime] = {}
        self.updates: dict[int, datetime] = {}
        self.counters: dict[tuple[date, str, str, str], int] = {}
        self.pictures: dict[tuple[int, str], str] = {}
        self.shown: dict[tuple[int, str, str], datetime] = {}
        self.summaries: dict[int, datetime] = {}
        self.broadcasts_by_id: dict[str, dict[str, Any]] = {}
        self.broadcast_texts: dict[str, dict[str, str]] = {}
        self.broadcast_deliveries: dict[tuple[str, int], dict[str, Any]] = {}

    def drop_broadcasts(self, broadcast_ids: Collection[str]) -> int:
        """Delete broadcasts with their texts and messages; return how many there were."""
        for broadcast_id in broadcast_ids:
            del self.broadcasts_by_id[broadcast_id]
            del self.broadcast_texts[broadcast_id]
        for key in [key for key in self.broadcast_deliveries if key[0] in broadcast_ids]:
            del self.broadcast_deliveries[key]
        return len(broadcast_ids)

    def gets_tips(self, chat_id: int) -> bool:
        """Tell whether the chat has a subscription that was not ended."""
        row = self.subscriptions_by_id.get(chat_id)
        return row is not None and row["ended_at"] is None

    def drop_shown(self, chat_id: int) -> int:
        """Forget what the chat was shown; return how many rows that were."""
        gone = [key for key in self.shown if key[0] == chat_id]
        for key in gone:
            del self.shown[key]
        return len(gone)


class MemoryChats(MemoryTables):
    """Implements `bot.storage.protocol.Chats`."""

    async def chat_of(self, chat_id: int) -> Chat | None:
        """See the protocol."""
        row = self.chats_by_id.get(chat_id)
        return chat_from(row) if row else None

    async def profile_of(self, chat_id: int) -> Profile | None:
        """See the protocol."""
        chat = await self.chat_of(chat_id)
        return chat.profile if chat else None

    async def profiles_of(self, chat_ids: Collection[int]) -> Mapping[int, Profile]:
        """See the protocol."""
        known = self.chats_by_id
        return {chat_id: profile_from(known[chat_id]) for chat_id in chat_ids if chat_id in known}

    async def save_profile(self, chat_id: int, profile: Profile, kind: ChatKind, now: datetime) -> None:
        """See the protocol."""
        row = self.chats_by_id.setdefault(chat_id, new_chat_row(chat_id, profile, kind, now))
        row.update(kind=kind.value, **profile_row(profile), deactivated_at=None, reason=None)

    async def subscribe(self, chat_id: int, choice: SubscriptionChoice, due: Due, now: datetime) -> None:
        """See the protocol."""
        choice.validate()
        chat = self.chats_by_id.setdefault(chat_id, new_chat_row(chat_id, Profile(), guess_kind(chat_id), now))
        chat.update(deactivated_at=None, reason=None)
        first = {"chat_id": chat_id, "sent": "", "created_at": whole_second(now), "last_date": None}
        row = self.subscriptions_by_id.setdefault(chat_id, first)
        row.update(**choice_row(choice), **plan_row(due), ended_at=None)

    async def unsubscribe(self, chat_id: int, now: datetime) -> bool:
        """See the protocol."""
        row = self.subscriptions_by_id.get(chat_id)
        if row is None or row["ended_at"] is not None:
            return False
        row.update(ended_at=whole_second(now), **plan_row(None))
        self.drop_shown(chat_id)
        return True

    async def subscription_of(self, chat_id: int) -> Subscription | None:
        """See the protocol."""
        row = self.subscriptions_by_id.get(chat_id)
        return subscription_from(row) if row else None

    async def subscriptions(self, after: int | None, limit: int) -> Sequence[Subscription]:
        """See the protocol."""
        wanted = sorted(
            chat_id
            for chat_id, row in self.subscriptions_by_id.items()
            if row["ended_at"] is None and (after is None or chat_id > after)
        )
        return [subscription_from(self.subscriptions_by_id[chat_id]) for chat_id in wanted[:limit]]

    async def deactivate(self, chat_id: int, reason: str, now: datetime) -> None:
        """See the protocol."""
        row = self.chats_by_id.get(chat_id)
        if row is not None and row["deactivated_at"] is None:
            row.update(deactivated_at=whole_second(now), reason=reason[:64])
        await self.unsubscribe(chat_id, now)

    async def migrate_chat(self, old: int, new: int) -> bool:
        """See the protocol."""
        if old == new or old not in self.chats_by_id:
            return False
        chat = {**self.chats_by_id[old], "chat_id": new, "kind": ChatKind.SUPERGROUP.value}
        self.chats_by_id.setdefault(new, chat)
        if old in self.subscriptions_by_id:
            row = {**self.subscriptions_by_id[old], "chat_id": new}
            self.subscriptions_by_id.setdefault(new, row)
        for (chat_id, day), delivery in list(self.deliveries_by_day.items()):
            if chat_id == old:
                self.deliveries_by_day.setdefault((new, day), {**delivery, "chat_id": new})
        if self.gets_tips(new):
            for (chat_id, item, version), at in list(self.shown.items()):
                if chat_id == old:
                    self.shown.setdefault((new, item, version), at)
        for (broadcast_id, chat_id), message in list(self.broadcast_deliveries.items()):
            if chat_id == old:
                self.broadcast_deliveries.setdefault((broadcast_id, new), {**message, "chat_id": new})
        await self.forget(old)
        return True

    async def forget(self, chat_id: int) -> Receipt:
        """See the protocol."""
        days = [key for key in self.deliveries_by_day if key[0] == chat_id]
        messages = [key for key in self.messages if key[0] == chat_id]
        for day in days:
            del self.deliveries_by_day[day]
        for message in messages:
            del self.messages[message]
        written = [key for key, row in self.broadcasts_by_id.items() if row["author"] == chat_id]
        own = self.drop_broadcasts(written)
        for row in self.broadcasts_by_id.values():
            if row["approver"] == chat_id:
                row.update(approver=None, approver_message=None)
        got = [key for key in self.broadcast_deliveries if key[1] == chat_id]
        for key in got:
            del self.broadcast_deliveries[key]
        rows = {
            "broadcasts": own,
            "broadcast_deliveries": len(got),
            "summaries": int(self.summaries.pop(chat_id, None) is not None),
            "shown": self.drop_shown(chat_id),
            "messages": len(messages),
            "deliveries": len(days),
            "subscriptions": int(self.subscriptions_by_id.pop(chat_id, None) is not None),
            "chats": int(self.chats_by_id.pop(chat_id, None) is not None),
        }
        return Receipt({name: number for name, number in rows.items() if number})

    async def held(self, chat_id: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """See the protocol."""
        chat, subscription = self.chats_by_id.get(chat_id), self.subscriptions_by_id.get(chat_id)
        tables = {
            "chats": [chat] if chat else [],
            "subscriptions": [subscription] if subscription else [],
            "deliveries": [row for (owner, _), row in sorted(self.deliveries_by_day.items()) if owner == chat_id],
            "messages": [
                {"chat_id": owner, "message_id": message_id, "at": at}
                for (owner, message_id), at in sorted(self.messages.items())
                if owner == chat_id
            ],
            "broadcasts": [
                row for row in self.broadcasts_by_id.values() if chat_id in {row["author"], row["approver"]}
            ],
            "broadcast_texts": [
                {"broadcast_id": key, "language": language, "text": text}
                for key, texts in sorted(self.broadcast_texts.items())
                for language, text in sorted(texts.items())
                if self.broadcasts_by_id[key]["author"] == chat_id
            ],
            "broadcast_deliveries": [
                row for (_, owner), row in sorted(self.broadcast_deliveries.items()) if owner == chat_id
            ],
            "shown": [
                {"chat_id": owner, "item": item, "version": version, "at": at}
                for (owner, item, version), at in sorted(self.shown.items())
                if owner == chat_id
            ],
            "summaries": [
                {"chat_id": chat_id, "due_at": at} for owner, at in self.summaries.items() if owner == chat_id
            ],
        }
        return {name: [plain_row(row) for row in rows] for name, rows in tables.items() if rows}

    async def purge(self, now: datetime) -> Receipt:
        """See the protocol."""
        rows = dict.fromkeys(
            (
                "broadcasts",
                "broadcast_deliveries",
                "messages",
                "updates",
                "shown",
                "summaries",
                "subscriptions",
                "deliveries",
                "chats",
            ),
            0,
        )
        old = [key for key, row in self.broadcasts_by_id.items() if row["changed_at"] <= now - BROADCAST_KEPT]
        rows["broadcasts"] = self.drop_broadcasts(old)
        for shown in [key for key, at in self.shown.items() if at <= now - SHOWN_KEPT]:
            del self.shown[shown]
            rows["shown"] += 1
        for key in [key for key, at in self.messages.items() if at <= now - MESSAGE_KEPT]:
            del self.messages[key]
            rows["messages"] += 1
        for update_id in [update_id for update_id, at in self.updates.items() if at <= now - UPDATE_KEPT]:
            del self.updates[update_id]
            rows["updates"] += 1
        for chat_id, row in list(self.subscriptions_by_id.items()):
            if row["ended_at"] is not None and row["ended_at"] <= now - CHAT_KEPT:
                del self.subscriptions_by_id[chat_id]
                rows["subscriptions"] += 1
        for chat_id, row in list(self.chats_by_id.items()):
            if row["deactivated_at"] is not None and row["deactivated_at"] <= now - CHAT_KEPT:
                for name, number in (await self.forget(chat_id)).rows.items():
                    rows[name] += number
        for day, row in list(self.deliveries_by_day.items()):
            if row["due_at"] <= now - DELIVERY_KEPT:
                del self.deliveries_by_day[day]
                rows["deliveries"] += 1
        return Receipt({name: number for name, number in rows.items() if number})
