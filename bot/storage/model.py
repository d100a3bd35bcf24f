"""What is kept, as values. Rows are keyed by chat: a person, a group and a channel are each one chat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from content.profile import Profile


class StoreError(Exception):
    """The store cannot do what was asked. Its text is one sentence that names the culprit and no person."""


class ChatKind(StrEnum):
    """Telegram's kinds of chats."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Days(StrEnum):
    """On which days a tip is wanted."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"


class Outcome(StrEnum):
    """How a delivery ended. Every answer of Telegram is exactly one of the first six.

    SENT: it arrived. GONE: the chat takes no more messages from this bot. MOVED: the chat has a new id.
    LATER: it certainly did not arrive, and may be tried again. UNCERTAIN: nobody knows whether it arrived.
    REJECTED: Telegram will not take it, today or with another try.
    SKIPPED: it was not even tried (too late, or no tip fits).
    """

    SENT = "sent"
    GONE = "gone"
    MOVED = "moved"
    LATER = "later"
    UNCERTAIN = "uncertain"
    REJECTED = "rejected"
    SKIPPED = "skipped"


class DeliveryState(StrEnum):
    """Where a delivery stands: CLAIMED by a worker, SENDING, WAITING for another try, or DONE with an outcome."""

    CLAIMED = "claimed"
    SENDING = "sending"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the local clock in which nothing is sent; `until` earlier than `start` means the next morning."""

    start: time
    until: time

    def covers(self, wall: time) -> bool:
        """Tell whether the local clock time `wall` is quiet. Equal ends mean no quiet hours at all."""
        if self.start <= self.until:
            return self.start <= wall < self.until
        return wall >= self.start or wall < self.until


@dataclass(frozen=True, slots=True)
class SubscriptionChoice:
    """What a chat chose: the local time of its tip, on which days, in which IANA zone, and what to leave out.

    `weekday` is the ISO weekday (1 = Monday) of a weekly tip and None otherwise. `paused_until` is the first
    local day that gets a tip again. `pictures`: a tip comes under a picture of its words. `excluded` holds ids of
    topics.
    """

    hour: int
    minute: int = 0
    zone: str = "UTC"
    days: Days = Days.DAILY
    weekday: int | None = None
    quiet: Quiet | None = None
    paused_until: date | None = None
    pictures: bool = False
    excluded: frozenset[str] = frozenset()

    def validate(self) -> None:
        """Raise ValueError with one sentence when a part of the choice is impossible."""
        if not 0 <= self.hour <= 23:
            raise ValueError(f"the hour {self.hour} is not between 0 and 23")
        if not 0 <= self.minute <= 59:
            raise ValueError(f"the minute {self.minute} is not between 0 and 59")
        if self.days is Days.WEEKLY and not (self.weekday and 1 <= self.weekday <= 7):
            raise ValueError("a weekly tip needs a weekday between 1 (Monday) and 7 (Sunday)")
        if self.days is not Days.WEEKLY and self.weekday is not None:
            raise ValueError(f"a weekday goes with a weekly tip only, not with {self.days}")
        if any(not topic or topic.split() != [topic] for topic in self.excluded):
            raise ValueError("an excluded topic is not an id")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{self.zone[:64]!r} is not a time zone") from None


@dataclass(frozen=True, slots=True)
class Due:
    """When a tip is to be sent: the instant, and the chosen local day that it belongs to."""

    at: datetime
    local_date: date


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat: its profile, when it was first seen, and since when and why it takes no more messages."""

    chat_id: int
    kind: ChatKind
    profile: Profile
    created_at: datetime
    deactivated_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat's wish for tips.

    `due` is None when no tip is planned; `last_date` is the last local day that had its tip. `sent` are the ids of all
    tips sent so far, the latest last.
    """

    chat_id: int
    choice: SubscriptionChoice
    due: Due | None
    created_at: datetime
    ended_at: datetime | None = None
    last_date: date | None = None
    sent: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether tips are wanted."""
        return self.ended_at is None

    @property
    def next_due(self) -> datetime | None:
        """The instant of the next tip in UTC."""
        return self.due.at if self.due else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the ledger: what became of the tip of one chat on one local day."""

    chat_id: int
    local_date: date
    due_at: datetime
    state: DeliveryState
    attempt: int
    outcome: Outcome | None = None
    tip_id: str | None = None
    message_id: int | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A due tip that one worker holds until its lease ends, with all that is needed to choose and send it.

    `found` is the state in which the day's delivery was found: None when it is new, WAITING or CLAIMED when an earlier
    try came to nothing, SENDING when an earlier worker began to send `tip_id` and never said how it ended, DONE when
    that day already had its tip. `sent` are the ids of all tips sent so far, the latest last.
    """

    chat_id: int
    due: Due
    worker: str
    attempt: int
    profile: Profile
    choice: SubscriptionChoice
    found: DeliveryState | None = None
    tip_id: str | None = None
    sent: tuple[str, ...] = ()
    last_date: date | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a claimed delivery ended, and what comes next.

    `outcome` None leaves the ledger as it is and only moves on. `next_due` is the following tip; None stops
    the tips of this chat. `retry_at` belongs to LATER alone: the same day's tip is tried again then.
    """

    claim: DueDelivery
    outcome: Outcome | None
    next_due: Due | None = None
    tip_id: str | None = None
    message_id: int | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened on one day (UTC). Nothing in it points to a person."""

    day: date
    kind: str
    key: str
    language: str
    number: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many chats of one language and country take messages, and how many of them get tips."""

    language: str
    country: str | None
    chats: int
    subscribed: int


@dataclass(frozen=True, slots=True)
class Shown:
    """That a chat was shown one version of an item of the pack, for example `topic:grooming`."""

    chat_id: int
    item: str
    version: str


@dataclass(frozen=True, slots=True)
class Seen:
    """How many subscribed chats were shown one version of an item."""

    item: str
    version: str
    chats: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted: the number of rows by table. Empty when nothing was held."""

    rows: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number of rows deleted altogether."""
        return sum(self.rows.values())


def whole_second(moment: datetime) -> datetime:
    """Return the moment as it is kept: in whole seconds."""
    return moment.replace(microsecond=0) if moment.microsecond else moment


def append_sent(sent: tuple[str, ...], tip_id: str | None) -> tuple[str, ...]:
    """Return the history of tips with `tip_id` as the latest; each tip stands in it once."""
    if tip_id is None:
        return sent
    return (*(tip for tip in sent if tip != tip_id), tip_id)
