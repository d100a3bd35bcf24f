"""Menus: first contact, help, the topics by group, and the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.replies.helplines import country_rows
from bot.replies.model import Button, Reply, rows_that_fit
from bot.replies.topics import topic_button, topics_of_group
from bot.replies.wording import Words
from content.model import AgeBand, Audience, Pack
from content.profile import Profile

GROUPS = ("happened", "do", "prevent", "apps", "figures")
"""Groups of topics in the order of the menu."""


def welcome_reply(pack: Pack, profile: Profile) -> Reply:
    """Return the first message: what this is, that help is one tap away, and the first of three questions."""
    words = Words(pack, profile.language)
    return Reply((words.html("start.welcome"),), _audience_rows(words, "start"))


def age_reply(pack: Pack, profile: Profile) -> Reply:
    """Return the second question: the child's age."""
    words = Words(pack, profile.language)
    key = "start.own-age" if profile.audience is Audience.YOUNG else "start.age"
    bands = [Button(words(f"age.{band}"), f"start:age:{band}") for band in AgeBand]
    return Reply((words.html(key),), (tuple(bands[:2]), tuple(bands[2:]), (Button(words("skip"), "start:age:skip"),)))


def country_reply(pack: Pack, profile: Profile, proposed: str | None) -> Reply:
    """Return the third question: the country. A proposal stands first in the list and is never taken as said."""
    words = Words(pack, profile.language)
    rows = country_rows(pack, profile.language, "start:country", first=[proposed] if proposed else [])
    return Reply((words.html("start.country"),), (*rows, (Button(words("skip"), "start:country:skip"),)))


def ready_reply(pack: Pack, profile: Profile) -> Reply:
    """Return the end of the first contact: what can be done now."""
    words = Words(pack, profile.language)
    key = "start.ready-young" if profile.audience is Audience.YOUNG else "start.ready"
    return Reply((words.html(key),), home_rows(words))


def home_rows(words: Words) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of the home menu."""
    return (
        (Button(words("menu.topics"), "topics:menu:all"), Button(words("menu.helplines"), "helplines:show:all")),
        (Button(words("menu.tips"), "tips:next:all"), Button(words("menu.stats"), "stats:menu:all")),
        (Button(words("menu.subscribe"), "subscribe:show:all"), Button(words("menu.settings"), "settings:show:all")),
    )


def help_reply(pack: Pack, profile: Profile, commands: Mapping[str, str]) -> Reply:
    """Return what the bot can do; `commands` maps each command to the key of its description."""
    words = Words(pack, profile.language)
    listed = "\n".join(f"/{name} – {words(key)}" for name, key in commands.items())
    return Reply((f"{words.html('help.text')}\n\n{listed}",), home_rows(words))


def topics_menu(pack: Pack, profile: Profile) -> Reply:
    """Return the menu of menus: the groups of topics."""
    words = Words(pack, profile.language)
    rows = [(Button(words(f"group.{group}"), f"topics:group:{group}"),) for group in GROUPS]
    return Reply((words.html("topics.choose"),), tuple(rows))


def group_menu(pack: Pack, group: str, profile: Profile) -> Reply:
    """Return the topics of one group as buttons.

    Raises KeyError for a group that does not exist.
    """
    if group not in GROUPS:
        raise KeyError(group)
    words = Words(pack, profile.language)
    buttons = [
        topic_button(pack, name, profile.language, profile.audience)
        for name, _ in topics_of_group(pack, group)
        if name.startswith("stats-") or pack.topic_text(name, profile.language)
    ]
    rows = (*rows_that_fit(buttons), (Button(words("back"), "topics:menu:all"),))
    return Reply((words.html(f"group.{group}"),), rows)


def settings_reply(pack: Pack, profile: Profile, *, first_language: str | None = None) -> Reply:
    """Return the settings as they are, each with the button that changes it."""
    words = Words(pack, profile.language)
    unsaid = words("settings.unsaid")
    text = words.html(
        "settings.text",
        language=pack.languages[profile.language].name,
        audience=words(f"audience.{profile.audience}") if profile.audience else unsaid,
        age=words(f"age.{profile.age_band}") if profile.age_band else unsaid,
        country=words(f"country.{profile.country}") if profile.country else unsaid,
    )
    order = sorted(pack.languages, key=lambda code: (code != first_language, code))
    rows = (
        tuple(Button(pack.languages[code].name, f"settings:language:{code}") for code in order),
        (
            Button(words("settings.audience"), "settings:ask:audience"),
            Button(words("settings.age"), "settings:ask:age"),
        ),
        (
            Button(words("settings.country"), "settings:ask:country"),
            Button(words("menu.subscribe"), "subscribe:show:all"),
        ),
        (Button(words("menu.privacy"), "privacy:show:all"), Button(words("forget.button"), "forget:ask:all")),
    )
    return Reply((text,), rows)


def settings_question(pack: Pack, profile: Profile, what: str) -> Reply:
    """Return the question behind one setting: `audience`, `age` or `country`.

    Raises KeyError for anything else.
    """
    words = Words(pack, profile.language)
    rows: Sequence[tuple[Button, ...]]
    match what:
        case "audience":
            rows = _audience_rows(words, "settings")
        case "age":
            bands = [Button(words(f"age.{band}"), f"settings:age:{band}") for band in AgeBand]
            rows = (tuple(bands[:2]), tuple(bands[2:]), (Button(words("settings.rather-not"), "settings:age:skip"),))
        case "country":
            skip = (Button(words("settings.rather-not"), "settings:country:skip"),)
            rows = (*country_rows(pack, profile.language, "settings:country"), skip)
        case _:
            raise KeyError(what)
    return Reply((words.html(f"settings.question.{what}"),), (*rows, (Button(words("back"), "settings:show:all"),)))


def _audience_rows(words: Words, prefix: str) -> tuple[tuple[Button, ...], ...]:
    who = [Button(words(f"audience.{audience}"), f"{prefix}:audience:{audience}") for audience in Audience]
    skip = "skip" if prefix == "start" else "settings.rather-not"
    return (tuple(who[:2]), (who[2], Button(words(skip), f"{prefix}:audience:skip")))
