"""A topic as a reply: the first screen, its further parts, and the buttons that lead on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.replies.credits import publishers
from bot.replies.figures import figure_sentence, stats_reply
from bot.replies.helplines import brief_card, helpline_card, helpline_line
from bot.replies.model import Button, Reply
from bot.replies.render import bold, italic, render_text, spoiler
from bot.replies.tongues import other_language
from bot.replies.wording import Words
from content.model import PART_NAMES, Audience, Pack, Topic, TopicText, Urgency
from content.profile import Profile

_CREDITS = 1
"""Publishers under a first screen, which is to fit a phone; all sources are two taps away."""
_AGREEMENT_UNDER = "family-rules"
"""The topic that leads to the family agreement."""
_RELATED = 3
_OWN_LABELS = {"say", "prevent", "worry"}
_LATER = {"prevent", "worry"}
_WITH_HELP = {"happened", "do"}
"""Groups whose topics name a helpline on the first screen, whatever their urgency."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The text of a topic as one reader gets it: which words come first, and which parts lead on."""

    title: str
    first: str
    parts: dict[str, str]


def choose_voice(text: TopicText, audience: Audience | None) -> Voice:
    """Choose the words for a reader: their own where there are some, else those for everybody.

    What is for everybody speaks to parents and teachers too: only where it asks whom it is about has a parent another
    text. A young person's parts replace the others one by one.
    """
    parts = {str(name): part for name, part in text.parts.items()}
    if audience is Audience.YOUNG and text.young:
        own = {str(name): part for name, part in text.young_parts.items()}
        shared = {name: part for name, part in parts.items() if name == "prevent"}
        return Voice(text.young_title or text.title, text.young, {**shared, **own})
    if audience is Audience.TEACHER and text.teacher:
        return Voice(text.title, text.teacher, parts)
    if audience is Audience.PARENT and text.parent:
        return Voice(text.title, text.parent, parts)
    return Voice(text.title, text.first, parts)


def topic_title(pack: Pack, topic: str, language: str, audience: Audience | None = None) -> str:
    """Return what a reader calls the topic; figures and the bot's own topics are named by the wording."""
    found = pack.topic_text(topic, language)
    if found is None:
        return Words(pack, language)(f"topic.{topic}")
    return (found[0].young_title if audience is Audience.YOUNG else None) or found[0].title


def has_words(pack: Pack, topic: str) -> bool:
    """Tell whether something can be said about a topic: it has a text, or is answered from figures or wording."""
    return topic.startswith(("stats-", "bot-")) or any(topic in language.topics for language in pack.languages.values())


def topic_button(pack: Pack, topic: str, language: str, audience: Audience | None = None) -> Button:
    """Return the button that opens a topic."""
    data = f"stats:show:{topic}" if topic.startswith("stats-") else f"topic:first:{topic}"
    return Button(topic_title(pack, topic, language, audience), data)


def topic_reply(pack: Pack, topic: str, profile: Profile, now: datetime) -> Reply:
    """Return the first screen of a topic, with a line of help under it when something may be wrong.

    Of an emergency the card of helplines takes the place of the sources, which are two taps away.

    Raises KeyError when no language of the pack has the topic.
    """
    text, language = _text(pack, topic, profile.language)
    words = Words(pack, profile.language)
    voice = choose_voice(text, profile.audience)
    entry = pack.topics[topic]
    body = render_text(voice.first, _figures(pack, language))
    # A blank line is a line less of advice on a phone: the title stands on its text, the sources under the help.
    said = f"{bold(voice.title)}\n{spoiler(body) if entry.sensitive else body}"
    blocks = (*other_language(pack, language, profile.language), said)
    foot = [_sources_line(pack, text, words)]
    if entry.urgency is Urgency.EMERGENCY:
        foot = [brief_card(pack, profile, entry.needs, now)]
    elif entry.urgency is Urgency.CONCERN or entry.group in _WITH_HELP:
        foot.insert(0, helpline_line(pack, profile, entry.needs, now))
    rows = topic_buttons(pack, topic, profile, shown="first")
    parts = ("\n\n".join((*blocks, "\n".join(foot))),)
    return Reply(parts, rows, shows=shown_items(pack, topic, profile))


def open_topic(pack: Pack, topic: str, profile: Profile, now: datetime) -> Reply:
    """Return what a topic shows when it is opened by its id: a chart for a statistic, else its first screen.

    Raises KeyError when no language of the pack has the topic.
    """
    if topic.startswith("stats-"):
        return stats_reply(pack, topic, profile.language)
    return topic_reply(pack, topic, profile, now)


def part_reply(pack: Pack, topic: str, part: str, profile: Profile, now: datetime) -> Reply:
    """Return one further part of a topic (`now`, `say`, `prevent`, `worry`), `help`, `sources` or `related`.

    Raises KeyError when the topic or the part does not exist.
    """
    text, language = _text(pack, topic, profile.language)
    words = Words(pack, profile.language)
    voice = choose_voice(text, profile.audience)
    entry = pack.topics[topic]
    rows = topic_buttons(pack, topic, profile, shown=part)
    if part == "help":
        body = helpline_card(pack, profile, entry.needs, now)
    elif part == "sources":
        body = "\n".join(_source_lines(pack, text))
    elif part == "related":
        body = words.html("related.choose")
        near = [(topic_button(pack, name, profile.language, profile.audience),) for name in _related(pack, topic)]
        aside = (_part_button(words, "sources", topic, profile.audience), Button(words("share"), share=topic))
        rows = (*near, aside, (_part_button(words, "first", topic, profile.audience),))
    else:
        body = render_text(voice.parts[part], _figures(pack, language))
        # What to do in an emergency is read at once, or it is too late.
        steps = part == "now" and entry.urgency is Urgency.EMERGENCY
        body = spoiler(body) if entry.sensitive and not steps else body
    if entry.urgency is Urgency.EMERGENCY and part != "help":
        # The part takes the place of the first screen; whom to call must not go with it.
        body += "\n\n" + brief_card(pack, profile, entry.needs, now)
    heading = bold(f"{voice.title} · {part_label(words, part, profile.audience)}")
    note = other_language(pack, language, profile.language) if part in voice.parts else ()
    return Reply(("\n\n".join((*note, heading, body)),), rows, shows=shown_items(pack, topic, profile))


def shown_items(pack: Pack, topic: str, profile: Profile) -> tuple[str, ...]:
    """Return what a reader of a topic is remembered to have seen: the topic, or of an emergency the helplines alone.

    That somebody read of suicide or blackmail is never kept; the numbers there are what may turn out wrong.
    """
    if pack.topics[topic].urgency is Urgency.EMERGENCY:
        return (f"helplines:{profile.country}",) if profile.country else ()
    return (f"topic:{topic}",)


def topic_buttons(pack: Pack, topic: str, profile: Profile, *, shown: str) -> tuple[tuple[Button, ...], ...]:
    """Return the rows that lead on from a topic: its other parts, who can help, and what is aside.

    Related topics, sources and sharing stand behind one button, so that the whole answer is seen at once on a phone;
    sharing also fills the last row.
    """
    text, _ = _text(pack, topic, profile.language)
    words = Words(pack, profile.language)
    voice = choose_voice(text, profile.audience)
    # What prevents an emergency is not asked for while there is one: it stands under the further parts.
    is_alarm = shown == "first" and pack.topics[topic].urgency is Urgency.EMERGENCY
    further = [name for name in PART_NAMES if name in voice.parts and not (is_alarm and name in _LATER)]
    names = ("first", *further, "help", "related")
    buttons = [_part_button(words, name, topic, profile.audience) for name in names if name != shown]
    if len(buttons) % 2:
        buttons.append(Button(words("share"), share=topic))
    rows = _rows(buttons, 2)
    if topic == _AGREEMENT_UNDER and any(language.agreement for language in pack.languages.values()):
        return (*rows, (Button(words("command.agreement"), "agreement:show:all"),))
    return rows


def _related(pack: Pack, topic: str) -> tuple[str, ...]:
    return tuple(other for other in pack.topics[topic].related if has_words(pack, other))[:_RELATED]


def _part_button(words: Words, part: str, topic: str, audience: Audience | None) -> Button:
    return Button(part_label(words, part, audience), f"topic:{part}:{topic}")


def part_label(words: Words, part: str, audience: Audience | None) -> str:
    """Return what a further part is called; to a young person what to say and when to worry are told as theirs."""
    own = audience is Audience.YOUNG and part in _OWN_LABELS
    return words(f"part.{part}-young" if own else f"part.{part}")


def _rows(buttons: Sequence[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _text(pack: Pack, topic: str, language: str) -> tuple[TopicText, str]:
    found = pack.topic_text(topic, language)
    if found is None:
        raise KeyError(topic)
    return found


def _figures(pack: Pack, language: str) -> Callable[[str], str]:
    def word(figure: str) -> str:
        return figure_sentence(pack, figure, language)

    return word


def _sources_line(pack: Pack, text: TopicText, words: Words) -> str:
    sources = publishers(pack, text.sources, _CREDITS)
    return italic(words("reviewed-line", sources=sources, reviewed=text.reviewed.isoformat()))


def _source_lines(pack: Pack, text: TopicText) -> list[str]:
    lines = []
    for name in text.sources:
        source = pack.sources.get(name)
        if source is not None:
            lines.append(
                render_text(f"- {source.publisher}: {source.title} ({source.date}) {source.url or ''}".rstrip())
            )
    return lines


def topics_of_group(pack: Pack, group: str) -> tuple[tuple[str, Topic], ...]:
    """Return the topics of one part of the menu in the order of the list."""
    return tuple((name, topic) for name, topic in pack.topics.items() if topic.group == group)
