"""First contact: at most three taps, every one can be skipped; deep links land on a topic."""

from __future__ import annotations

from dataclasses import replace

from bot.handlers.context import BotContext, ButtonPress
from bot.handlers.feature import Feature
from bot.handlers.sending import edit_reply, send_reply
from bot.replies.menus import age_reply, country_reply, ready_reply, welcome_reply
from bot.replies.topics import topic_reply
from content.model import AgeBand, Audience


async def start(context: BotContext, payload: str) -> None:
    """Greet, or open the topic of a deep link such as `t_grooming` or `ja_sextortion`."""
    profile = await context.profile()
    language, _, topic = payload.partition("_")
    if language in context.pack.languages:
        profile = replace(profile, language=language)
        await context.save_profile(profile)
    if topic in context.pack.topics and context.pack.topic_text(topic, profile.language):
        await send_reply(context, topic_reply(context.pack, topic, profile, context.services.clock()))
        return
    await send_reply(context, welcome_reply(context.pack, profile))


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
