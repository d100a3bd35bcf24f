"""Between values and rows: the one place that knows both, used by every kind of store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from operator import itemgetter
from typing import Any, Protocol

from bot.storage.model import (
    Chat,
    ChatKind,
    Days,
    Delivery,
    DeliveryState,
    Due,
    DueDelivery,
    Outcome,
    Quiet,
    Result,
    Subscription,
    SubscriptionChoice,
    append_sent,
    whole_second,
)
from content.model import AgeBand, Audience
from content.profile import Profile


class Row(Protocol):
    """One row: values by the names of the columns."""

    def __getitem__(self, key: str, /) -> Any:  # noqa: ANN401  (a column holds any type)
        """Return the value of a column."""


_profile_of = itemgetter("language", "country", "audience", "age_band")
KINDS_REMEMBERED = 4096
"""How many different profiles, and choices, are kept ready."""

HAD_ITS_TIP = (Outcome.SENT, Outcome.UNCERTAIN)
"""Outcomes after which a tip counts as sent: an uncertain one is never repeated."""


def profile_row(profile: Profile) -> dict[str, Any]:
    """Return the columns of a profile."""
    return {
        "language": profile.language,
        "country": profile.country,
        "audience": profile.audience and profile.audience.value,
        "age_band": profile.age_band and profile.age_band.value,
    }


def profile_from(row: Row) -> Profile:
    """Read a profile from the columns of its chat."""
    return _profile(*_profile_of(row))


# Among a million rows there are few different profiles and choices: each is made once, being a value.
@lru_cache(maxsize=KINDS_REMEMBERED)
def _profile(language: str, country: str | None, audience: str | None, age_band: str | None) -> Profile:
    return Profile(
        language=language,
        country=country,
        audience=Audience(audience) if audience else None,
        age_band=AgeBand(age_band) if age_band else None,
    )


def chat_from(row: Row) -> Chat:
    """Read a chat."""
    return Chat(
        chat_id=row["chat_id"],
        kind=ChatKind(row["kind"]),
        profile=profile_from(row),
        created_at=row["created_at"],
        deactivated_at=row["deactivated_at"],
        reason=row["reason"],
    )


def guess_kind(chat_id: int) -> ChatKind:
    """Guess what a chat is from its id, for one whose profile was never saved: only people have positive ids."""
    return ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP


def new_chat_row(chat_id: int, profile: Profile, kind: ChatKind, now: datetime) -> dict[str, Any]:
    """Return the row of a chat seen for the first time."""
    return {
        "chat_id": chat_id,
        "kind": kind.value,
        **profile_row(profile),
        "created_at": whole_second(now),
        "deactivated_at": None,
        "reason": None,
    }


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def choice_row(choice: SubscriptionChoice) -> dict[str, Any]:
    """Return the columns of what a chat chose."""
    return {
        "hour": choice.hour,
        "minute": choice.minute,
        "zone": choice.zone,
        "days": choice.days.value,
        "weekday": choice.weekday,
        "quiet_start": _minutes(choice.quiet.start) if choice.quiet else None,
        "quiet_until": _minutes(choice.quiet.until) if choice.quiet else None,
        "paused_until": choice.paused_until,
        "pictures": choice.pictures,
        "excluded": " ".join(sorted(choice.excluded)),
    }


_choice_of = itemgetter(
    "hour", "minute", "zone", "days", "weekday", "quiet_start", "quiet_until", "paused_until", "pictures", "excluded"
)


def choice_from(row: Row) -> SubscriptionChoice:
    """Read what a chat chose."""
    return _choice(*_choice_of(row))


@lru_cache(maxsize=KINDS_REMEMBERED)
def _choice(  # noqa: PLR0917  (the columns of a choice, in their order)
    hour: int,
    minute: int,
    zone: str,
    days: str,
    weekday: int | None,
    quiet_start: int | None,
    quiet_until: int | None,
    paused_until: date | None,
    pictures: bool,  # noqa: FBT001  (same)
    excluded: str,
) -> SubscriptionChoice:
    quiet = None
    if quiet_start is not None and quiet_until is not None:
        quiet = Quiet(time(*divmod(quiet_start, 60)), time(*divmod(quiet_until, 60)))
    return SubscriptionChoice(
        hour=hour,
        minute=minute,
        zone=zone,
        days=Days(days),
        weekday=weekday,
        quiet=quiet,
        paused_until=paused_until,
        pictures=pictures,
        excluded=frozenset(excluded.split()),
    )


def plan_row(due: Due | None) -> dict[str, Any]:
    """Return the columns of a plan that nobody has claimed yet."""
    at = due and whole_second(due.at)
    return {"next_due": at, "next_date": due and due.local_date, "wake_at": at, "worker": None}


def due_from(row: Row) -> Due | None:
    """Read when the next tip is due."""
    return None if row["next_due"] is None else Due(row["next_due"], row["next_date"])


def subscription_from(row: Row) -> Subscription:
    """Read a subscription."""
    return Subscription(
        chat_id=row["chat_id"],
        choice=choice_from(row),
        due=due_from(row),
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        last_date=row["last_date"],
        sent=tuple(row["sent"].split()),
    )


def delivery_from(row: Row) -> Delivery:
    """Read one row of the ledger."""
    return Delivery(
        chat_id=row["chat_id"],
        local_date=row["local_date"],
        due_at=row["due_at"],
        state=DeliveryState(row["state"]),
        attempt=row["attempt"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        tip_id=row["tip_id"],
        message_id=row["message_id"],
        recorded_at=row["recorded_at"],
    )


def claim_from(row: Row, worker: str) -> DueDelivery:
    """Read a claim from a subscription joined with its chat and with the day's delivery, if there is one."""
    state = row["state"]
    return DueDelivery(
        chat_id=row["chat_id"],
        due=Due(row["next_due"], row["next_date"]),
        worker=worker,
        attempt=(row["attempt"] or 0) + 1,
        profile=profile_from(row),
        choice=choice_from(row),
        found=DeliveryState(state) if state else None,
        tip_id=row["tip_id"],
        sent=tuple(row["sent"].split()),
        last_date=row["last_date"],
    )


def claimed_delivery_row(claim: DueDelivery) -> dict[str, Any]:
    """Return the day's delivery as the claim leaves it; one that was being sent stays so, in its new owner's name."""
    in_doubt = claim.found is DeliveryState.SENDING
    return {
        "chat_id": claim.chat_id,
        "local_date": claim.due.local_date,
        "due_at": claim.due.at,
        "state": (DeliveryState.SENDING if in_doubt else DeliveryState.CLAIMED).value,
        "attempt": claim.attempt,
        "worker": claim.worker,
    }


def finished_delivery_row(result: Result, now: datetime) -> dict[str, Any]:
    """Return the columns of a delivery that change with its result."""
    state = DeliveryState.WAITING if result.outcome is Outcome.LATER else DeliveryState.DONE
    return {
        "state": state.value,
        "outcome": result.outcome and result.outcome.value,
        "message_id": result.message_id,
        "recorded_at": whole_second(now),
    }


def moved_plan_row(result: Result) -> dict[str, Any]:
    """Return the plan of a subscription after a result: the same tip later, or the next one."""
    if result.outcome is Outcome.LATER:
        claim = result.claim
        return {
            "next_due": claim.due.at,
            "next_date": claim.due.local_date,
            "wake_at": whole_second(result.retry_at or claim.due.at),
        }
    plan = plan_row(result.next_due)
    del plan["worker"]
    return plan


def history_row(result: Result) -> dict[str, Any]:
    """Return the history of a subscription after a result; None where it stays as it is."""
    if result.outcome not in HAD_ITS_TIP:
        return {"sent": None, "last_date": None}
    claim = result.claim
    return {"sent": " ".join(append_sent(claim.sent, result.tip_id)), "last_date": claim.due.local_date}


def plain_row(row: Mapping[str, Any]) -> dict[str, object]:
    """Return a row in words and numbers only, for showing it to the person it is about."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()}
