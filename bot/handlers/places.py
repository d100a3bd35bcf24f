"""Where somebody is, for the time zone alone: a city that they write, or a location that they share."""

from __future__ import annotations

from dataclasses import replace

from telegram import ForceReply, KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.delivery.zones import zone_at
from bot.handlers.context import BotContext
from bot.handlers.sending import send_reply
from bot.handlers.wishes import Wishes
from bot.replies.helplines import helpline_card
from bot.replies.subscribe import OWN, CityAsked, city_question, no_city_reply, parse_city_question
from bot.replies.wording import Words
from bot.storage.model import ChatKind
from content.model import Need

ASKING = ("city", "place")
"""Buttons that are answered by a message of their own, because the person has to write or to share something."""


async def ask_for_place(context: BotContext, wishes: Wishes, verb: str, hour: str) -> None:
    """Ask for a city, to be answered by a reply, or for a location, which one button below the text shares."""
    words = Words(context.pack, wishes.language)
    if verb == "city":
        other = None if wishes.door == OWN else wishes.chat_id
        reply = city_question(context.pack, wishes.language, CityAsked(hour, other))
        markup = ForceReply(selective=True, input_field_placeholder=words("subscribe.city-example"))
        await context.bot.send_message(context.chat.id, reply.parts[0], reply_markup=markup)
        return
    button = KeyboardButton(words("subscribe.share-place"), request_location=True)
    keyboard = ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    await context.bot.send_message(context.chat.id, words.html("subscribe.ask-place"), reply_markup=keyboard)


def asked_city(context: BotContext) -> CityAsked | None:
    """Return what the message answers when it is a reply to the bot's question for a city."""
    replied = context.message.reply_to_message if context.message else None
    if replied is None or replied.from_user is None or replied.from_user.id != context.bot.id:
        return None
    return parse_city_question(context.pack, replied.text or "")


async def city(context: BotContext, wishes: Wishes, asked: CityAsked, words: str) -> None:
    """Subscribe in the city that the words name, or say kindly that it is not known."""
    reply = await wishes.in_city(asked.hour, words)
    await send_reply(context, reply or no_city_reply(context.pack, wishes.language, words))


async def location(context: BotContext) -> None:
    """Take the time zone of a shared location, and nothing else of it. Whoever is in need also sees whom to call."""
    place = context.message.location if context.message else None
    zone = zone_at(place.latitude, place.longitude) if place else None
    profile = await context.profile()
    words = Words(context.pack, profile.language)
    wishes = Wishes(context.services, context.chat.id, ChatKind(context.chat.type), profile, profile.language)
    key = "subscribe.place-unknown" if zone is None else "subscribe.place-kept"
    said = words.html(key, zone=(zone or "").replace("_", " "))
    await context.bot.send_message(context.chat.id, said, reply_markup=ReplyKeyboardRemove())
    reply = await (wishes.show() if zone is None else wishes.in_zone(zone))
    # A child who shares where it is may be in need, and may never have asked for tips.
    card = helpline_card(context.pack, profile, (Need.EMERGENCY, Need.GENERAL), context.services.clock(), limit=2)
    await send_reply(context, replace(reply, parts=(f"{reply.parts[0]}\n\n{card}",)))
