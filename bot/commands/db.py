"""`mamori db`: migrate, back up while the bot runs, or copy one store into another."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bot.commands.errors import UsageError
from bot.commands.parts import settings_of
from bot.storage.model import StoreError
from bot.storage.sql import open_store
from bot.storage.transfer import backup, copy


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori db`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="upgrade|backup|copy")
    verbs.add_parser("upgrade", help="bring the schema of BOT_DATABASE_URL to the newest version")
    saving = verbs.add_parser("backup", help="write a consistent copy to a file, also while the bot runs")
    saving.add_argument("file", type=Path, help="where the copy goes")
    copying = verbs.add_parser("copy", help="copy one store into another, empty one")
    copying.add_argument("source", help="address of the store that is read")
    copying.add_argument("target", help="address of the empty store that is written")


def run(arguments: argparse.Namespace) -> int:
    """Do it and say what was done. Raises UsageError with the store's own sentence."""
    try:
        sys.stdout.write(asyncio.run(_do(arguments)) + "\n")
    except StoreError as error:
        raise UsageError(str(error)) from None
    return 0


async def _do(arguments: argparse.Namespace) -> str:
    match arguments.verb:
        case "backup":
            await backup(settings_of().database_url, arguments.file)
            return f"Saved to {arguments.file}."
        case "copy":
            counts = await copy(arguments.source, arguments.target)
            listed = ", ".join(f"{number} {table}" for table, number in counts.items())
            return f"Copied: {listed}."
    store = await open_store(settings_of().database_url)
    await store.close()
    return "The schema is the newest."
