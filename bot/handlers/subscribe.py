"""/subscribe and /unsubscribe: the daily tip, at the person's own hour in their own zone."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.delivery.schedule import next_due
from bot.delivery.zones import find_zone, proposed_zones, zones_of_country
from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.model import Reply
from bot.replies.subscribe import (
    bad_time_reply,
    hour_question,
    subscribed_reply,
    unsubscribed_reply,
    zone_question,
)
from bot.storage.model import SubscriptionChoice

_FULL_WIDTH = str.maketrans("０１２３４５６７８９：", "0123456789:")
_TIME = re.compile(r"(\d{1,2})(?:[:：時](\d{2})?分?)?\s*(am|pm)?", re.IGNORECASE)


async def subscribe(context: BotContext, words: str) -> None:
    """Begin or change the daily tip. `/subscribe 7:30 Tokyo` does it in one line; alone it asks."""
    await send_reply(context, await (_from_words(context, words) if words else _state_or_question(context)))


async def unsubscribe(context: BotContext, _: str) -> None:
    """End the daily tip."""
    await send_reply(context, await _stop(context))


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Ask for the hour, then for the zone; change either later; stop."""
    profile = await context.profile()
    pack = context.pack
    match press.verb:
        case "show":
            reply = await _state_or_question(context)
        case "cancel":
            reply = unsubscribed_reply(pack, profile, was_active=False)
        case "stop":
            reply = await _stop(context)
        case "hours":
            reply = hour_question(pack, profile, find_zone(press.argument))
        case "zones":
            reply = await _ask_zone(context, press.argument)
        case "hour":
            hour, _, zone = press.argument.partition(".")
            own = zones_of_country(profile.country)
            if not zone and len(own) == 1:
                zone = own[0]
            if zone:
                reply = await _subscribe(context, hour, zone)
            else:
                reply = await _ask_zone(context, hour)
        case "zone":
            hour, _, zone = press.argument.partition(".")
            reply = await _subscribe(context, hour, zone)
        case _:
            raise KeyError(press.verb)
    await edit_reply(context, reply)


async def _state_or_question(context: BotContext) -> Reply:
    profile = await context.profile()
    subscription = await context.services.store.subscription_of(context.chat.id)
    if subscription is None or not subscription.active:
        return hour_question(context.pack, profile)
    choice = subscription.choice
    return subscribed_reply(
        context.pack, profile, hour=choice.hour, minute=choice.minute, zone=choice.zone, due=subscription.next_due
    )


async def _from_words(context: BotContext, words: str) -> Reply:
    """Read `7:30`, `7:30 Tokyo` or `19 UTC+9`; what cannot be read is said, and nothing is changed."""
    profile = await context.profile()
    time, _, place = words.strip().partition(" ")
    clock = _parse_time(time)
    if clock is None:
        return bad_time_reply(context.pack, profile, time)
    hour = f"{clock[0]}:{clock[1]:02}"
    own = zones_of_country(profile.country)
    zone = find_zone(place) if place.strip() else (own[0] if len(own) == 1 else None)
    if zone is not None:
        return await _subscribe(context, hour, zone)
    if place.strip():
        return bad_time_reply(context.pack, profile, place)
    return await _ask_zone(context, hour)


def _parse_time(text: str) -> tuple[int, int] | None:
    match = _TIME.fullmatch(text.translate(_FULL_WIDTH))
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3].lower() == "pm" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


async def _ask_zone(context: BotContext, hour: str) -> Reply:
    profile = await context.profile()
    zones = proposed_zones(profile.country or context.services.default_country, profile.language)
    return zone_question(context.pack, profile, hour, zones, context.services.clock())


async def _subscribe(context: BotContext, hour: str, zone: str) -> Reply:
    """Keep the choice and show it. Raises ValueError when an old button names an hour or zone that is none."""
    services = context.services
    profile = await context.profile()
    clock = _parse_time(hour)
    found = find_zone(zone)
    if clock is None or found is None:
        raise ValueError("this button names no hour or no zone")
    now = services.clock()
    known = await services.store.subscription_of(context.chat.id)
    fresh = SubscriptionChoice(hour=clock[0], minute=clock[1], zone=found)
    choice = replace(known.choice, hour=clock[0], minute=clock[1], zone=found) if known else fresh
    due = next_due(choice, now, seed=context.chat.id, last=known.last_date if known else None)
    await context.save_profile(profile)
    await services.store.subscribe(context.chat.id, choice, due, now)
    services.wake()
    return subscribed_reply(context.pack, profile, hour=choice.hour, minute=choice.minute, zone=choice.zone, due=due.at)


async def _stop(context: BotContext) -> Reply:
    was_active = await context.services.store.unsubscribe(context.chat.id, context.services.clock())
    context.services.wake()
    return unsubscribed_reply(context.pack, await context.profile(), was_active=was_active)


FEATURE = Feature(
    "subscribe",
    {"subscribe": "command.subscribe", "unsubscribe": "command.unsubscribe"},
    {"subscribe": subscribe, "unsubscribe": unsubscribe},
    ("subscribe",),
    on_button,
    admin_only=True,
)
