"""Time zones as people name them: by country, by city, by offset."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from bot.delivery.cities import find_cities, plain

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
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*(\d{1,2})(?::?(00|15|30|45))?", re.IGNORECASE)
_SIGNS = str.maketrans("＋－−０１２３４５６７８９：", "+--0123456789:")
_BETWEEN_HOURS = {
    "+330": "Asia/Tehran",
    "+430": "Asia/Kabul",
    "+530": "Asia/Kolkata",
    "+545": "Asia/Kathmandu",
    "+630": "Asia/Yangon",
    "+845": "Australia/Eucla",
    "+930": "Australia/Darwin",
    "-930": "Pacific/Marquesas",
}
"""Zones without summer time that stand for an offset with minutes; no zone of the database is named after one."""


@cache
def _known() -> frozenset[str]:
    """Return the names of all zones; to find them the zone data are read through, so once is enough."""
    return frozenset(available_timezones())


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
    """Return the zone that the words name: an IANA name, a city in many languages, or an offset such as `UTC+9`.

    None when nothing fits, or places in several zones do (`find_cities` tells which); a zone is never guessed.
    """
    text = words.strip()
    if not text:
        return None
    exact = {zone.lower(): zone for zone in _known()}
    if text.lower().replace(" ", "_") in exact:
        return exact[text.lower().replace(" ", "_")]
    if match := _OFFSET.fullmatch(text.translate(_SIGNS)):
        return _zone_of_offset(match[1], int(match[2]), match[3] or "00")
    # The city that gave its name to a zone is meant before its namesakes.
    if named := _by_city().get(plain(text)):
        return named
    zones = {city.zone for city in find_cities(text)}
    return zones.pop() if len(zones) == 1 else None


def _zone_of_offset(sign: str, hours: int, minutes: str) -> str | None:
    if minutes != "00":
        return _BETWEEN_HOURS.get(f"{sign}{hours}{minutes}")
    # The names of these zones count from the other side: Etc/GMT-9 is nine hours ahead of UTC.
    name = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"
    return name if name in _known() else None


@cache
def _by_city() -> dict[str, str]:
    """Return the zones of the table of countries by the city that each is named after."""
    zones = (zone for listed in _by_country().values() for zone in listed)
    return {plain(zone.rpartition("/")[2]): zone for zone in zones}


def zone_at(latitude: float, longitude: float) -> str | None:
    """Return the zone of a place on the map; the place itself is not kept. None where no map can tell."""
    # The map takes 34 MB of memory once it was asked: most bots never are.
    from tzfpy import get_tz  # noqa: PLC0415

    name = get_tz(longitude, latitude)
    return name if name in _known() else None
