"""`mamori doctor`: what is wrong with this deployment, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.examinations import (
    Finding,
    Grade,
    examine_clock,
    examine_database,
    examine_disk,
    examine_fonts,
    examine_pack,
    examine_settings,
    examine_token,
    examine_webhook,
)
from bot.commands.parts import bot_of, settings_of, start_logging
from bot.settings import Settings
from bot.storage.engine import parse_url
from bot.storage.model import StoreError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori doctor`: none, it looks at what the settings say."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Look at everything and print a line for each finding. Returns 1 when there is something to fix."""
    del arguments
    settings = settings_of()
    start_logging(settings)
    worst = asyncio.run(_print_all(settings))
    return 1 if worst else 0


async def _print_all(settings: Settings) -> bool:
    fix = False
    async for finding in _examine(settings, datetime.now(UTC)):
        fix = fix or finding.grade is Grade.FIX
        sys.stdout.write(shown(finding) + "\n")
        sys.stdout.flush()
    sys.stdout.write("Something is to be fixed.\n" if fix else "Nothing is in the way.\n")
    return fix


def shown(finding: Finding) -> str:
    """Return a finding as one line: grade, name, what was found, what to do."""
    advice = f" -> {finding.advice}" if finding.advice else ""
    return f"{finding.grade:5}{finding.name:10}{finding.found}{advice}"


async def _examine(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    for finding in examine_settings(settings):
        yield finding
    if settings.token is None:
        yield Finding(Grade.FIX, "token", "BOT_TOKEN is not set", "ask @BotFather for a token")
    else:
        bot = bot_of(settings)
        try:
            known = await examine_token(bot, settings)
            yield known
            if known.grade is Grade.OK:
                yield await examine_webhook(bot, settings, now)
        finally:
            await bot.shutdown()
    yield await examine_clock(settings, datetime.now(UTC))
    yield await examine_database(settings)
    findings, pack = await asyncio.to_thread(examine_pack, settings, now)
    for finding in findings:
        yield finding
    if pack is not None:
        yield await examine_fonts(pack)
    for finding in await examine_disk(settings, _folder_of(settings.database_url)):
        yield finding


def _folder_of(address: str) -> str | None:
    try:
        url = parse_url(address)
    except StoreError:
        return None
    folder = Path(url.database or "").absolute().parent if url.get_backend_name() == "sqlite" else None
    return str(folder) if folder is not None and folder.is_dir() else None
