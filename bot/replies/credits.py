"""Who stands behind a text, in one line."""

from __future__ import annotations

from collections.abc import Iterable

from content.model import Pack

_BETWEEN = " · "
"""Names of publishers have commas in them, so that a comma between them would misread."""


def publishers(pack: Pack, sources: Iterable[str], most: int | None = None) -> str:
    """Return the publishers of sources, each once, at most `most` of them."""
    names = dict.fromkeys(pack.sources[name].publisher for name in sources if name in pack.sources)
    return _BETWEEN.join(list(names)[:most])
