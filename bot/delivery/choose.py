"""Which tip a chat gets. Pure: the same pack, history, day and seed give the same tip."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from hashlib import blake2b

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
    recency = {tip: position for position, tip in enumerate(sent)}
    unsent = [tip for tip in fitting if tip not in recency]
    if unsent:
        return unsent[_lot(seed, day) % len(unsent)]
    return min(fitting, key=lambda tip: recency[tip])


def _fitting(pack: Pack, profile: Profile, excluded: Collection[str]) -> Sequence[str]:
    fitting = _allowed(pack, pack.tips_for[profile.audience, profile.age_band], excluded)
    if not fitting and profile.audience is Audience.TEACHER:
        # As with topics: where nothing is written for teachers, they read what parents read.
        fitting = _allowed(pack, pack.tips_for[Audience.PARENT, profile.age_band], excluded)
    language = pack.languages.get(profile.language)
    own = [tip for tip in fitting if tip in language.tips] if language is not None else []
    return own or fitting


def _allowed(pack: Pack, tips: Sequence[str], excluded: Collection[str]) -> Sequence[str]:
    return [tip for tip in tips if pack.tips[tip].topic not in excluded] if excluded else tips


def _lot(seed: int, day: date) -> int:
    return int.from_bytes(blake2b(f"{seed} {day.isoformat()}".encode(), digest_size=8, person=b"tip").digest(), "big")
