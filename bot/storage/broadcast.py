"""Broadcasts, as values: what administrators send to many, to whom, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.storage.model import DeliveryState, Outcome, SubscriptionChoice
from content.profile import Profile


class BroadcastState(StrEnum):
    """Where a broadcast stands.

    DRAFT: its author writes it. WAITING: for the approval of a second administrator. GATHERING: its people are being
    written down. CANARY: it goes to a few of them. ASKING: whether it shall go on to all. RUNNING, PAUSED: as they say.
    DONE: everybody was tried. STOPPED: by an administrator. EXPIRED: its last day came first.
    """

    DRAFT = "draft"
    WAITING = "waiting"
    GATHERING = "gathering"
    CANARY = "canary"
    ASKING = "asking"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    EXPIRED = "expired"


SENDING = (BroadcastState.CANARY, BroadcastState.RUNNING)
"""States in which messages leave."""
STARTED = (BroadcastState.GATHERING, BroadcastState.CANARY, BroadcastState.ASKING, BroadcastState.RUNNING,
           BroadcastState.PAUSED)  # fmt: skip
"""States of a broadcast that was approved and is not over."""
OPEN = (BroadcastState.DRAFT, BroadcastState.WAITING, *STARTED)
"""States of a broadcast that is not over."""
TALLIED = (Outcome.SENT, Outcome.GONE, Outcome.UNCERTAIN, Outcome.REJECTED, Outcome.SKIPPED)
"""Outcomes after which nothing more is tried."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a broadcast is for: of the chats with a daily tip those that fit everything that is said here.

    Empty sets and None mean: all. `seen_item` is an item of the pack, `seen_version` one version of it that the chat
    was shown; None means any version, of a tip (`tip:ID`) also as the daily one, as far back as the ledger goes.
    """

    languages: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    seen_item: str | None = None
    seen_version: str | None = None


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One broadcast. `item` is a topic or tip of the pack (`topic:ID`, `tip:ID`); None: the `texts`, by language.

    A `correction` is what must be known, an `urgent` one does not wait for the morning. `days` is how long it is tried
    after the approval. `revision` grows with every change, so that nobody approves what they did not see. `total`
    people are meant, of whom `tally` were tried; `began_at` and `began_done` say since when it runs and from where.
    """

    broadcast_id: str
    author: int
    created_at: datetime
    correction: bool = False
    urgent: bool = False
    item: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    target: Target = Target()
    days: int = 3
    state: BroadcastState = BroadcastState.DRAFT
    revision: int = 1
    approver: int | None = None
    ends_at: datetime | None = None
    total: int = 0
    tally: Mapping[Outcome, int] = field(default_factory=dict)
    began_at: datetime | None = None
    began_done: int = 0
    author_message: int | None = None
    approver_message: int | None = None

    @property
    def done(self) -> int:
        """How many people were tried to the end."""
        return sum(self.tally.values())


@dataclass(frozen=True, slots=True)
class BroadcastClaim:
    """One message of a broadcast that one worker holds until its lease ends.

    `choice` is None when the chat has no daily tip any more. `found` SENDING: an earlier worker began to send it and
    never said how it ended.
    """

    broadcast_id: str
    chat_id: int
    worker: str
    attempt: int
    profile: Profile
    choice: SubscriptionChoice | None
    found: DeliveryState


@dataclass(frozen=True, slots=True)
class BroadcastResult:
    """How a claimed message ended; `retry_at` belongs to LATER alone."""

    claim: BroadcastClaim
    outcome: Outcome
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many messages wait for a later time, and the latest of these times."""

    chats: int
    until: datetime | None


def spread(chat_id: int) -> int:
    """Return a chat's place in the order in which the first few are chosen: neighbours lie far apart."""
    return abs(chat_id) % SPREAD * STEP % SPREAD


SPREAD, STEP = 1_000_003, 7_919
"""Two primes."""
