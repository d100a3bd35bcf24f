"""Signals as events: the first that stops asks for a clean end, further ones change nothing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """Yield an event that SIGINT and SIGTERM set. A second signal does not cut what is being finished."""
    with _on(signal.SIGINT, signal.SIGTERM) as stop:
        yield stop


@contextmanager
def reload_on_hangup() -> Iterator[asyncio.Event]:
    """Yield an event that SIGHUP sets each time; without this the signal would end the process."""
    with _on(signal.SIGHUP) as asked:
        yield asked


@contextmanager
def _on(*numbers: signal.Signals) -> Iterator[asyncio.Event]:
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    for number in numbers:
        loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
