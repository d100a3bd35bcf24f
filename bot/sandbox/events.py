"""News for the chat page: whatever happens is told to everyone who listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

Event = dict[str, Any]

_MOST_WAITING = 500
_RELOAD: Event = {"kind": "reload"}


class EventBus:
    """Hands events to any number of listeners; one that is too slow is told to read everything anew."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._closed = False

    def tell(self, kind: str, **details: Any) -> None:  # noqa: ANN401  whatever JSON the page shows
        """Tell every listener that something happened."""
        event: Event = {"kind": kind, **details}
        for listener in self._listeners:
            if listener.qsize() >= _MOST_WAITING:
                while not listener.empty():
                    listener.get_nowait()
                event = _RELOAD
            listener.put_nowait(event)

    async def listen(self, *, keep_alive: float = 15.0) -> AsyncIterator[Event | None]:
        """Yield events until the sandbox closes, and None after every `keep_alive` seconds of silence."""
        if self._closed:
            return
        mine: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.add(mine)
        try:
            while True:
                try:
                    event = await asyncio.wait_for(mine.get(), keep_alive)
                except TimeoutError:
                    yield None
                    continue
                if event is None:
                    return
                yield event
        finally:
            self._listeners.discard(mine)

    def close(self) -> None:
        """End every listener's stream."""
        self._closed = True
        for listener in self._listeners:
            listener.put_nowait(None)
