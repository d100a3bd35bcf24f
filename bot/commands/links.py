"""`mamori check --links`: which addresses of the pack cannot be opened. The only check that uses the network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from http import HTTPStatus

import aiohttp

from content.faults import Fault, Severity
from content.load import Loaded

AT_ONCE = 8
"""Addresses that are opened at the same time."""
PATIENCE = 20.0
"""Seconds for one address."""
_REFUSED = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}
"""Answers to programs: a person with a browser may well get in."""


def addresses(loaded: Loaded) -> Mapping[str, list[tuple[str, int]]]:
    """Return the web addresses of sources and helplines, each with the places where it stands."""
    found: dict[str, list[tuple[str, int]]] = {}
    for address, place in _written(loaded):
        if address.startswith(("http://", "https://")):
            found.setdefault(address, []).append(place)
    return found


def _written(loaded: Loaded) -> Iterator[tuple[str, tuple[str, int]]]:
    for name, source in loaded.pack.sources.items():
        yield source.url or "", loaded.place("sources", name)
    for country, lines in loaded.pack.helplines.items():
        for name, line in lines.items():
            for address in (line.url or "", *line.contact.values()):
                yield address, loaded.place("helplines", country, name)


async def dead_links(loaded: Loaded, *, patience: float = PATIENCE) -> list[Fault]:
    """Open every address and return a warning at each place of one that does not answer or is not there."""
    gate = asyncio.Semaphore(AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=patience)
    headers = {"User-Agent": "Mozilla/5.0 (compatible; Mamori link check)"}
    places = addresses(loaded)
    async with aiohttp.ClientSession(timeout=timeout, headers=headers, trust_env=True) as session:

        async def opened(address: str) -> str | None:
            async with gate:
                return await _trouble(session, address)

        troubles = await asyncio.gather(*(opened(address) for address in places))
    faults = [
        Fault(file, line, f"{address} {trouble}", Severity.WARNING)
        for (address, found), trouble in zip(places.items(), troubles, strict=True)
        if trouble is not None
        for file, line in found
    ]
    return sorted(faults)


async def _trouble(session: aiohttp.ClientSession, address: str) -> str | None:
    """Return what is wrong with an address in words, None when it opens."""
    try:
        async with session.get(address, allow_redirects=True) as answer:
            if answer.status < HTTPStatus.BAD_REQUEST or answer.status in _REFUSED:
                return None
            return f"answers {answer.status}"
    except TimeoutError:
        return "does not answer in time"
    except (aiohttp.ClientError, ValueError) as error:
        return f"cannot be opened ({type(error).__name__})"
