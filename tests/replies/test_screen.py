"""How much of a phone a reply takes, and that every first screen of the shipped pack is seen at once."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from bot.handlers import FEATURES
from bot.replies.about import about_reply
from bot.replies.emergency import emergency_reply, not_this_reply
from bot.replies.first_screens import check_first_screens, first_screens
from bot.replies.menus import (
    age_reply,
    country_reply,
    help_reply,
    ready_reply,
    settings_reply,
    topics_menu,
    welcome_reply,
)
from bot.replies.model import Button, Reply
from bot.replies.quiz import ROUND, Place, question_reply
from bot.replies.screen import LINE, ROOM, height, lines_over, text_height, text_lines
from bot.replies.statistics import stats_menu
from bot.replies.tips import tip_reply
from content.load import load_with_faults
from content.model import Audience, Urgency
from content.profile import Profile
from tests.statistics_pack import base_pack

PACK = base_pack()
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 30, 3, tzinfo=UTC)
"""Noon of a Monday in Tokyo: other lines are open, and say so in other words."""
AUDIENCES = (None, *Audience)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", 1),
        ("one\n\nthree", 3),
        ("word " * 20, 3),
        ("bold " * 15, 2),
        ("<b>" + "bold " * 15 + "</b>", 3),
        ("あ" * 20, 1),
        ("あ" * 21, 2),
        ("あ" * 19 + "い。", 2),
        ("w" * 60, 3),
        ("&lt;&amp;", 1),
    ],
)
def test_lines_are_counted_as_a_phone_breaks_them(text: str, lines: int) -> None:
    assert text_lines(text) == lines


def test_the_time_of_day_takes_a_line_of_its_own_where_the_last_one_is_full() -> None:
    assert height(Reply(("あ" * 20,))) - height(Reply(("あ" * 10,))) == LINE


def test_a_row_of_buttons_is_higher_where_a_label_does_not_fit() -> None:
    def of(*labels: str) -> float:
        return height(Reply(("x",), (tuple(Button(label) for label in labels),))) - height(Reply(("x",)))

    assert of("Yes", "No") == of("What to do now") == 44
    assert of("What to do when it happens again", "No") > 44


def test_a_folded_quote_takes_its_first_lines_however_long_it_is() -> None:
    rows = [f"• line number {n} of a list" for n in range(40)]
    quote = "<blockquote expandable>{}</blockquote>"
    assert text_height(quote.format("\n".join(rows))) == text_height(quote.format("\n".join(rows[:9])))
    assert text_height(quote.format("short")) < text_height(quote.format("\n".join(rows)))


def test_no_first_screen_of_the_shipped_pack_is_longer_than_a_phone() -> None:
    assert list(check_first_screens(load_with_faults())) == []


@pytest.mark.parametrize(
    ("language", "country"), [("en", "GB"), ("en", "US"), ("ja", "JP"), ("es", "ES"), ("es", "MX")]
)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_first_screens_fit_at_other_hours_too_and_in_a_language_that_lacks_the_text(
    language: str, country: str, audience: Audience | None
) -> None:
    profile = Profile(language=language, country=country, audience=audience)
    for topic in PACK.topics:
        known = PACK.topic_text(topic, language)
        if known is not None and (known[1] == language or topic.startswith("bot-")):
            for now in (NOON, NIGHT):
                assert [
                    lines_over(screen) for screen in first_screens(PACK, topic, profile, now) if lines_over(screen)
                ] == [], topic


@pytest.mark.parametrize("country", PACK.countries)
def test_elsewhere_an_emergency_takes_little_more_than_a_screen(country: str) -> None:
    for language, audience, (topic, entry) in product(PACK.languages, AUDIENCES, PACK.topics.items()):
        if entry.urgency is Urgency.EMERGENCY:
            profile = Profile(language=language, country=country, audience=audience)
            assert lines_over(emergency_reply(PACK, topic, profile, NOON)) <= 4, (topic, language)


def test_menus_help_quiz_and_tips_fit_too() -> None:
    commands = {
        name: key for feature in FEATURES if not feature.for_administrators for name, key in feature.commands.items()
    }
    for language, audience in product(PACK.languages, AUDIENCES):
        profile = Profile(language=language, audience=audience)
        replies = [
            welcome_reply(PACK, profile), age_reply(PACK, profile), country_reply(PACK, profile, None),
            ready_reply(PACK, profile), help_reply(PACK, profile, commands), topics_menu(PACK, profile),
            settings_reply(PACK, profile), about_reply(PACK, profile, operator="A school"), stats_menu(PACK, language),
            emergency_reply(PACK, None, profile, NOON), not_this_reply(PACK, profile),
            *(question_reply(PACK, Place(seed, 0, at), profile) for seed in range(40) for at in range(ROUND)),
            *(tip_reply(PACK, tip, profile) for tip in PACK.tips),
        ]  # fmt: skip
        assert [reply.plain for reply in replies if lines_over(reply)] == []


def test_an_editor_is_told_where_a_first_screen_is_too_long_and_for_whom(tmp_path: Path) -> None:
    topics = tmp_path / "en" / "topics"
    topics.mkdir(parents=True)
    shipped = (Path(__file__).parents[2] / "content/pack/en/topics/passwords.md").read_text("utf-8")
    head, young, rest = shipped.partition("## young\n")
    (topics / "passwords.md").write_text(head + young + "One short sentence.\n" * 30 + rest, "utf-8")
    (fault,) = check_first_screens(load_with_faults([tmp_path]))
    assert fault.file.endswith("passwords.md")
    assert "for young people" in fault.message


def test_what_is_as_high_as_the_room_is_not_over() -> None:
    lines = int((ROOM - height(Reply(("x",)))) // LINE)
    assert lines_over(Reply(("\n".join("x" * (lines + 1)),))) == 0
    assert lines_over(Reply(("\n".join("x" * (lines + 2)),))) == 1
