"""What the bot says of itself: who runs it, what it keeps, and small talk."""

from __future__ import annotations

from collections.abc import Mapping

from bot.replies.model import Button, Reply
from bot.replies.render import escape, split_text
from bot.replies.wording import Words
from content.model import Courtesy, Pack
from content.profile import Profile

_ONE_MESSAGE = 3000


def about_reply(pack: Pack, profile: Profile, *, operator: str) -> Reply:
    """Return who runs the bot, what it can and cannot do. `operator` comes from the settings; empty is said so."""
    words = Words(pack, profile.language)
    text = words.html("about.text", operator=_who(words, operator), version=pack.version[:8])
    rows = ((Button(words("menu.privacy"), "privacy:show:all"), Button(words("menu.topics"), "topics:menu:all")),)
    return Reply((text,), rows)


def who_runs_it(pack: Pack, profile: Profile, operator: str) -> str:
    """Return one rendered sentence that says who runs the bot."""
    return escape(_who(Words(pack, profile.language), operator))


def _who(words: Words, operator: str) -> str:
    return words("about.operator", operator=operator) if operator else words("about.no-operator")


def privacy_reply(pack: Pack, profile: Profile) -> Reply:
    """Return in plain words what is stored, why and how long, with the button that erases it."""
    words = Words(pack, profile.language)
    rows = ((Button(words("mydata.button"), "mydata:show:all"), Button(words("forget.button"), "forget:ask:all")),)
    return Reply((words.html("privacy.text"),), rows)


def smalltalk_reply(pack: Pack, profile: Profile, said: Courtesy | None = None) -> Reply:
    """Return a short friendly answer to what small talk `said`, with the way to what the bot can do."""
    words = Words(pack, profile.language)
    rows = ((Button(words("menu.topics"), "topics:menu:all"), Button(words("menu.helplines"), "helplines:show:all")),)
    return Reply((words.html("smalltalk" if said in {None, Courtesy.HELLO} else f"smalltalk.{said}"),), rows)


def held_reply(pack: Pack, profile: Profile, rows: str) -> Reply:
    """Return the very rows that are held, as they are stored; long ones in several messages. Empty: nothing is."""
    words = Words(pack, profile.language)
    if not rows:
        return Reply((words.html("mydata.nothing"),), ((Button(words("menu.privacy"), "privacy:show:all"),),))
    buttons = ((Button(words("forget.button"), "forget:ask:all"), Button(words("menu.privacy"), "privacy:show:all")),)
    blocks = tuple(f"<pre>{escape(piece)}</pre>" for piece in split_text(rows))
    if len(rows) > _ONE_MESSAGE:
        return Reply((words.html("mydata.head"), *blocks), buttons)
    return Reply((f"{words.html('mydata.head')}\n\n{blocks[0]}",), buttons)


def forget_question(pack: Pack, profile: Profile) -> Reply:
    """Return the question before everything is erased."""
    words = Words(pack, profile.language)
    buttons = ((Button(words("forget.yes"), "forget:yes:all"), Button(words("cancel"), "forget:no:all")),)
    return Reply((words.html("forget.question"),), buttons)


def forgotten_reply(pack: Pack, profile: Profile, rows: Mapping[str, int]) -> Reply:
    """Return the receipt: how much of what was erased, by table of the store."""
    words = Words(pack, profile.language)
    if not any(rows.values()):
        return Reply((words.html("forget.nothing"),))
    listed = "\n".join(
        words("forget.row", what=words(f"table.{table}"), number=number) for table, number in rows.items() if number
    )
    return Reply((words.html("forget.done", rows=listed),))
