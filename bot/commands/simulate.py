"""`mamori simulate`: rehearse the coming days from the real store, sending and changing nothing."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.commands.counting import count_of
from bot.commands.errors import UsageError
from bot.commands.parts import pack_of, settings_of
from bot.delivery.rehearsal import Load, tips_of
from bot.delivery.schedule import zone_of
from bot.settings import Settings
from bot.storage.model import StoreError, Subscription
from bot.storage.protocol import Store
from bot.storage.sql import open_to_read
from content.model import Pack
from content.profile import Profile

LONGEST = 366
AT_ONCE = 5_000
ZONES_SHOWN = 15
BAR = 50


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `mamori simulate`."""
    parser.add_argument("--days", type=_days, required=True, metavar="N", help=f"how many days, 1 to {LONGEST}")
    parser.add_argument(
        "--from", dest="start", type=_date, metavar="DATE", help="first day (UTC); default: from now on"
    )
    parser.add_argument("--chart", type=Path, metavar="FILE", help="also write a picture (PNG)")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--chat", type=_chat, metavar="ID", help="what one chat gets")
    who.add_argument("--list", action="store_true", help="what every chat gets, a line for each tip")


def run(arguments: argparse.Namespace) -> int:
    """Rehearse and print. Raises UsageError with a sentence when that cannot be."""
    settings = settings_of()
    now = datetime.now(UTC).replace(microsecond=0)
    if arguments.start is not None and arguments.start < now.date():
        raise UsageError(f"--from: {arguments.start} has passed; the past cannot be rehearsed")
    start = max(now, datetime.combine(arguments.start, time(), UTC)) if arguments.start else now
    load = Load(now, start, arguments.days)
    try:
        asyncio.run(_rehearse(arguments, settings, load))
    except StoreError as error:
        raise UsageError(str(error)) from None
    return 0


async def _rehearse(arguments: argparse.Namespace, settings: Settings, load: Load) -> None:
    store = await open_to_read(settings.database_url)
    pack = pack_of(settings)
    try:
        if arguments.chat is not None:
            subscription = await store.subscription_of(arguments.chat)
            if subscription is None or not subscription.active:
                raise UsageError(f"--chat: {arguments.chat} has no subscription")
            await _print_tips(store, pack, [subscription], load)
        elif arguments.list:
            async for part in _all(store):
                await _print_tips(store, pack, part, load)
            if not load.chats:
                sys.stderr.write("Nobody has a subscription, so there is no tip to list.\n")
        else:
            async for part in _all(store):
                load.add(part)
            sys.stdout.write(_report(load, settings.broadcast_rate))
    finally:
        await store.close()
    if arguments.chart is not None:
        _draw(load, arguments.chart)


async def _all(store: Store) -> AsyncIterator[Sequence[Subscription]]:
    last: int | None = None
    while part := await store.subscriptions(last, AT_ONCE):
        yield part
        last = part[-1].chat_id


async def _print_tips(store: Store, pack: Pack, part: Sequence[Subscription], load: Load) -> None:
    load.add(part)
    profiles = await store.profiles_of([subscription.chat_id for subscription in part])
    for subscription in part:
        profile = profiles.get(subscription.chat_id, Profile())
        zone = zone_of(subscription.choice.zone)
        for due, tip in tips_of(subscription, profile, pack, now=load.now, start=load.start, end=load.end):
            local = f"{due.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
            sys.stdout.write(f"{subscription.chat_id}\t{local}\t{subscription.choice.zone}\t{tip or '-'}\n")


def _report(load: Load, rate: float) -> str:
    days = load.by_day(rate)
    lines = [
        f"From {load.start:%Y-%m-%d %H:%M} UTC for {count_of(load.days, 'day')}: "
        f"{count_of(len(load.seconds), 'tip')} for {count_of(load.chats, 'subscription')}, "
        f"at most {rate:g} messages a second.",
        "",
        f"{'day (UTC)':12}{'tips':>9}{'fullest minute':>17}{'in it':>8}{'longest wait':>15}",
    ]
    lines += [
        f"{day.day.isoformat():12}{day.tips:9}{f'{day.fullest:%H:%M}':>17}{day.in_fullest:8}{_wait(day.longest_wait):>15}"
        for day in days
    ]
    late = load.too_late(rate)
    if late:
        lines += ["", f"{late} tips would wait for more than three hours and be skipped: raise BOT_BROADCAST_RATE."]
    lines += ["", f"{'zone':36}{'tips':>9}"]
    lines += [f"{zone:36}{number:9}" for zone, number in load.zones.most_common(ZONES_SHOWN)]
    others = load.zones.total() - sum(number for _, number in load.zones.most_common(ZONES_SHOWN))
    if others:
        lines.append(f"{f'{len(load.zones) - ZONES_SHOWN} others':36}{others:9}")
    return "\n".join([*lines, "", *_histogram(load)]) + "\n"


def _histogram(load: Load) -> list[str]:
    """Return the hours of the day (UTC) as bars: the number of tips in that hour over all days."""
    of_day = [0] * 24
    for number, tips in enumerate(load.hours()):
        of_day[number % 24] += tips
    most = max(1, *of_day)
    bars = [f"{hour:02}:00 {tips:9} {'█' * round(tips / most * BAR)}".rstrip() for hour, tips in enumerate(of_day)]
    return ["hour (UTC)  tips", *bars]


def _wait(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


def _draw(load: Load, file: Path) -> None:
    from bot.charts.load import draw_load  # noqa: PLC0415  # the drawing library takes half a second to load

    try:
        file.write_bytes(draw_load(load.midnight, load.hours()))
    except OSError as error:
        raise UsageError(f"--chart: the file {file} cannot be written ({error.strerror})") from None


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days between 1 and {LONGEST}")
    return int(text)


def _chat(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a chat") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date of the form 2026-12-31") from None
