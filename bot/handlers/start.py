"""First contact: at most three taps, every one can be skipped; deep links land on a topic."""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.deeplink import parse_deep_link
from bot.replies.helplines import helplines_reply
from bot.replies.menus import age_reply, country_reply, ready_reply, welcome_reply
from bot.replies.tongues import Tongue, app_line
from bot.replies.topics import open_topic
from bot.storage.model import StoreError
from content.model import AgeBand, Audience
from content.profile import Profile

logger = logging.getLogger(__name__)


async def start(context: BotContext, payload: str) -> None:
    """Greet, or land where a deep link points: `t_grooming`, `ja_sextortion`, `h` and `ja_h` (helplines)."""
    pack, profile, now = context.pack, await context.profile(), context.services.clock()
    link = parse_deep_link(pack, payload)
    if link is None:
        line = Tongue(profile.language, app_line(pack, profile, context.app_language))
        await send_reply(context, line.on(welcome_reply(pack, profile)))
        return
    if link.language and link.language != profile.language:
        profile = replace(profile, language=link.language)
        if context.is_private:
            await _keep(context, profile)
    if link.topic is None:
        await send_reply(context, helplines_reply(pack, profile, now))
    else:
        await send_reply(context, open_topic(pack, link.topic, profile, now))


async def _keep(context: BotContext, profile: Profile) -> None:
    """Keep the language of a deep link. Whoever follows one may be in need: a store that fails keeps nothing back."""
    try:
        await context.save_profile(profile)
    except StoreError:
        logger.warning("language-not-kept")


async def on_button(context: BotContext, press: ButtonPress) -> None:
    """Keep one answer and ask the next question."""
    profile = await context.profile()
    said = None if press.argument == "skip" else press.argument
    match press.verb:
        case "audience":
            profile = replace(profile, audience=Audience(said) if said else None)
            following = age_reply(context.pack, profile)
        case "age":
            profile = replace(profile, age_band=AgeBand(said) if said else None)
            following = country_reply(context.pack, profile, _proposed_country(context, profile.language))
        case "country":
            if said is not None and said not in context.pack.countries:
                raise KeyError(said)
            profile = replace(profile, country=said)
            following = ready_reply(context.pack, profile)
        case _:
            raise KeyError(press.verb)
    await context.save_profile(profile)
    await edit_reply(context, following)


def _proposed_country(context: BotContext, language: str) -> str | None:
    """Propose a country by the operator's setting or the language; the person still has to tap it."""
    proposed = context.services.default_country or {"ja": "JP", "ko": "KR"}.get(language)
    return proposed if proposed in context.pack.countries else None


FEATURE = Feature("start", {"start": "command.start"}, {"start": start}, ("start",), on_button, admin_only=True)
