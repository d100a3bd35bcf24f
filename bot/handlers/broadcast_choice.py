"""What an author chooses for a draft: what it says, whom it is for, how urgent it is, how long it is tried."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import blake2b

from bot.handlers.broadcast_cards import card_of
from bot.handlers.context import BotContext
from bot.replies.broadcast_card import content_menu, got_menu, seen_menu, whom_menu
from bot.replies.model import Reply
from bot.replies.wording import FALLBACK_LANGUAGE
from bot.storage.broadcast import Broadcast, Target
from content.model import Audience, Pack

DAYS = (1, 3, 7, 14)
"""How long a broadcast may be tried, in days."""

Seen = tuple[str, str, str, int]


async def choose(context: BotContext, draft: Broadcast, verb: str, argument: str) -> Reply | None:
    """Change the draft as a button says; return the menu to go on with, or None for the card.

    Raises KeyError or ValueError when the button is from another time.
    """
    language = (await context.profile()).language
    match verb:
        case "kind":
            await _keep(context, replace(draft, correction=not draft.correction))
        case "urgent":
            await _keep(context, replace(draft, urgent=not draft.urgent))
        case "days":
            following = DAYS[(DAYS.index(draft.days) + 1) % len(DAYS)] if draft.days in DAYS else DAYS[0]
            await _keep(context, replace(draft, days=following))
        case "say":
            return content_menu(context.pack, language, draft.broadcast_id, argument)
        case "put":
            await _keep(context, replace(draft, item=_item(context.pack, argument)))
        case "whom":
            return await _whom(context, draft, language)
        case "lang" | "land" | "aud":
            changed = replace(draft, target=_toggle(context.pack, draft.target, verb, argument))
            await _keep(context, changed)
            return await _whom(context, changed, language)
        case "seen":
            return seen_menu(context.pack, language, draft.broadcast_id, await _seen(context), int(argument))
        case "got":
            return got_menu(context.pack, language, draft.broadcast_id, argument)
        case "see":
            changed = replace(draft, target=await _saw(context, draft.target, argument))
            await _keep(context, changed)
            return await _whom(context, changed, language)
        case _:
            raise KeyError(verb)
    return None


async def _keep(context: BotContext, draft: Broadcast) -> None:
    await context.services.store.change_draft(draft, context.services.clock())


async def _whom(context: BotContext, draft: Broadcast, language: str) -> Reply:
    return whom_menu(context.pack, language, await card_of(context.services, draft, context.chat.id))


def _item(pack: Pack, argument: str) -> str | None:
    if argument == "text":
        return None
    kind, _, name = argument.partition(":")
    if kind == "t" and pack.topic_text(name, FALLBACK_LANGUAGE):
        return f"topic:{name}"
    if kind == "p" and name in pack.tips:
        return f"tip:{name}"
    raise KeyError(argument)


def _toggle(pack: Pack, target: Target, verb: str, value: str) -> Target:
    if verb == "lang" and value in pack.languages:
        return replace(target, languages=target.languages ^ {value})
    if verb == "land" and value in pack.countries:
        return replace(target, countries=target.countries ^ {value})
    if verb == "aud":
        return replace(target, audiences=target.audiences ^ {Audience(value).value})
    raise KeyError(value)


async def _seen(context: BotContext) -> list[Seen]:
    """Return what was seen: each version, and any version of what has several; with a short key for a button."""
    found = await context.services.store.seen()
    versions = Counter(seen.item for seen in found)
    listed = [(seen.item, seen.version, seen.chats) for seen in found]
    several = [item for item, number in versions.items() if number > 1]
    listed += [(item, "", sum(one.chats for one in found if one.item == item)) for item in several]
    listed.sort(key=lambda one: (-one[2], one[0], one[1]))
    return [(_key(item, version), item, version, chats) for item, version, chats in listed]


async def _saw(context: BotContext, target: Target, key: str) -> Target:
    if key == "all":
        return replace(target, seen_item=None, seen_version=None)
    if key.startswith("p:"):
        return replace(target, seen_item=_item(context.pack, key), seen_version=None)
    for known, item, version, _ in await _seen(context):
        if known == key:
            return replace(target, seen_item=item, seen_version=version or None)
    raise KeyError(key)


def _key(item: str, version: str) -> str:
    return blake2b(f"{item} {version}".encode(), digest_size=6).hexdigest()
