"""Time zones as people name them: by country, by city, by offset."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from rapidfuzz import fuzz, process, utils

LANGUAGE_ZONES = {"ja": "Asia/Tokyo", "ko": "Asia/Seoul"}
"""Languages that are spoken in one zone almost alone; only a proposal, never taken as said."""
WORLD_ZONES = (
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Australia/Sydney",
)
"""Offered when nothing is known: the largest zones of the countries that the pack serves."""
_SURE = 90
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?00)?", re.IGNORECASE)


@cache
def _by_country() -> dict[str, tuple[str, ...]]:
    """Read the table of the IANA database that says which zones a country uses, main zone first."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    zones: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones.setdefault(country, []).append(zone)
    return {country: tuple(found) for country, found in zones.items()}


def zones_of_country(country: str | None) -> tuple[str, ...]:
    """Return the zones of an ISO country, main zone first; empty when it is unknown."""
    return _by_country().get(country or "", ())


def proposed_zones(country: str | None, language: str, limit: int = 8) -> tuple[str, ...]:
    """Return the zones to offer: those of the country, else of the language, then the largest of the world."""
    own = zones_of_country(country)
    spoken = LANGUAGE_ZONES.get(language)
    return tuple(dict.fromkeys((*own, *((spoken,) if spoken else ()), *WORLD_ZONES)))[:limit]


def find_zone(words: str) -> str | None:
    """Return the zone that the words name: an IANA name, a city, or a whole-hour offset such as `UTC+9`.

    None when nothing fits surely; a zone is never guessed.
    """
    text = words.strip()
    if not text:
        return None
    exact = {zone.lower(): zone for zone in available_timezones()}
    if text.lower().replace(" ", "_") in exact:
        return exact[text.lower().replace(" ", "_")]
    if match := _OFFSET.fullmatch(text):
        hours = int(match[2])
        # The names of these zones count from the other side: Etc/GMT-9 is nine hours ahead of UTC.
        name = f"Etc/GMT{'-' if match[1] == '+' else '+'}{hours}" if hours else "UTC"
        return name if name in available_timezones() else None
    cities = {
        zone: zone.rpartition("/")[2].replace("_", " ")
        for zone in sorted(available_timezones())
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/"))
    }
    best = process.extractOne(text, cities, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_SURE)
    return best[2] if best else None
