"""What `mamori doctor` looks at, one function each. Every finding says what was found and what to do."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.charts.cache import ChartCache, ChartError
from bot.commands.errors import UsageError
from bot.commands.parts import pack_of
from bot.commands.serving import webhook_problem
from bot.commands.understanding import understander_of
from bot.metrics import helplines_by_freshness
from bot.settings import Settings
from bot.storage.examine import examine
from bot.storage.model import StoreError
from bot.storage.sql import MEMORY
from bot.transport.sending import FREE_RATE
from content.faults import PackError
from content.model import Pack

TELEGRAM_PORTS = {None, 443, 80, 88, 8443}
"""The ports that Telegram delivers to; None is the scheme's own."""
LATEST_ERROR = timedelta(hours=1)
MANY_PENDING = 100
CLOCK_TOLERANCE = timedelta(seconds=5)
"""Daily tips leave to the minute; more than this is a clock that nobody sets."""
LEAST_DISK, SMALL_DISK = 200_000_000, 1_000_000_000
"""Free bytes below which SQLite may soon fail, and below which somebody should look."""
PATIENCE = 10.0


class Grade(StrEnum):
    """How bad a finding is. Only `FIX` makes the command fail."""

    OK = "ok"
    LOOK = "look"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its name, what was found, and what to do unless all is well."""

    grade: Grade
    name: str
    found: str
    advice: str = ""


def _ok(name: str, found: str) -> Finding:
    return Finding(Grade.OK, name, found)


def examine_settings(settings: Settings) -> Iterator[Finding]:
    """Look at settings that are possible and yet surely not meant."""
    found = False
    if settings.webhook_url is not None:
        parts = urlsplit(settings.webhook_url)
        local = parts.hostname in {"127.0.0.1", "localhost"}
        if parts.scheme != "https" and not local:
            found = True
            yield Finding(
                Grade.FIX, "settings", "BOT_WEBHOOK_URL is not https", "Telegram delivers to https:// addresses only"
            )
        if parts.port not in TELEGRAM_PORTS and not local:
            found = True
            yield Finding(Grade.FIX, "settings", f"BOT_WEBHOOK_URL has port {parts.port}", "use 443, 80, 88 or 8443")
    if settings.broadcast_rate > FREE_RATE:
        found = True
        yield Finding(
            Grade.LOOK,
            "settings",
            f"BOT_BROADCAST_RATE is {settings.broadcast_rate:g}: tips and broadcasts are sent as paid ones",
            "switch on paid broadcasts at @BotFather and watch the bot's Stars, or set it to 29",
        )
    if not settings.operator:
        found = True
        yield Finding(
            Grade.LOOK, "settings", "BOT_OPERATOR is empty", "name who runs the bot, so that /about can say it"
        )
    env = Path(".env")
    if env.is_file() and env.stat().st_mode & 0o077:
        found = True
        yield Finding(Grade.LOOK, "settings", ".env can be read by others", "chmod 600 .env")
    if not found:
        yield _ok("settings", "all can be used")


async def examine_token(bot: Bot, settings: Settings) -> Finding:
    """Ask Telegram who the bot is."""
    try:
        await bot.initialize()
    except InvalidToken:
        return Finding(
            Grade.FIX,
            "token",
            "Telegram does not know this token",
            "take the token from @BotFather (/mybots, API Token)",
        )
    except TelegramError as error:
        return Finding(
            Grade.FIX,
            "token",
            f"the Bot API at {settings.api_url} cannot be reached ({type(error).__name__})",
            "check network, BOT_PROXY and BOT_API_URL",
        )
    return _ok("token", f"the bot is @{bot.username}")


async def examine_webhook(bot: Bot, settings: Settings, now: datetime) -> Finding:
    """Compare what Telegram holds about the webhook with the settings."""
    try:
        info = await bot.get_webhook_info()
    except TelegramError as error:
        return Finding(Grade.FIX, "webhook", f"Telegram does not say ({type(error).__name__})", "mend the token first")
    if settings.webhook_url is None:
        if info.url:
            return Finding(
                Grade.FIX,
                "webhook",
                f"updates go to a webhook at {urlsplit(info.url).hostname}, but BOT_WEBHOOK_URL is empty",
                "set BOT_WEBHOOK_URL, or run `mamori telegram setup` to remove the webhook and poll",
            )
        return _ok("webhook", "none; the bot polls")
    problem = webhook_problem(info.url, settings.webhook_url)
    if problem:
        return Finding(Grade.FIX, "webhook", problem.partition(": run")[0], "run `mamori telegram setup`")
    if info.last_error_date is not None and now - info.last_error_date < LATEST_ERROR:
        return Finding(
            Grade.FIX if info.pending_update_count else Grade.LOOK,
            "webhook",
            f"the last delivery that failed was at {info.last_error_date:%H:%M} UTC: {info.last_error_message}",
            "check that the address answers from outside, its certificate, and BOT_WEBHOOK_SECRET (run setup again)",
        )
    if info.pending_update_count > MANY_PENDING:
        return Finding(
            Grade.LOOK, "webhook", f"{info.pending_update_count} updates wait", "is the bot running and fast enough?"
        )
    return _ok("webhook", f"delivers to {urlsplit(settings.webhook_url).hostname}")


async def examine_clock(settings: Settings, now: datetime) -> Finding:
    """Compare this machine's clock with that of the Bot API."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, proxy=settings.proxy_address) as http,
            http.head(f"{settings.api_url}/", allow_redirects=False) as response,
        ):
            theirs = parsedate_to_datetime(response.headers["Date"])
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
        return Finding(
            Grade.LOOK, "clock", f"could not be compared ({type(error).__name__})", "look at it by hand: `date -u`"
        )
    return clock_finding(now - theirs)


def clock_finding(difference: timedelta) -> Finding:
    """Say what a difference between our clock and Telegram's means; theirs is cut to whole seconds."""
    if abs(difference) > CLOCK_TOLERANCE:
        side = "fast" if difference > timedelta() else "slow"
        seconds = abs(difference).total_seconds()
        return Finding(
            Grade.FIX, "clock", f"{seconds:.0f} s {side}", "switch on time synchronisation (timedatectl set-ntp true)"
        )
    return _ok("clock", "agrees with Telegram's")


async def examine_database(settings: Settings) -> Finding:
    """Reach the database, read its version, try a write."""
    if settings.database_url == MEMORY:
        return Finding(Grade.FIX, "database", "keeps nothing (memory:)", "set BOT_DATABASE_URL")
    try:
        seen = await examine(settings.database_url)
    except StoreError as error:
        return Finding(Grade.FIX, "database", str(error), "check BOT_DATABASE_URL, the server and its rights")
    if seen.version is None:
        writable = seen.folder is None or os.access(seen.folder, os.W_OK)
        if not writable:
            return Finding(Grade.FIX, "database", f"{seen.folder} cannot be written", "give the bot's user the folder")
        return _ok("database", f"{seen.name} is empty and will be made at the first start")
    if seen.version > seen.newest:
        return Finding(
            Grade.FIX,
            "database",
            f"{seen.name} has schema {seen.version}, made by a newer version (this one knows {seen.newest})",
            "install the newer version, or restore the backup from before the update",
        )
    if seen.version != seen.newest:
        return Finding(
            Grade.LOOK,
            "database",
            f"{seen.name} has schema {seen.version}, the newest is {seen.newest}",
            "back up, then run `mamori db upgrade` (the next start does it too)",
        )
    return _ok("database", f"{seen.name} has the newest schema ({seen.version}) and takes writes")


def examine_pack(settings: Settings, now: datetime) -> tuple[list[Finding], Pack | None]:
    """Load the packs, count helplines whose check is old, and see that the understanding works."""
    try:
        pack = pack_of(settings)
        understander = understander_of(settings, pack)
    except UsageError as error:
        return [Finding(Grade.FIX, "pack", str(error), f"mend {str(error).partition(':')[0]}")], None
    except PackError as error:
        return [Finding(Grade.FIX, "pack", str(error.faults[0]), "run `mamori check` and mend what it names")], None
    findings = [_ok("pack", f"version {pack.version}, {len(pack.topics)} topics, {len(pack.languages)} languages")]
    if understander.trouble:
        findings.append(
            Finding(Grade.FIX, "pack", understander.trouble, "install the package again; every reply carries helplines")
        )
    ages = helplines_by_freshness(pack, now.date())
    old = ages["aging"] + ages["stale"] + ages["undated"]
    if settings.default_country and settings.default_country not in pack.countries:
        findings.append(
            Finding(
                Grade.LOOK,
                "helplines",
                f"BOT_DEFAULT_COUNTRY is {settings.default_country}, of which the pack has no helplines",
                "write them in an overlay, or leave it empty",
            )
        )
    if old or ages["soon"]:
        findings.append(
            Finding(
                Grade.LOOK,
                "helplines",
                f"{old} were checked more than 6 months ago or never, {ages['soon']} more run out within 30 days",
                "call or look them up and write today's date into their `checked`; `mamori check` lists them",
            )
        )
    return findings, pack


async def examine_fonts(pack: Pack) -> Finding:
    """Draw a chart with Japanese words, as the bot does."""
    async with ChartCache(patience=PATIENCE * 3, wait=PATIENCE * 3) as charts:
        try:
            await charts.png(pack, next(iter(pack.charts)), "ja" if "ja" in pack.languages else "en")
        except ChartError as error:
            return Finding(Grade.FIX, "fonts", str(error), "install the package again; until then charts go as text")
    return _ok("fonts", "a chart was drawn")


async def examine_disk(settings: Settings, database_folder: str | None) -> list[Finding]:
    """Look at the free space where the bot writes."""
    folders = {Path(database_folder)} if database_folder else set()
    cache = settings.cache_dir.absolute()
    while not cache.exists():
        cache = cache.parent
    folders.add(cache)
    findings = []
    for folder in sorted(folders):
        free = (await asyncio.to_thread(shutil.disk_usage, folder)).free
        grade = Grade.FIX if free < LEAST_DISK else Grade.LOOK if free < SMALL_DISK else Grade.OK
        advice = "" if grade is Grade.OK else "make room, or move the folder"
        findings.append(Finding(grade, "disk", f"{free / 1e9:.1f} GB free at {folder}", advice))
        if not os.access(folder, os.W_OK):
            findings.append(Finding(Grade.FIX, "disk", f"{folder} cannot be written", "give the bot's user the folder"))
    return findings
