"""What administrators see of a broadcast: what it says, whom it is for, how far it is, and what can be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.replies.menus import GROUPS
from bot.replies.model import Button, Reply
from bot.replies.overview import shy
from bot.replies.render import render_text
from bot.replies.tips import tip_text
from bot.replies.topics import has_words, topic_title, topics_of_group
from bot.replies.wording import Words
from content.model import Audience, Pack
from content.numbers import number

BAR = 16
_PAGE = 8
_ROWS = 3
_MOST_TIPS = 40


@dataclass(frozen=True, slots=True)
class Card:
    """A broadcast as its administrators see it; the words of `state` are those of the store.

    `people` are meant now (a draft) or were written down; `own` tells whether the reader is its author.
    """

    broadcast_id: str
    state: str
    own: bool
    revision: int
    correction: bool
    urgent: bool
    item: str | None
    texts: Collection[str]
    languages: Collection[str]
    countries: Collection[str]
    audiences: Collection[str]
    seen_item: str | None
    seen_version: str | None
    days: int
    people: int
    ends_at: datetime | None = None
    share: float = 0.0
    done: int = 0
    held: int = 0
    arrival: datetime | None = None
    tally: Mapping[str, int] = field(default_factory=dict)


_OPEN_STATES = {"draft", "waiting"}
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "gathering": ("stop",),
    "canary": ("stop",),
    "asking": ("go", "stop"),
    "running": ("pause", "stop"),
    "paused": ("go", "stop"),
}


def card_reply(pack: Pack, language: str, card: Card, now: datetime) -> Reply:
    """Return the card with the buttons that its state allows."""
    words = Words(pack, language)
    kind = words("broadcast.correction" if card.correction else "broadcast.news")
    head = words("broadcast.card", kind=kind, state=words(f"broadcast.state.{card.state}"), id=card.broadcast_id)
    lines = [head, *_plan(pack, words, card)]
    if card.state not in _OPEN_STATES:
        lines += ["", *_progress(words, card, now)]
    return Reply((render_text("\n".join(lines)),), _buttons(words, card))


def bar(share: float) -> str:
    """Return a bar that is filled as far as the share; full only when all is done."""
    filled = min(BAR - (share < 1), round(share * BAR))
    return "▓" * filled + "░" * (BAR - filled)


def _plan(pack: Pack, words: Words, card: Card) -> list[str]:
    code = words.language
    if card.item:
        said = item_title(pack, card.item, code)
    elif card.texts:
        said = ", ".join(_language(words, one) for one in sorted(card.texts))
    else:
        said = words("broadcast.nothing")
    whom = [", ".join(_language(words, one) for one in sorted(card.languages))]
    whom.append(", ".join(words(f"country.{one}") for one in sorted(card.countries)))
    whom.append(", ".join(words(f"broadcast.reader.{one}") for one in sorted(card.audiences)))
    if card.seen_item:
        version = card.seen_version or words("broadcast.any-version")
        whom.append(words("broadcast.saw", item=item_title(pack, card.seen_item, code), version=version))
    # Once people were written down, their number stands in the progress too.
    people = shy(card.people) if card.state in _OPEN_STATES else number(card.people)
    target = "; ".join(part for part in whom if part) or words("broadcast.everybody")
    return [
        words("broadcast.says", what=said),
        words("broadcast.for", whom=target, people=people),
        words("broadcast.urgent-line" if card.urgent else "broadcast.calm-line"),
        words("broadcast.ends", days=card.days)
        if card.ends_at is None
        else words("broadcast.ends-at", at=_moment(card.ends_at)),
    ]


def _progress(words: Words, card: Card, now: datetime) -> list[str]:
    percent = int(card.share * 100)
    lines = [
        f"{bar(card.share)} {percent} %",
        words("broadcast.done", done=number(card.done), people=number(card.people)),
    ]
    shown = [f"{words(f'outcome.{name}')}: {number(count)}" for name, count in card.tally.items() if count]
    if shown:
        lines.append(" · ".join(shown))
    if card.held:
        lines.append(words("broadcast.held", count=number(card.held)))
    if card.arrival is not None:
        minutes = max(1, round((card.arrival - now).total_seconds() / 60))
        lines.append(words("broadcast.arrival", at=_moment(card.arrival), minutes=number(minutes)))
    if card.state == "asking":
        lines += ["", words("broadcast.ask-on", count=number(card.done))]
    return lines


def _buttons(words: Words, card: Card) -> tuple[tuple[Button, ...], ...]:
    def button(verb: str, label: str | None = None, more: str = "") -> Button:
        return Button(words(label or f"broadcast.{verb}"), f"bc:{verb}:{card.broadcast_id}{more}")

    if card.state == "draft":
        other = "broadcast.make-news" if card.correction else "broadcast.make-correction"
        hurry = "broadcast.make-calm" if card.urgent else "broadcast.make-urgent"
        return (
            (button("say", "broadcast.content"), button("whom")),
            (button("kind", other), button("urgent", hurry)),
            (button("days"), button("preview")),
            (button("ask"), button("drop")),
        )
    if card.state == "waiting":
        if card.own:
            return ((button("preview"), button("back")),)
        return ((button("preview"),), (button("yes", more=f".{card.revision}"), button("no", more=f".{card.revision}")))
    actions = _ACTIONS.get(card.state, ())
    return (tuple(button(verb) for verb in actions),) if actions else ()


def content_menu(pack: Pack, language: str, broadcast_id: str, chosen: str = "") -> Reply:
    """Return what a broadcast can say: a text of one's own, or, by group (`chosen`) and topic, one of the pack."""
    words = Words(pack, language)
    back = (Button(words("back"), f"bc:show:{broadcast_id}"),)
    rows: list[tuple[Button, ...]]
    if chosen in pack.topics:
        rows = [(Button(words("broadcast.the-topic"), f"bc:put:{broadcast_id}.t:{chosen}"),)]
        rows += [
            (Button(tip_text(pack, tip, language)[:60], f"bc:put:{broadcast_id}.p:{tip}"),)
            for tip, entry in pack.tips.items()
            if entry.topic == chosen
        ][:20]
    elif chosen in GROUPS:
        rows = [
            (Button(topic_title(pack, name, language), f"bc:say:{broadcast_id}.{name}"),)
            for name, _ in topics_of_group(pack, chosen)
            if not name.startswith(("stats-", "bot-")) and has_words(pack, name)
        ]
    else:
        rows = [(Button(words(f"group.{group}"), f"bc:say:{broadcast_id}.{group}"),) for group in GROUPS[:-1]]
        rows.append((Button(words("broadcast.own-text"), f"bc:put:{broadcast_id}.text"),))
    return Reply((words.html("broadcast.how-to-write"),), (*rows, back))


def whom_menu(pack: Pack, language: str, card: Card) -> Reply:
    """Return the languages, countries and readers, each as a button that adds or removes it."""
    words = Words(pack, language)

    def toggle(kind: str, value: str, label: str, *, on: bool) -> Button:
        return Button(("✓ " if on else "") + label, f"bc:{kind}:{card.broadcast_id}.{value}")

    languages = [
        toggle("lang", code, _language(words, code), on=code in card.languages) for code in sorted(pack.languages)
    ]
    audiences = [
        toggle("aud", one.value, words(f"broadcast.reader.{one}"), on=one.value in card.audiences) for one in Audience
    ]
    countries = [
        toggle("land", code, words(f"country.{code}"), on=code in card.countries) for code in sorted(pack.countries)
    ]
    rows = [tuple(buttons[at : at + _ROWS]) for buttons in (languages, audiences, countries)
            for at in range(0, len(buttons), _ROWS)]  # fmt: skip
    rows.append((Button(words("broadcast.seen"), f"bc:seen:{card.broadcast_id}.0"),))
    rows.append((Button(words("back"), f"bc:show:{card.broadcast_id}"),))
    return Reply((words.html("broadcast.choose-whom", people=shy(card.people)),), tuple(rows))


def seen_menu(
    pack: Pack, language: str, broadcast_id: str, seen: Sequence[tuple[str, str, str, int]], page: int
) -> Reply:
    """Return the versions that people saw (key, item, version, people), some to a page, each as a button."""
    words = Words(pack, language)
    first = page * _PAGE
    rows: list[tuple[Button, ...]] = [
        (
            Button(
                f"{item_title(pack, item, language)} · {version or words('broadcast.any-version')} · {shy(people)}",
                f"bc:see:{broadcast_id}.{key}",
            ),
        )
        for key, item, version, people in seen[first : first + _PAGE]
    ]
    turns = [Button("‹", f"bc:seen:{broadcast_id}.{page - 1}")] if page else []
    turns += [Button("›", f"bc:seen:{broadcast_id}.{page + 1}")] if first + _PAGE < len(seen) else []
    rows += [tuple(turns)] if turns else []
    rows.append((Button(words("broadcast.got-tip"), f"bc:got:{broadcast_id}.menu"),))
    rows.append((Button(words("broadcast.no-matter"), f"bc:see:{broadcast_id}.all"),))
    rows.append((Button(words("back"), f"bc:whom:{broadcast_id}"),))
    return Reply((words.html("broadcast.choose-seen"),), tuple(rows))


def got_menu(pack: Pack, language: str, broadcast_id: str, chosen: str = "") -> Reply:
    """Return the groups of topics, the topics of a group (`chosen`), or the daily tips of a topic, as buttons."""
    words = Words(pack, language)
    back = (Button(words("back"), f"bc:whom:{broadcast_id}"),)
    with_tips = {tip.topic for tip in pack.tips.values()}
    if chosen in pack.topics:
        buttons = [
            Button(tip_text(pack, tip, language)[:60], f"bc:see:{broadcast_id}.p:{tip}")
            for tip, entry in pack.tips.items()
            if entry.topic == chosen
        ]
    elif chosen in GROUPS:
        buttons = [
            Button(topic_title(pack, name, language), f"bc:got:{broadcast_id}.{name}")
            for name, _ in topics_of_group(pack, chosen)
            if name in with_tips
        ]
    else:
        buttons = [Button(words(f"group.{group}"), f"bc:got:{broadcast_id}.{group}") for group in GROUPS[:-1]]
    return Reply((words.html("broadcast.choose-tip"),), (*((button,) for button in buttons[:_MOST_TIPS]), back))


def item_title(pack: Pack, item: str, language: str) -> str:
    """Return what administrators call an item of the pack."""
    words = Words(pack, language)
    kind, _, name = item.partition(":")
    try:
        match kind:
            case "topic" | "stats":
                return topic_title(pack, name, language)
            case "tip":
                return words("broadcast.tip", text=tip_text(pack, name, language)[:40])
            case "helplines":
                return words("helpline.title", country=words(f"country.{name}"))
    except KeyError:
        pass
    return item


def _language(words: Words, code: str) -> str:
    try:
        return words(f"helpline.lang.{code}")
    except KeyError:
        return code


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
