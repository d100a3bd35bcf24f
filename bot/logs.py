"""Structured logging without secrets and without people's words.

One event a line. Secrets are replaced on the root handlers, because every library's record passes there;
a filter on one logger would miss the others.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from typing import TextIO

REDACTED = "[secret]"
_QUIET = (
    "alembic",
    "httpx",
    "httpcore",
    "aiosqlite",
    "asyncio",
    "matplotlib",
    "PIL",
    "aiohttp.access",
    "uvicorn.access",
)
LIBRARY = "library-says"
"""The event of every line that a library writes."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class Redaction(logging.Formatter):
    """Formats a record by another formatter, then replaces every secret in message, extras and traceback."""

    def __init__(self, inner: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = sorted({part for secret in secrets for part in _parts(secret)}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with secrets replaced."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, REDACTED)
        return line


def _parts(secret: str) -> list[str]:
    """Return the forms of a secret; a token is also secret without its bot id, which alone is public."""
    _, _, key = secret.partition(":")
    return [part for part in (secret, secret.replace(":", "%3A"), key) if len(part) >= 6]


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event and the fields given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        event, said = _event(record)
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event,
            **said,
            **fields,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for people: `time level logger event key=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one readable line, with its traceback below."""
        event, said = _event(record)
        fields = " ".join(f"{key}={value}" for key, value in {**said, **vars(record)}.items() if key not in _STANDARD)
        head = f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower():7} {record.name} {event}"
        line = f"{head} {fields}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _event(record: logging.LogRecord) -> tuple[str, dict[str, str]]:
    """Return the name of the event; what a library says has no name, and stands in a field of its own."""
    message = record.getMessage()
    ours = record.name.partition(".")[0] in {"bot", "content"}
    return (message, {}) if ours else (LIBRARY, {"said": message})


class NoUpdates(logging.Filter):
    """Drops the records in which python-telegram-bot prints a whole update, because an update holds a person's words.

    At DEBUG the library logs every update, every request's parameters and every response. None of that may be written,
    at any level, so records of its loggers below WARNING are dropped.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record may be written."""
        foreign = record.name.partition(".")[0] in {
            "telegram",
            "httpx",
            "httpcore",
            "aiosqlite",
            "sqlalchemy",
        }
        return record.levelno >= logging.WARNING or not foreign


def setup_logging(level: str, style: str, secrets: Iterable[str], stream: TextIO | None = None) -> None:
    """Send all logging to one stream (standard error) at `level`, as `text` or `json`, with `secrets` replaced."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(Redaction(JsonLines() if style == "json" else TextLines(), secrets))
    handler.addFilter(NoUpdates())
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
