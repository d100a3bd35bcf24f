"""Which tip a chat gets. Pure: the same pack, history, day and seed give the same tip."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from hashlib import blake2b

from content.model import Audience, Pack, Tip
from content.profile import Profile


def choose_tip(
    pack: Pack,
    profile: Profile,
    *,
    sent: Sequence[str],
    excluded: Collection[str],
    day: date,
    seed: int,
) -> str | None:
    """Return the id of the tip for `day`, or None when no tip of the pack fits.

    A tip fits when it is for the reader's audience and age band (who did not say gets any) and its topic is not
    excluded. None comes twice before all that fit were sent; then the least recently sent returns first. `sent` are
    the ids sent so far, the latest last; ids that the pack no longer has are passed over. `seed` (the chat id) gives
    every chat an order of its own.
    """
    fitting = _fitting(pack, profile, excluded)
    if not fitting:
        return None
    recency = {tip: position for position, tip in enumerate(sent)}
    unsent = [tip for tip in fitting if tip not in recency]
    if unsent:
        return min(unsent, key=lambda tip: _lot(seed, day, tip))
    return min(fitting, key=lambda tip: recency[tip])


def _fitting(pack: Pack, profile: Profile, excluded: Collection[str]) -> list[str]:
    allowed = {tip_id: tip for tip_id, tip in pack.tips.items() if tip.topic not in excluded}
    fitting = [tip_id for tip_id, tip in allowed.items() if _fits(tip, profile.audience, profile)]
    if not fitting and profile.audience is Audience.TEACHER:
        # As with topics: where nothing is written for teachers, they read what parents read.
        fitting = [tip_id for tip_id, tip in allowed.items() if _fits(tip, Audience.PARENT, profile)]
    language = pack.languages.get(profile.language)
    own = [tip_id for tip_id in fitting if language is not None and tip_id in language.tips]
    return own or fitting


def _fits(tip: Tip, audience: Audience | None, profile: Profile) -> bool:
    return (audience is None or audience in tip.audience) and (profile.age_band is None or profile.age_band in tip.ages)


def _lot(seed: int, day: date, tip: str) -> bytes:
    return blake2b(f"{seed} {day.isoformat()} {tip}".encode(), digest_size=8, person=b"tip").digest()
