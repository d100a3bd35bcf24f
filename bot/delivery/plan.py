"""What to do with a claimed delivery, and what follows from its end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.choose import choose_tip
from bot.delivery.schedule import is_late, next_due, quiet_until
from bot.delivery.verdict import Verdict
from bot.storage.model import DeliveryState, Due, DueDelivery, Outcome, Result
from content.model import Pack

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Send:
    """Send this tip."""

    claim: DueDelivery
    tip_id: str


def decide(claim: DueDelivery, pack: Pack, now: datetime) -> Send | Result:
    """Return the tip to send, or the result of a delivery that needs no sending.

    A day that had its tip moves on; a send whose fate is unknown is not repeated; what is too late, would break
    the quiet hours, or finds no fitting tip, is skipped.
    """
    if claim.found is DeliveryState.DONE:
        return Result(claim, None, following(claim, now))
    if claim.found is DeliveryState.SENDING:
        return finish(claim, Outcome.UNCERTAIN, now, claim.tip_id)
    if is_late(claim.due.at, now):
        return finish(claim, Outcome.SKIPPED, now)
    held_back = quiet_until(claim.choice, claim.due.at, now)
    if held_back is not None:
        if is_late(claim.due.at, held_back):
            return finish(claim, Outcome.SKIPPED, now)
        return Result(claim, Outcome.LATER, retry_at=held_back)
    tip_id = choose_tip(
        pack,
        claim.profile,
        sent=claim.sent,
        excluded=claim.choice.excluded,
        day=claim.due.local_date,
        seed=claim.chat_id,
    )
    if tip_id is None:
        return finish(claim, Outcome.SKIPPED, now)
    return Send(claim, tip_id)


def finish(
    claim: DueDelivery, outcome: Outcome, now: datetime, tip_id: str | None = None, message_id: int | None = None
) -> Result:
    """Return the result of a delivery that is over, with the next one planned."""
    following_tip = None if outcome is Outcome.GONE else following(claim, now)
    return Result(claim, outcome, following_tip, tip_id, message_id)


def postpone(claim: DueDelivery, verdict: Verdict, now: datetime) -> Result:
    """Return the result of a delivery that is tried again.

    The first time Telegram is taken at its word; a chat that keeps failing is tried less and less often.
    """
    patience = min(FIRST_PAUSE * 2 ** min(claim.attempt - 1, 10), LONGEST_PAUSE)
    asked = verdict.delay or patience
    return Result(claim, Outcome.LATER, retry_at=now + (asked if claim.attempt == 1 else max(asked, patience)))


def following(claim: DueDelivery, now: datetime) -> Due:
    """Return the tip after this one: on a later local day, and later than now."""
    last = max(claim.due.local_date, claim.last_date or claim.due.local_date)
    return next_due(claim.choice, max(now, claim.due.at), claim.chat_id, last)
