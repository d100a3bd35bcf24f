"""The shipped pack and its lexicon, loaded once for all tests about numbers."""

from __future__ import annotations

from functools import cache

from content.lexicon import Lexicon, load_lexicon
from content.load import BASE_PACK, Loaded, load_with_faults
from content.model import Pack


@cache
def loaded_pack() -> Loaded:
    return load_with_faults()


def base_pack() -> Pack:
    return loaded_pack().pack


@cache
def base_lexicon() -> Lexicon:
    return load_lexicon([BASE_PACK], base_pack())
