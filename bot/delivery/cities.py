"""Cities by their names in many languages, and the time zone of each. Pure, but for the table read once."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rapidfuzz import fuzz, process

TABLE = files("bot.delivery").joinpath("cities.txt.gz")
"""One city a line, the largest first: zone, country, name, further names. From GeoNames, CC BY 4.0."""
_SURE = 90
_SUFFIXES = ("市", "区", "都", "시", "특별시", "광역시", "县", "縣")


@dataclass(frozen=True, slots=True)
class City:
    """A place that somebody may have meant: its name, its country (ISO) and its zone (IANA)."""

    name: str
    country: str
    zone: str


def plain(name: str) -> str:
    """Return a name as names are compared: small letters, no accents, no full-width forms, single blanks."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(sign for sign in decomposed if unicodedata.category(sign) != "Mn")
    # Marks that belong to the letter in kana and Hangul come back.
    kept = unicodedata.normalize("NFC", decomposed if _has_marks_of_its_own(decomposed) else bare)
    return " ".join(kept.replace("-", " ").replace("_", " ").replace(".", " ").replace(",", " ").split())


def find_cities(words: str, limit: int = 6) -> tuple[City, ...]:
    """Return the cities that the words name, the largest first: at most one for each zone and country.

    Names in many languages are known, with or without accents; a slip of one letter in a longer name is forgiven.
    Nothing is returned for words that name no city.
    """
    wanted = plain(words)
    if not wanted:
        return ()
    found = _named(wanted)
    if not found:
        bare = next((wanted.removesuffix(end) for end in _SUFFIXES if wanted.endswith(end) and wanted != end), None)
        found = _named(bare) if bare else []
    if not found and len(wanted) >= 5:
        best = process.extractOne(wanted, _names(), scorer=fuzz.ratio, score_cutoff=_SURE)
        found = _named(best[0]) if best else []
    apart = {(city.zone, city.country): city for city in reversed(found)}
    return tuple(city for city in found if apart[city.zone, city.country] is city)[:limit]


def _named(wanted: str) -> list[City]:
    table, cities = _table(), []
    # Every name stands between two tabs, so that one search through the text finds whole names only.
    at = table.find(f"\t{wanted}\t")
    while at >= 0:
        zone, country, name, *_ = table[table.rfind("\n", 0, at) + 1 : table.find("\n", at)].split("\t")
        cities.append(City(name, country, zone))
        at = table.find(f"\t{wanted}\t", table.find("\n", at))
    return cities


@lru_cache(maxsize=1)
def _table() -> str:
    lines = gzip.decompress(TABLE.read_bytes()).decode().splitlines()
    return "\n" + "".join(_searchable(line) for line in lines)


def _searchable(line: str) -> str:
    zone, country, name, *others = line.split("\t")
    return "\t".join((zone, country, name, plain(name), *others)) + "\t\n"


def _names() -> Iterator[str]:
    """Yield the compared form of every city's own name."""
    for line in _table().splitlines():
        if line:
            yield line.split("\t")[3]


def _has_marks_of_its_own(text: str) -> bool:
    scripts = (("\u0900", "\u0eff"), ("\u1100", "\u11ff"), ("\u3040", "\u30ff"))
    return any(first <= sign <= last for first, last in scripts for sign in text)
