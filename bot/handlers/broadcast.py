"""/broadcast: administrators write to everybody with a daily tip; a second one approves, a few get it first."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from telegram import Message
from telegram.error import TelegramError

from bot.handlers.broadcast_cards import card_of, preview_profiles, reply_of, send_plain
from bot.handlers.broadcast_choice import choose
from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.broadcast import fits, parse_texts
from bot.replies.broadcast_card import card_reply
from bot.replies.model import Reply
from bot.replies.wording import Words
from bot.storage.broadcast import OPEN, STARTED, Broadcast, BroadcastState
from content.profile import Profile

logger = logging.getLogger(__name__)

State = BroadcastState


async def broadcast(context: BotContext, words: str) -> None:
    """Show what is open and one's own draft, or take the words as its text: `en: ...`, else in one's own language."""
    if words:
        own = (await context.profile()).language
        texts = parse_texts(words, context.pack.languages) or {own: words}
        await _write(context, await _own_draft(context) or await _new_draft(context), texts)
        return
    for found in await context.services.store.broadcasts(OPEN):
        if found.state is not State.DRAFT:
            await _send_card(context, found.broadcast_id)
    draft = await _own_draft(context) or await _new_draft(context)
    await _say(context, "broadcast.how-to-write")
    await _send_card(context, draft.broadcast_id)


async def on_text(context: BotContext, text: str) -> bool:
    """Take `en: ...` as the text of one's own draft, where there is one; everything else is a question."""
    texts = parse_texts(text, context.pack.languages)
    draft = await _own_draft(context) if texts else None
    if draft is None:
        return False
    await _write(context, draft, texts)
    return True


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Change a draft, hand it in, approve it, or steer what is under way. Raises KeyError for what is not there."""
    broadcast_id, _, argument = press.argument.partition(".")
    found = await context.services.store.broadcast_of(broadcast_id)
    if found is None:
        raise KeyError(broadcast_id)
    if press.verb in _STEPS:
        await _STEPS[press.verb](context, found, argument)
        return
    if found.state is not State.DRAFT or found.author != context.chat.id:
        await _show(context, broadcast_id)
        return
    menu = await choose(context, found, press.verb, argument)
    await (_show(context, broadcast_id) if menu is None else edit_reply(context, menu))


async def _own_draft(context: BotContext) -> Broadcast | None:
    drafts = await context.services.store.broadcasts([State.DRAFT])
    return next((one for one in drafts if one.author == context.chat.id), None)


async def _new_draft(context: BotContext) -> Broadcast:
    services = context.services
    draft = Broadcast(secrets.token_hex(3), context.chat.id, services.clock())
    await services.store.create_broadcast(draft)
    return draft


async def _write(context: BotContext, draft: Broadcast, texts: Mapping[str, str]) -> None:
    """Keep texts in a draft; what Telegram would not take is refused in one sentence."""
    services = context.services
    for language, text in texts.items():
        alone = replace(draft, item=None, texts={language: text})
        if not fits(reply_of(context.pack, alone, Profile(language), services.clock())):
            await _say(context, "broadcast.too-long")
            return
    changed = replace(draft, item=None, texts={**draft.texts, **texts})
    await services.store.change_draft(changed, services.clock())
    await _send_card(context, draft.broadcast_id)


async def _card(context: BotContext, found: Broadcast) -> Reply:
    services = context.services
    card = await card_of(services, found, context.chat.id)
    return card_reply(context.pack, (await context.profile()).language, card, services.clock())


async def _send_card(context: BotContext, broadcast_id: str) -> None:
    found = await context.services.store.broadcast_of(broadcast_id)
    if found is not None:
        await _note_panel(context, found, await send_reply(context, await _card(context, found)))


async def _show(context: BotContext, broadcast_id: str, *_: str) -> None:
    """Show the card as it is now in place of the message whose button was pressed."""
    found = await context.services.store.broadcast_of(broadcast_id)
    if found is None:
        raise KeyError(broadcast_id)
    message = context.query.message
    await edit_reply(context, await _card(context, found))
    await _note_panel(context, found, message.message_id if isinstance(message, Message) else None)


async def _note_panel(context: BotContext, found: Broadcast, message_id: int | None) -> None:
    """From now on the progress is shown in this message."""
    if message_id is None:
        return
    note = context.services.store.note_panels
    if context.chat.id == found.author:
        await note(found.broadcast_id, author=message_id)
    elif context.chat.id == found.approver:
        await note(found.broadcast_id, approver=message_id)


async def _say(context: BotContext, key: str) -> None:
    words = Words(context.pack, (await context.profile()).language)
    await send_reply(context, Reply((words.html(key),)))


async def _preview(context: BotContext, found: Broadcast, _: str) -> None:
    if not found.item and not found.texts:
        await _say(context, "broadcast.empty")
        return
    await _send_preview(context, found, context.chat.id)


async def _send_preview(context: BotContext, found: Broadcast, chat_id: int) -> None:
    """Send the messages exactly as people will see them, one in each language. Raises TelegramError."""
    for profile in preview_profiles(context.pack, found):
        reply = reply_of(context.pack, found, profile, context.services.clock())
        await send_plain(context.bot, chat_id, reply)


async def _ask(context: BotContext, found: Broadcast, _: str) -> None:
    """Hand a draft in: every other administrator gets the preview and may approve it."""
    services, author = context.services, context.chat.id
    others = sorted(services.administrators - {author})
    if found.author != author or found.state is not State.DRAFT:
        await _show(context, found.broadcast_id)
    elif not found.item and not found.texts:
        await _say(context, "broadcast.empty")
    elif not await services.store.count_target(found.target):
        await _say(context, "broadcast.nobody")
    elif await services.store.move_broadcast(found.broadcast_id, [State.DRAFT], State.WAITING, services.clock()):
        reached = [other for other in others if await _invite(context, found, other)]
        if not reached:
            await services.store.move_broadcast(found.broadcast_id, [State.WAITING], State.DRAFT, services.clock())
            await _say(context, "broadcast.no-second")
        await _show(context, found.broadcast_id)


async def _invite(context: BotContext, found: Broadcast, other: int) -> bool:
    services = context.services
    profile = await services.store.profile_of(other) or Profile()
    waiting = replace(found, state=State.WAITING)
    try:
        await _send_preview(context, found, other)
        card = await card_of(services, waiting, other)
        await send_plain(context.bot, other, card_reply(context.pack, profile.language, card, services.clock()))
    except TelegramError as error:
        logger.info("administrator-not-reached", extra={"error": type(error).__name__})
        return False
    return True


async def _approve(context: BotContext, found: Broadcast, revision: str) -> None:
    services = context.services
    if found.author == context.chat.id:
        await _say(context, "broadcast.not-own")
        return
    now = services.clock()
    moved = await services.store.move_broadcast(
        found.broadcast_id,
        [State.WAITING],
        State.GATHERING,
        now,
        revision=int(revision),
        approver=context.chat.id,
        ends_at=now + timedelta(days=found.days),
    )
    if moved:
        logger.info("broadcast-approved", extra={"broadcast": found.broadcast_id})
        services.wake_broadcasts()
    else:
        await _say(context, "broadcast.changed")
    await _show(context, found.broadcast_id)


async def _refuse(context: BotContext, found: Broadcast, revision: str) -> None:
    if found.author == context.chat.id:
        raise KeyError("no")
    moved = await context.services.store.move_broadcast(
        found.broadcast_id, [State.WAITING], State.DRAFT, context.services.clock(), revision=int(revision)
    )
    if moved:
        try:
            author = await context.services.store.profile_of(found.author) or Profile()
            words = Words(context.pack, author.language)
            await send_reply(context, Reply((words.html("broadcast.refused"),)), found.author)
        except TelegramError as error:
            logger.info("author-not-reached", extra={"error": type(error).__name__})
    await _show(context, found.broadcast_id)


def _mover(
    sources: tuple[State, ...], target: State, *, by_author: bool = False
) -> Callable[[BotContext, Broadcast, str], Awaitable[None]]:
    async def move(context: BotContext, found: Broadcast, _: str) -> None:
        services = context.services
        if by_author and found.author != context.chat.id:
            raise KeyError(found.broadcast_id)
        if await services.store.move_broadcast(found.broadcast_id, sources, target, services.clock()):
            logger.info("broadcast-moved", extra={"broadcast": found.broadcast_id, "state": target.value})
            services.wake_broadcasts()
        await _show(context, found.broadcast_id)

    return move


async def _show_again(context: BotContext, found: Broadcast, _: str) -> None:
    await _show(context, found.broadcast_id)


_STEPS: Mapping[str, Callable[[BotContext, Broadcast, str], Awaitable[None]]] = {
    "show": _show_again,
    "preview": _preview,
    "ask": _ask,
    "back": _mover((State.WAITING,), State.DRAFT, by_author=True),
    "drop": _mover((State.DRAFT,), State.STOPPED, by_author=True),
    "yes": _approve,
    "no": _refuse,
    "pause": _mover((State.RUNNING,), State.PAUSED),
    "go": _mover((State.ASKING, State.PAUSED), State.RUNNING),
    "stop": _mover(STARTED, State.STOPPED),
}

FEATURE = Feature(
    "broadcast",
    {"broadcast": "command.broadcast"},
    {"broadcast": broadcast},
    ("bc",),
    on_button,
    for_administrators=True,
    on_text=on_text,
)
