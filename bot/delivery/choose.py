"""Which tip a chat gets. Pure: the same pack, history, day and seed give the same tip."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from itertools import islice

from content.model import Audience, Pack
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
    recency = {tip: position for position, tip in enumerate(sent) if tip in fitting}
    if len(recency) == len(fitting):
        return min(fitting, key=lambda tip: recency[tip])
    # The place among those not sent, counted past the sent ones: few are, of many.
    place = _lot(seed, day) % (len(fitting) - len(recency))
    for taken in sorted(fitting[tip] for tip in recency):
        place += taken <= place
    return next(islice(fitting, place, None))


def _fitting(pack: Pack, profile: Profile, excluded: Collection[str]) -> Mapping[str, int]:
    audience, band = profile.audience, profile.age_band
    fitting = _allowed(pack, pack.tips_for[audience, band, None], excluded)
    if not fitting and audience is Audience.TEACHER:
        # As with topics: where nothing is written for teachers, they read what parents read.
        audience = Audience.PARENT
        fitting = _allowed(pack, pack.tips_for[audience, band, None], excluded)
    if not fitting or profile.language not in pack.languages:
        return fitting
    return _allowed(pack, pack.tips_for[audience, band, profile.language], excluded) or fitting


def _allowed(pack: Pack, tips: Mapping[str, int], excluded: Collection[str]) -> Mapping[str, int]:
    if not excluded:
        return tips
    allowed = (tip for tip in tips if pack.tips[tip].topic not in excluded)
    return {tip: place for place, tip in enumerate(allowed)}


def _lot(seed: int, day: date) -> int:
    return int.from_bytes(blake2b(f"{seed} {day.isoformat()}".encode(), digest_size=8, person=b"tip").digest(), "big")
