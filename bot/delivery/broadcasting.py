"""What becomes of a message of a broadcast, how many get it first, and when the last one is through. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.delivery.plan import FIRST_PAUSE, LONGEST_PAUSE
from bot.delivery.schedule import first_instant, zone_of
from bot.delivery.verdict import Verdict
from bot.storage.broadcast import Broadcast, BroadcastClaim, BroadcastResult, BroadcastState, HeldBack
from bot.storage.model import DeliveryState, Outcome, Quiet, SubscriptionChoice

NIGHT = Quiet(time(22), time(7))
"""When nothing is sent to a chat that chose no quiet hours: nobody asked for a broadcast at night."""
MOST_TRIES = 5
"""After so many tries a message whose fate is unknown is left alone; one that never left is tried to the last day."""
SURE = timedelta(seconds=10)
"""A broadcast that ran for less has no speed of its own yet."""


def canary_size(total: int) -> int:
    """Return how many of `total` people get a broadcast first: one in a hundred, and at least one."""
    return max(1, -(-total // 100)) if total else 0


def decide(broadcast: Broadcast, claim: BroadcastClaim, now: datetime) -> BroadcastResult | None:
    """Return None when the message is to be sent now, else what becomes of it without sending.

    Who stopped the daily tip meanwhile gets nothing. By night and while a chat has a break it waits, unless it is
    urgent; what would wait past the last day is left out. A message whose fate is unknown is sent again: twice is
    better than never.
    """
    if claim.choice is None:
        return BroadcastResult(claim, Outcome.SKIPPED)
    if claim.found is DeliveryState.SENDING and claim.attempt > MOST_TRIES:
        return BroadcastResult(claim, Outcome.UNCERTAIN)
    if broadcast.urgent:
        return None
    until = held_until(claim.choice, now, breaks=not broadcast.correction)
    if until is None:
        return None
    if broadcast.ends_at is not None and until >= broadcast.ends_at:
        return BroadcastResult(claim, Outcome.SKIPPED)
    return BroadcastResult(claim, Outcome.LATER, until)


def held_until(choice: SubscriptionChoice, now: datetime, *, breaks: bool) -> datetime | None:
    """Return when a chat may be written to: the end of its quiet hours, or of its break; None: now."""
    zone = zone_of(choice.zone)
    quiet = choice.quiet or NIGHT
    at = now
    if breaks and choice.paused_until is not None:
        at = max(at, first_instant(choice.paused_until, time.min, zone))
    local = at.astimezone(zone)
    if quiet.covers(local.time()):
        at = _end_of(quiet, local.date(), zone_name=choice.zone, after=at)
    return at if at > now else None


def _end_of(quiet: Quiet, day: date, *, zone_name: str, after: datetime) -> datetime:
    zone = zone_of(zone_name)
    ends = first_instant(day, quiet.until, zone)
    return ends if ends > after else first_instant(day + timedelta(days=1), quiet.until, zone)


def settle(claim: BroadcastClaim, verdict: Verdict, now: datetime) -> BroadcastResult:
    """Return the result of a send that failed: tried again where it did not arrive, or perhaps did not."""
    again = verdict.outcome in {Outcome.LATER, Outcome.UNCERTAIN, Outcome.MOVED}
    if not again:
        return BroadcastResult(claim, verdict.outcome)
    if verdict.outcome is Outcome.UNCERTAIN and claim.attempt >= MOST_TRIES:
        return BroadcastResult(claim, Outcome.UNCERTAIN)
    patience = min(FIRST_PAUSE * 2 ** min(claim.attempt - 1, 10), LONGEST_PAUSE)
    asked = verdict.delay or patience
    return BroadcastResult(claim, Outcome.LATER, now + (asked if claim.attempt == 1 else max(asked, patience)))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast has come: people tried, people meant, how many wait for later, and when all are through."""

    done: int
    total: int
    held: int = 0
    arrival: datetime | None = None

    @property
    def share(self) -> float:
        """The part that is done, from 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 1.0


def progress_of(broadcast: Broadcast, held: HeldBack, now: datetime, rate: float) -> Progress:
    """Return the progress; `rate` is how many messages a second may leave, believed until its own speed is known.

    There is no time of arrival while nothing is sent.
    """
    left = max(0, broadcast.total - broadcast.done)
    if broadcast.state is not BroadcastState.RUNNING:
        return Progress(broadcast.done, broadcast.total, held.chats)
    speed = rate
    if broadcast.began_at is not None and now - broadcast.began_at >= SURE:
        own = (broadcast.done - broadcast.began_done) / (now - broadcast.began_at).total_seconds()
        speed = own or rate
    arrival = now + timedelta(seconds=max(0, left - held.chats) / speed)
    if held.until is not None:
        arrival = max(arrival, held.until)
    if broadcast.ends_at is not None:
        arrival = min(arrival, broadcast.ends_at)
    return Progress(broadcast.done, broadcast.total, held.chats, arrival)
