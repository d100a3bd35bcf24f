"""/admin through the whole bot, for administrators and for everybody else."""

from __future__ import annotations

from bot.handlers.admin import SummarySender
from bot.handlers.menu import set_up_menu
from content.model import Pack
from tests.handlers.rig import MOTHER, TEACHER, YOUNG, Rig, buttons_of, text_of


async def test_a_command_of_administrators_does_not_exist_for_others(rig: Rig, pack: Pack) -> None:
    rig.services.administrators = frozenset({TEACHER})
    (answer,) = await rig.says("/admin", YOUNG)
    assert text_of(answer) == pack.languages["en"].wording["unknown-command"].replace("**", "")
    (help_text,) = await rig.says("/help", YOUNG)
    assert "/admin" not in text_of(help_text)
    (help_text,) = await rig.says("/help", TEACHER)
    assert "/admin" in text_of(help_text)


async def test_a_button_of_administrators_does_nothing_for_others(rig: Rig) -> None:
    (menu,) = await rig.says("/topics", YOUNG)
    await rig.presses("admin:weekly-on:all", menu, YOUNG)
    assert await rig.services.store.summary_due(YOUNG) is None
    assert "topics:group:happened" in buttons_of(rig.last(YOUNG))


async def test_questions_are_counted_and_shown_as_picture_and_numbers(rig: Rig, pack: Pack) -> None:
    rig.services.administrators = frozenset({TEACHER})
    for _ in range(5):
        await rig.says("what is grooming", YOUNG)
    await rig.says("he will send my nudes to everyone if i do not pay", YOUNG)
    await rig.says("best recipe for chicken soup", YOUNG)
    sent = await rig.says("/admin", TEACHER)
    assert any("photo" in message for message in sent)
    text = text_of(sent[-1])
    assert f"{pack.languages['en'].topics['grooming'].title}: 5" in text
    assert "Messages: 7; not understood: <5" in text
    assert "soup" not in str(await rig.services.store.counts(rig.clock.now().date()))


async def test_a_weekly_summary_is_wished_for_and_ended_with_buttons(rig: Rig) -> None:
    rig.services.administrators = frozenset({TEACHER})
    sent = await rig.says("/admin", TEACHER)
    await rig.presses("admin:weekly-on:all", sent[-1], TEACHER)
    assert await rig.services.store.summary_due(TEACHER) is not None
    before = len(rig.messages(TEACHER))
    summary = SummarySender(rig.application.bot, rig.services)
    await summary(TEACHER)
    assert len(rig.messages(TEACHER)) > before
    await rig.presses("admin:weekly-off:all", rig.last(TEACHER), TEACHER)
    assert await rig.services.store.summary_due(TEACHER) is None


async def test_who_is_no_administrator_any_more_gets_no_summary(rig: Rig) -> None:
    await rig.services.store.want_summary(TEACHER, rig.clock.now())
    await SummarySender(rig.application.bot, rig.services)(TEACHER)
    assert rig.messages(TEACHER) == {}
    assert await rig.services.store.summary_due(TEACHER) is None


async def test_who_blocked_the_bot_gets_no_summary_any_more(rig: Rig) -> None:
    rig.services.administrators = frozenset({TEACHER})
    await rig.services.store.want_summary(TEACHER, rig.clock.now())
    rig.people.block(TEACHER)
    await SummarySender(rig.application.bot, rig.services)(TEACHER)
    assert await rig.services.store.summary_due(TEACHER) is None


async def test_administrators_have_a_menu_of_their_own(rig: Rig, pack: Pack) -> None:
    made = (await set_up_menu(rig.application.bot, pack, [TEACHER])).made
    assert f"commands administrator {TEACHER} ja" in made
    commands = rig.sandbox.profile.commands
    assert "admin" in [one["command"] for one in commands[("chat", TEACHER, 0), "en"]]
    assert "admin" not in [one["command"] for one in commands[("all_private_chats", 0, 0), "en"]]
    assert (await set_up_menu(rig.application.bot, pack, [TEACHER])).made == []


async def test_what_a_subscribed_chat_was_shown_is_kept_of_an_emergency_only_the_helplines(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 Tokyo", MOTHER)
    (settings,) = await rig.says("/settings", MOTHER)
    await rig.presses("settings:country:JP", settings)
    await rig.says("グルーミングとは何ですか", MOTHER)
    await rig.says("what is grooming", YOUNG)
    await rig.says("娘が裸の写真をばらまくと脅されています", MOTHER)
    (menu,) = await rig.says("/topics", MOTHER)
    await rig.presses("topic:first:sextortion", menu)
    await rig.services.tally.flush(rig.services.store)
    items = {seen.item for seen in await rig.services.store.seen()}
    assert items == {"topic:grooming", "helplines:JP"}
    assert "shown" in await rig.services.store.held(MOTHER)
    assert "shown" not in await rig.services.store.held(YOUNG)
