"""Who a text is for."""

from __future__ import annotations

from dataclasses import dataclass

from content.model import AgeBand, Audience


@dataclass(frozen=True, slots=True)
class Profile:
    """What a reader chose to tell. Nothing is assumed: None means that the reader did not say.

    `language` is a two-letter reply language; `country` an ISO code that the reader confirmed.
    """

    language: str = "en"
    country: str | None = None
    audience: Audience | None = None
    age_band: AgeBand | None = None
