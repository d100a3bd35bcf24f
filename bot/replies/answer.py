"""From an Understanding to a Reply: the one decision what a message is answered with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.replies.about import about_reply, smalltalk_reply, who_runs_it
from bot.replies.emergency import choose_emergency_topic, emergency_reply
from bot.replies.figures import figure_reply, stats_reply
from bot.replies.helplines import country_rows, helpline_card, helpline_line, helplines_reply
from bot.replies.model import BUTTON_DATA_LIMIT, Button, Reply
from bot.replies.subscribe import subscribe_pointer
from bot.replies.topics import has_words, topic_button, topic_reply
from bot.replies.wording import FALLBACK_LANGUAGE, Words
from bot.understanding.courtesy import SMALL_TALK
from bot.understanding.model import Refusal, Understanding
from content.model import Courtesy, Need, Pack, Urgency
from content.profile import Profile

NEAREST = 3
"""Topics that stand as buttons under an honest "I do not know"."""
_NEXT = 2
_RELATED_WORTH = (0.3, 0.2, 0.1)
"""What it counts, beside a score, that editors named a topic as related: the first the most."""
_CARD_NEEDS = (Need.EMERGENCY, Need.SUICIDE, Need.GENERAL)
_LINE_NEEDS = (Need.GENERAL, Need.SUICIDE)


def answer(pack: Pack, meaning: Understanding, profile: Profile, now: datetime, *, operator: str = "") -> Reply:
    """Return the reply to one message, in the order that is the rule of the house.

    1. an emergency gets the helplines first, whatever else the message says;
    2. an injection or a harmful request gets a firm reply, with a helpline below it;
    3. a topic that was understood gets its answer; figures carry unit, year, scope and source;
    4. two topics that cannot be told apart are asked between;
    5. everything else gets an honest "I don't know" with the nearest topics.

    `operator` is who runs the bot, for questions about it. A concern adds a line of help. While the encoder is
    missing, and to a message in a language that cannot be read, every reply carries the helplines.
    """
    if meaning.urgency is Urgency.EMERGENCY:
        ranked = [item.topic for item in meaning.ranked]
        topic = choose_emergency_topic(pack, [meaning.topic, *ranked] if meaning.topic else ranked)
        return emergency_reply(pack, topic, profile, now)
    reply = _calm_answer(pack, meaning, profile, now, operator)
    # A good-bye may be meant for ever, and sound like any other.
    is_concern = meaning.urgency is Urgency.CONCERN or meaning.courtesy is Courtesy.BYE
    if meaning.degraded or meaning.unread:
        return with_appendix(reply, helpline_card(pack, profile, _CARD_NEEDS, now, limit=3))
    if is_concern and not _shows_help(pack, meaning):
        if meaning.topic is None:
            # What was not understood may be the worst of all: it gets whom to call, not one line of it.
            return with_appendix(reply, helpline_card(pack, profile, _CARD_NEEDS, now, limit=3))
        return with_appendix(reply, helpline_line(pack, profile, _needs(pack, meaning), now))
    return reply


def is_for_one_reader(pack: Pack, meaning: Understanding) -> bool:
    """Tell whether an answer must not stand where others read it: it would show what somebody is going through.

    So is every emergency, and a concern about a sensitive topic or one that was not understood.
    """
    if meaning.urgency is not Urgency.CONCERN:
        return meaning.urgency is Urgency.EMERGENCY
    if meaning.topic is None:
        return True
    between = [item.topic for item in meaning.ranked[:2]] if meaning.close else []
    return any(name in pack.topics and pack.topics[name].sensitive for name in (meaning.topic, *meaning.also, *between))


def in_the_open(pack: Pack, meaning: Understanding, reply: Reply, profile: Profile) -> Reply:
    """Return the reply as a group reads it, without its buttons: they would answer in the open.

    Where the words ask which of the buttons was meant, they say instead that this goes better in private.
    """
    asks = meaning.refusal is None and meaning.figure is None and (meaning.topic is None or meaning.close)
    if asks and not (meaning.degraded or meaning.unread):
        return Reply((Words(pack, profile.language).html("group.unsure"),))
    return replace(reply, buttons=())


def with_appendix(reply: Reply, line: str) -> Reply:
    """Return the reply with a rendered block added at the end of its last part."""
    return replace(reply, parts=(*reply.parts[:-1], f"{reply.parts[-1]}\n\n{line}")) if line else reply


def _calm_answer(pack: Pack, meaning: Understanding, profile: Profile, now: datetime, operator: str) -> Reply:
    words = Words(pack, profile.language)
    if meaning.refusal is not None:
        key = "refusal.harmful" if meaning.refusal is Refusal.HARMFUL else "refusal.injection"
        line = helpline_line(pack, profile, _LINE_NEEDS, now)
        return Reply((f"{words.html(key)}\n\n{line}",), ((Button(words("menu.topics"), "topics:menu:all"),),))
    if meaning.topic is None:
        return unread_reply(pack, profile) if meaning.unread else unknown_reply(pack, meaning, profile)
    if meaning.figure is not None:
        return figure_reply(pack, meaning.figure, profile.language)
    if meaning.close:
        return _ask_between(pack, meaning, profile, words)
    return _topic_answer(pack, meaning, profile, now, operator)


def _topic_answer(pack: Pack, meaning: Understanding, profile: Profile, now: datetime, operator: str) -> Reply:
    topic = meaning.topic or ""
    if topic == "helplines":
        return helplines_reply(pack, profile, now)
    if topic == SMALL_TALK:
        return smalltalk_reply(pack, profile, meaning.courtesy)
    if topic.startswith("bot-"):
        return bot_reply(pack, topic, profile, now, operator=operator)
    if topic.startswith("stats-"):
        return stats_reply(pack, topic, profile.language)
    if not has_words(pack, topic):
        return unknown_reply(pack, meaning, profile)
    reply = topic_reply(pack, topic, profile, now)
    return with_vote(pack, reply, topic, _next_best(pack, meaning, topic), profile)


def _next_best(pack: Pack, meaning: Understanding, topic: str) -> list[str]:
    """Return what may have been meant instead: what else was asked, then by score and by what editors call related.

    Of a message that was clear, all other scores are near nothing, and say less than what is related.
    """
    worth = {item.topic: item.score for item in meaning.ranked}
    for name, more in zip(pack.topics[topic].related, _RELATED_WORTH, strict=False):
        worth[name] = worth.get(name, 0.0) + more
    found = [*meaning.also, *sorted(worth, key=lambda name: -worth[name])]
    return [name for name in dict.fromkeys(found) if name != topic and has_words(pack, name)]


def bot_reply(pack: Pack, topic: str, profile: Profile, now: datetime, *, operator: str) -> Reply:
    """Return what the bot says of itself (`bot-about`, `bot-subscribe`, `bot-smalltalk`): its text where it has one.

    Who runs it and the buttons that act stand below the text. Raises KeyError for any other topic.
    """
    written = any(topic in language.topics for language in pack.languages.values())
    match topic:
        case "bot-smalltalk":
            return smalltalk_reply(pack, profile)
        case "bot-about":
            own = about_reply(pack, profile, operator=operator)
            if not written:
                return own
            reply = topic_reply(pack, topic, profile, now)
            reply = with_appendix(reply, who_runs_it(pack, profile, operator))
            return replace(reply, buttons=(*reply.buttons, *own.buttons))
        case "bot-subscribe":
            own = subscribe_pointer(pack, profile)
            if not written:
                return own
            reply = topic_reply(pack, topic, profile, now)
            return replace(reply, buttons=(*own.buttons, *reply.buttons))
        case _:
            raise KeyError(topic)


def with_vote(pack: Pack, reply: Reply, topic: str, others: Sequence[str], profile: Profile) -> Reply:
    """Add "Was this it?" under an answer. The data of "no" carry the next two topics, so that nothing is stored."""
    words = Words(pack, profile.language)
    following = [name for name in dict.fromkeys(others) if name != topic][:_NEXT]
    data = f"vote:no:{'.'.join([topic, *following])}"
    while len(data.encode()) > BUTTON_DATA_LIMIT:
        data = data.rpartition(".")[0]
    row = (Button(words("vote.yes"), f"vote:yes:{topic}"), Button(words("vote.no"), data))
    return replace(reply, buttons=(*reply.buttons, row))


def not_it_reply(pack: Pack, others: Sequence[str], profile: Profile) -> Reply:
    """Return what follows on "this was not it": the next topics, all of them, and the way to people who help."""
    words = Words(pack, profile.language)
    rows: list[tuple[Button, ...]] = [
        (topic_button(pack, name, profile.language, profile.audience),)
        for name in others
        if name in pack.topics and has_words(pack, name)
    ]
    text = words.html("vote.which" if rows else "vote.say-again")
    rows.append(
        (Button(words("menu.topics"), "topics:menu:all"), Button(words("menu.helplines"), "helplines:show:all"))
    )
    return Reply((text,), tuple(rows))


def _ask_between(pack: Pack, meaning: Understanding, profile: Profile, words: Words) -> Reply:
    two = [item.topic for item in meaning.ranked if has_words(pack, item.topic)][:2]
    rows = [(topic_button(pack, name, profile.language, profile.audience),) for name in two]
    return Reply((words.html("ask-between"),), (*rows, (Button(words("neither"), "topics:menu:all"),)))


def unknown_reply(pack: Pack, meaning: Understanding, profile: Profile) -> Reply:
    """Return the honest "I don't know": the nearest topics as buttons, and the way to people who help."""
    words = Words(pack, profile.language)
    near = [item.topic for item in meaning.ranked if has_words(pack, item.topic) and item.topic != SMALL_TALK]
    rows: list[tuple[Button, ...]] = [
        (topic_button(pack, name, profile.language, profile.audience),) for name in near[:NEAREST]
    ]
    rows.append(
        (Button(words("menu.topics"), "topics:menu:all"), Button(words("menu.helplines"), "helplines:show:all"))
    )
    if meaning.urgency is Urgency.CONCERN and profile.country is None:
        rows += country_rows(pack, profile.language, "helplines:country")
    return Reply((words.html("unknown"),), tuple(rows))


def unread_reply(pack: Pack, profile: Profile) -> Reply:
    """Return that a message is in a language that cannot be read, in the reader's language and in English."""
    languages = dict.fromkeys((profile.language, FALLBACK_LANGUAGE))
    texts = [Words(pack, language).html("unread") for language in languages]
    words = Words(pack, profile.language)
    rows: list[tuple[Button, ...]] = [
        (Button(words("menu.topics"), "topics:menu:all"), Button(words("menu.helplines"), "helplines:show:all"))
    ]
    if profile.country is None:
        rows += country_rows(pack, profile.language, "helplines:country")
    return Reply(("\n\n".join(texts),), tuple(rows))


def _needs(pack: Pack, meaning: Understanding) -> tuple[Need, ...]:
    topic = pack.topics.get(meaning.topic or "")
    return topic.needs if topic and topic.needs else _LINE_NEEDS


def _shows_help(pack: Pack, meaning: Understanding) -> bool:
    """Tell whether the answer to this topic already carries a line or card of help."""
    if meaning.topic == "helplines" or meaning.refusal is not None:
        return True
    topic = pack.topics.get(meaning.topic or "")
    told = topic is not None and topic.urgency is not Urgency.NONE and has_words(pack, meaning.topic or "")
    return told and not meaning.close and meaning.figure is None
