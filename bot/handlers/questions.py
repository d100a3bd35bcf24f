"""Plain questions: urgency first, then the answer. Edited messages are judged for urgency only."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from telegram import Message, MessageEntity

from bot.handlers.context import BotContext
from bot.handlers.emergency import answer_emergency, private_link, send_fallback, send_privately
from bot.handlers.far import far_wishes
from bot.handlers.limits import Turn
from bot.handlers.places import asked_city, city
from bot.handlers.sending import send_reply
from bot.handlers.subscribe import own_wishes
from bot.replies.answer import answer, in_the_open, is_for_one_reader
from bot.replies.media import media_reply
from bot.replies.menus import topics_menu
from bot.replies.model import Button, Reply
from bot.replies.tongues import choose_tongue
from bot.replies.wording import Words
from bot.understanding.courtesy import is_courtesy, with_courtesy
from bot.understanding.model import Understanding
from content.model import Urgency

logger = logging.getLogger(__name__)


async def question(context: BotContext) -> None:
    """Answer a text message. In a group only when the bot is addressed."""
    message = context.message
    text = message.text if message else None
    if message is None or text is None or is_own_card(message, context.bot.id):
        return
    if not _is_for_us(context, message):
        return
    if not await _names_a_city(context, text):
        await answer_text(context, _without_mention(text, context.bot.username))


async def _names_a_city(context: BotContext, text: str) -> bool:
    """Take a reply to the question for a city as its answer, unless it tells of something that cannot wait."""
    asked = asked_city(context)
    if asked is None:
        return False
    # People answer the message that stands last, whatever they have to say.
    if await context.services.urgency(text, context.services.pieces.of(context.chat.id)) is not Urgency.NONE:
        return False
    wishes = await (own_wishes(context) if asked.chat_id is None else far_wishes(context, asked.chat_id))
    if wishes is None or not await context.may_change_settings():
        return False
    await city(context, wishes, asked, text)
    return True


async def answer_text(context: BotContext, text: str) -> None:
    """Answer words that a person wrote. Whatever breaks on the way, the helplines are sent."""
    services = context.services
    try:
        written = context.message.message_id if context.message else None
        recent = services.pieces.of(context.chat.id, without=written)
        if not is_courtesy(text, context.pack.askers):
            services.pieces.add(context.chat.id, text, written)
        turn = services.limit.take(context.chat.id)
        if turn is not Turn.ANSWER and await services.urgency(text, recent) is Urgency.NONE:
            await _pause(context, turn)
            return
        # Side by side: neither needs the other, and both take a moment.
        meaning, profile = await asyncio.gather(services.understand(text, recent), context.profile())
        tongue = choose_tongue(context.pack, text, profile, context.app_language, context.own_language)
        if tongue.language != profile.language:
            profile = replace(profile, language=tongue.language)
            context.speak(profile)
        meaning = with_courtesy(meaning, text, context.pack.askers)
        told = _after_emergency(context, meaning)
        reply = tongue.on(answer(context.pack, told, profile, services.clock(), operator=services.operator))
        services.tally.add_meaning(meaning, profile.language)
        services.metrics.answered(_kind_of(meaning))
        if reply.emergency:
            services.pieces.answer_emergency(context.chat.id)
    except Exception:  # the emergency path cannot fail silent
        logger.exception("answer-failed")
        await send_fallback(context)
        return
    if not context.is_private:
        await _answer_in_group(context, meaning, reply)
    elif reply.emergency:
        await answer_emergency(context, reply)
    else:
        await send_reply(context, reply)


def _after_emergency(context: BotContext, meaning: Understanding) -> Understanding:
    """Take what follows on an emergency within minutes for a concern: whoever says "thanks" keeps a helpline.

    Not in a group: a helpline in the open would tell what was answered in private.
    """
    follows = context.is_private and context.services.pieces.after_emergency(context.chat.id)
    return replace(meaning, urgency=Urgency.CONCERN) if follows and meaning.urgency is Urgency.NONE else meaning


async def edited(context: BotContext) -> None:
    """Judge an edited message for urgency only: an answer is not given twice, an emergency is never missed."""
    message = context.message
    text = (message.text or message.caption) if message else None
    if message is None or not text or is_own_card(message, context.bot.id) or not _is_for_us(context, message):
        return
    text = _without_mention(text, context.bot.username)
    pieces = context.services.pieces
    recent = pieces.of(context.chat.id, without=message.message_id)
    if await context.services.urgency(text, recent) is Urgency.EMERGENCY:
        await answer_text(context, text)
    else:
        pieces.add(context.chat.id, text, message.message_id)


async def media(context: BotContext) -> None:
    """Say kindly that only text is read; judge and answer a caption like any message. Nothing is downloaded.

    In a group nobody is told what the bot reads; a caption that speaks to it is answered as words would be.
    """
    message = context.message
    if message is None or not _is_for_us(context, message):
        return
    caption = message.caption
    if not context.is_private:
        if caption:
            await answer_text(context, _without_mention(caption, context.bot.username))
        return
    if caption and await context.services.urgency(caption, context.services.pieces.of(context.chat.id)) is (
        Urgency.EMERGENCY
    ):
        await answer_text(context, caption)
        return
    await send_reply(context, media_reply(context.pack, await context.profile(), context.services.clock()))
    if caption:
        await answer_text(context, caption)


async def unknown_command(context: BotContext, text: str) -> None:
    """Answer a command that does not exist: words behind it are a question, alone it gets the menu."""
    words = text.partition(" ")[2].strip()
    if words:
        await answer_text(context, words)
        return
    profile = await context.profile()
    reply = topics_menu(context.pack, profile)
    hint = Words(context.pack, profile.language).html("unknown-command")
    await send_reply(context, replace(reply, parts=(hint,)))


async def overflow(context: BotContext) -> None:
    """Ask a chat that sends faster than it can be answered to take one thing at a time."""
    await _ask_to_wait(context, "one-at-a-time")


async def _pause(context: BotContext, turn: Turn) -> None:
    """Ask a chat that has asked too much within a minute for a pause, once."""
    if turn is Turn.PAUSE:
        context.services.metrics.answered("pause")
        await _ask_to_wait(context, "pause")


async def _ask_to_wait(context: BotContext, key: str) -> None:
    words = Words(context.pack, (await context.profile()).language)
    await send_reply(context, Reply((words.html(key),), ((Button(words("menu.helplines"), "helplines:show:all"),),)))


def _kind_of(meaning: Understanding) -> str:
    if meaning.urgency is Urgency.EMERGENCY:
        return "emergency"
    if meaning.refusal is not None:
        return "refusal"
    if meaning.topic is None:
        return "unknown"
    return "topic" if meaning.figure is None else "figure"


async def _answer_in_group(context: BotContext, meaning: Understanding, reply: Reply) -> None:
    if is_for_one_reader(context.pack, meaning):
        await send_privately(context)
        return
    profile = await context.profile()
    reply = in_the_open(context.pack, meaning, reply, profile)
    button = Button(Words(context.pack, profile.language)("group.private"), url=private_link(context))
    await send_reply(context, replace(reply, buttons=((button,),)))


def is_own_card(message: Message, bot_id: int) -> bool:
    """Tell whether a person sent one of the bot's own inline cards: those are words of ours, not a question."""
    return message.via_bot is not None and message.via_bot.id == bot_id


def _is_for_us(context: BotContext, message: Message) -> bool:
    return context.is_private or _addressed(message, context.bot.username)


def _addressed(message: Message, username: str) -> bool:
    """Tell whether a group's message speaks to the bot: a mention, or a reply to one of its messages."""
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.username == username:
        return True
    found = message.parse_entities if message.text else message.parse_caption_entities
    return any(mention.casefold() == f"@{username}".casefold() for mention in found([MessageEntity.MENTION]).values())


def _without_mention(text: str, username: str) -> str:
    return text.replace(f"@{username}", " ").strip() or text
