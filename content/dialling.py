"""Whether a number can be dialled in its country."""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers
from phonenumbers import shortnumberinfo

SHORT_NUMBERS: Mapping[str, frozenset[str]] = {
    "BR": frozenset({"188"}),
    "HK": frozenset({"18111"}),
    "IN": frozenset({"1930", "14416"}),
    "JP": frozenset({"188", "#8103", "#8891", "#9110"}),
    "KR": frozenset({"109", "#0117"}),
    "PH": frozenset({"163", "1383", "1553"}),
    "TW": frozenset({"1925"}),
}
"""Numbers that work although the library's data (9.0) does not list them, or that begin with `#`, which it cannot read.
Each is printed by the source of its helpline."""


def is_region(code: str) -> bool:
    """Return whether the library knows the numbers of this country (an ISO code)."""
    return code in phonenumbers.SUPPORTED_REGIONS


def is_dialable(number: str, country: str) -> bool:
    """Return whether a number is a valid full or short number in a country (ISO code), spaces and hyphens aside.

    Outside any country (`WORLD`) only numbers in international form (`+...`) can be valid.
    """
    plain = number.replace(" ", "").replace("-", "")
    if plain in SHORT_NUMBERS.get(country, frozenset()):
        return True
    if "#" in plain or "*" in plain:
        return False
    region = country if is_region(country) else None
    try:
        parsed = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return False
    if region is None or plain.startswith("+"):
        return phonenumbers.is_valid_number(parsed)
    return phonenumbers.is_valid_number_for_region(parsed, region) or shortnumberinfo.is_valid_short_number_for_region(
        parsed, region
    )
