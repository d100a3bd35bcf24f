"""The verbs of the store. Everything else in the house depends on these alone, never on a database.

Every `now` is an aware datetime. Every verb is one transaction: it happens whole or not at all. Any verb raises
`StoreError` when the database cannot be reached or written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.storage.broadcast import Broadcast, BroadcastClaim, BroadcastResult, BroadcastState, HeldBack, Target
from bot.storage.model import (
    Chat,
    ChatKind,
    Count,
    Crowd,
    Delivery,
    Due,
    DueDelivery,
    Receipt,
    Result,
    Seen,
    Shown,
    Subscription,
    SubscriptionChoice,
)
from content.profile import Profile

CHAT_KEPT = timedelta(days=30)
"""How long a chat that blocked the bot, or a subscription that was ended, is kept before it is deleted."""
DELIVERY_KEPT = timedelta(days=35)
"""How long the ledger of deliveries is kept. The history, which prevents repeats, stays with the subscription."""
MESSAGE_KEPT = timedelta(hours=48)
"""How long ids of messages are kept: as long as Telegram lets a bot delete them."""
UPDATE_KEPT = timedelta(days=1)
"""How long ids of handled updates are kept: as long as Telegram repeats an update."""

FARTHEST = timedelta(days=8)
"""The next tip of a subscription without a pause is never further away: the rarest choice is one day a week."""

SHOWN_KEPT = timedelta(days=90)
"""How long is known which version of a text a subscribed chat was shown, so that it can be told of a mistake."""

BROADCAST_KEPT = timedelta(days=30)
"""How long a broadcast is kept after its last change: its text, and to whom it went."""


class Chats(Protocol):
    """Who is there, and what they chose."""

    async def chat_of(self, chat_id: int) -> Chat | None:
        """Return the chat, or None when nothing is known of it."""

    async def profile_of(self, chat_id: int) -> Profile | None:
        """Return what the chat told about its reader, or None when nothing is known of it."""

    async def profiles_of(self, chat_ids: Collection[int]) -> Mapping[int, Profile]:
        """Return what many chats told, by chat id; chats of which nothing is known are missing."""

    async def save_profile(self, chat_id: int, profile: Profile, kind: ChatKind, now: datetime) -> None:
        """Keep the profile; a chat that had been deactivated counts as present again."""

    async def subscribe(self, chat_id: int, choice: SubscriptionChoice, due: Due, now: datetime) -> None:
        """Begin or change a subscription whose next tip is `due`.

        The history of tips stays. Raises ValueError when the choice is impossible.
        """

    async def unsubscribe(self, chat_id: int, now: datetime) -> bool:
        """End the subscription; say whether there was an active one."""

    async def subscription_of(self, chat_id: int) -> Subscription | None:
        """Return the subscription, also an ended one as long as it is kept."""

    async def subscriptions(self, after: int | None, limit: int) -> Sequence[Subscription]:
        """Return up to `limit` active subscriptions by rising chat id, behind `after` (None: from the first)."""

    async def deactivate(self, chat_id: int, reason: str, now: datetime) -> None:
        """Note that the chat takes no more messages, and end its subscription. `purge` deletes it in time."""

    async def migrate_chat(self, old: int, new: int) -> bool:
        """Move all rows of a group to its new id; what the new id already has is kept. Say whether anything moved."""

    async def forget(self, chat_id: int) -> Receipt:
        """Delete every row of the chat, and say how many there were."""

    async def held(self, chat_id: int) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """Return the very rows held about the chat, by table; values are text, numbers, booleans or None."""

    async def purge(self, now: datetime) -> Receipt:
        """Delete all that has outlived its purpose, by the limits above."""


class Deliveries(Protocol):
    """The claim, the ledger and the history of tips."""

    async def lead(self) -> bool:
        """Say whether this process is the one that dispatches now; on PostgreSQL one of several is, else each.

        Ask before every claim: the lead is kept from then on, until the process closes its store, dies, or freezes
        for 15 s. A process that lost it may still hold claims; their leases guard them.
        """

    async def claim_due(self, now: datetime, limit: int, worker: str, lease: timedelta) -> Sequence[DueDelivery]:
        """Take up to `limit` due tips, longest due first; nobody else gets them before `now + lease`.

        `worker` must be unique to a running process. A tip whose lease ran out is taken again.
        """

    async def mark_sending(
        self, tips: Sequence[tuple[DueDelivery, str]], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        """Write down that the chosen tips (their ids) are about to be sent; say of each, in order, whether it may be.

        A claim whose lease ends within `margin`, or that somebody else took meanwhile, must not be sent.
        """

    async def record(self, results: Sequence[Result], now: datetime) -> None:
        """Write down how deliveries ended and move their subscriptions on.

        A claim that was lost meanwhile changes nothing. Where a chat changed its wish meanwhile, the new plan stays.
        """

    async def release(self, claims: Sequence[DueDelivery], now: datetime) -> None:
        """Give back claims that were not sent, to be taken again at once."""

    async def sent_tips(self, chat_id: int) -> Sequence[str]:
        """Return the ids of all tips sent to the chat, the latest last."""

    async def deliveries_of(self, chat_id: int) -> Sequence[Delivery]:
        """Return the chat's part of the ledger by local date."""


class Plans(Protocol):
    """Plans that a clock which had jumped ahead has made, and that a corrected one finds too far away."""

    async def adrift(self, now: datetime, limit: int) -> Sequence[Subscription]:
        """Return up to `limit` active subscriptions without a pause that sleep for longer than any choice explains."""

    async def replan(self, chat_id: int, due: Due, now: datetime) -> bool:
        """Make `due` the next tip of a subscription that is adrift, and forget its last day; say whether it was.

        One that is not, by now, keeps its plan. That a day has one tip at most is for the ledger to see to.
        """


class Records(Protocol):
    """Small things that are kept for a short while, and counters that point to nobody."""

    async def picture_file_id(self, bot_id: int, key: str) -> str | None:
        """Return Telegram's id of a picture that this bot has uploaded before."""

    async def save_picture_file_id(self, bot_id: int, key: str, file_id: str) -> None:
        """Keep Telegram's id of an uploaded picture."""

    async def record_messages(self, pairs: Collection[tuple[int, int]], now: datetime) -> None:
        """Keep ids of messages (chat id, message id), nothing else of them, so that a chat can have them deleted."""

    async def messages_of(self, chat_id: int, since: datetime) -> Sequence[int]:
        """Return the ids of the chat's messages from `since` on, in rising order."""

    async def forget_messages(self, chat_id: int, message_ids: Collection[int]) -> None:
        """Drop the ids of messages that were deleted."""

    async def seen_updates(self, update_ids: Collection[int]) -> AbstractSet[int]:
        """Return those of the updates that were handled before."""

    async def newest_update(self) -> int | None:
        """Return the highest number of an update that was handled, None when none is kept."""

    async def record_updates(self, update_ids: Collection[int], now: datetime) -> None:
        """Write down that the updates were handled."""

    async def count(self, day: date, kind: str, key: str, language: str, number: int = 1) -> None:
        """Add to a counter. Never pass anything in `key` that could point to a person."""

    async def counts(self, since: date) -> Sequence[Count]:
        """Return all counters from `since` on, in order of day, kind, key and language."""


class Surveys(Protocol):
    """What administrators may know: how many, never who."""

    async def crowds(self) -> Sequence[Crowd]:
        """Return how many chats take messages, by language and country."""

    async def record_shown(self, shown: Collection[Shown], now: datetime) -> None:
        """Keep which versions were shown, of the subscribed chats alone. It ends with the subscription.

        The one verb that may write a part and then fail: written again, nothing changes.
        """

    async def seen(self) -> Sequence[Seen]:
        """Return the versions that subscribed chats were shown, those that most saw first."""

    async def want_summary(self, chat_id: int, due: datetime | None) -> None:
        """Plan the next summary of an administrator; None: no more of them."""

    async def summary_due(self, chat_id: int) -> datetime | None:
        """Return when the chat's next summary is due; None when it wants none."""

    async def claim_summaries(self, now: datetime, following: datetime) -> Sequence[int]:
        """Return whose summary is due, and move each to `following`: nobody else gets these."""


class Broadcasts(Protocol):
    """What administrators send to many: the draft, the approval, and the message of each chat."""

    async def create_broadcast(self, broadcast: Broadcast) -> None:
        """Keep a new draft."""

    async def broadcast_of(self, broadcast_id: str) -> Broadcast | None:
        """Return a broadcast, or None when there is none of this id."""

    async def broadcasts(self, states: Collection[BroadcastState]) -> Sequence[Broadcast]:
        """Return the broadcasts in one of the states, the oldest first."""

    async def change_draft(self, broadcast: Broadcast, now: datetime) -> bool:
        """Keep what a draft says now, with the next revision; False, and nothing changes, when it is no draft."""

    async def move_broadcast(
        self,
        broadcast_id: str,
        sources: Collection[BroadcastState],
        target: BroadcastState,
        now: datetime,
        *,
        revision: int | None = None,
        approver: int | None = None,
        ends_at: datetime | None = None,
    ) -> bool:
        """Move a broadcast from one of the states to another; say whether it moved.

        With `approver` it moves only if somebody else is its author, with `revision` only if that is its newest.
        """

    async def note_panels(self, broadcast_id: str, *, author: int | None = None, approver: int | None = None) -> None:
        """Keep the ids of the messages that show the two administrators how far it is."""

    async def claim_panels(self, now: datetime, before: datetime) -> Sequence[Broadcast]:
        """Return the broadcasts whose state was not shown yet, or that move and were last shown by `before`.

        Nobody else gets these until then.
        """

    async def count_target(self, target: Target) -> int:
        """Return how many chats a target fits now."""

    async def gather(self, broadcast_id: str, limit: int, now: datetime) -> int:
        """Write down up to `limit` more chats that the target fits; return how many. 0: there are no more."""

    async def begin_canary(self, broadcast_id: str, size: int, now: datetime) -> bool:
        """End the gathering and choose `size` chats, spread over all, that get it first."""

    async def claim_broadcast(
        self, broadcast_id: str, now: datetime, limit: int, worker: str, lease: timedelta
    ) -> Sequence[BroadcastClaim]:
        """Take up to `limit` messages that are due; nobody else gets them before `now + lease`."""

    async def mark_broadcast(
        self, claims: Sequence[BroadcastClaim], now: datetime, margin: timedelta
    ) -> Sequence[bool]:
        """Write down that these are about to be sent; say of each, in order, whether it may be.

        It may not when its lease ends within `margin`, somebody else took it, or the broadcast was stopped or paused.
        """

    async def record_broadcast(self, results: Sequence[BroadcastResult]) -> None:
        """Write down how messages ended, and count them. A claim that was lost meanwhile changes nothing."""

    async def release_broadcast(self, claims: Sequence[BroadcastClaim], now: datetime) -> None:
        """Give back claims that were not sent, to be taken again at once."""

    async def held_back(self, broadcast_id: str, now: datetime) -> HeldBack:
        """Return how many messages wait for a later time."""

    async def settle_broadcasts(self, now: datetime) -> int:
        """Move on what is through, or past its last day; return how many broadcasts moved."""


class Store(Chats, Deliveries, Plans, Records, Surveys, Broadcasts, Protocol):
    """All verbs together, and the store's own life."""

    shared: bool
    """Whether other processes may write to it at the same time, as replicas on one PostgreSQL do."""

    async def ping(self) -> None:
        """Raise StoreError when the store cannot answer now."""

    async def close(self) -> None:
        """Give back everything the store holds open. No verb may be used afterwards."""
