"""What people and their phones do that nobody planned: each gets a kind answer or none, never a fault."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.replies.quiz import Place
from bot.sandbox.world import Person
from bot.storage.model import ChatKind
from content.model import Audience, Pack
from content.profile import Profile
from tests.handlers.rig import GROUP, MOTHER, TEACHER, YOUNG, Rig, buttons_of, has_number, text_of

URGENT = "he says he will send my nudes to everyone unless i pay"


@pytest.fixture(autouse=True)
def _no_handler_fails(caplog: pytest.LogCaptureFixture) -> Any:
    yield
    assert [record.message for record in caplog.records if record.message in {"handler-failed", "answer-failed"}] == []


def answers(rig: Rig, chat: int = YOUNG) -> list[dict[str, Any]]:
    return [raw for raw in rig.messages(chat).values() if raw["from"]["is_bot"]]


@pytest.mark.parametrize(
    "data", ["start:audience:parent", "topics:menu:all", "quiz:n:{place}", "forget:yes:all", "vote:yes:law"]
)
async def test_a_double_tap_does_once_what_one_tap_does(rig: Rig, data: str) -> None:
    (first,) = await rig.says("/start", YOUNG)
    for _ in range(2):
        rig.people.press(YOUNG, first["message_id"], data.format(place=Place(1)))
    await rig.deliver()
    assert len(answers(rig)) == 1
    if data.startswith("start"):
        profile = await rig.services.store.profile_of(YOUNG)
        assert profile is not None
        assert profile.audience is Audience.PARENT


@pytest.mark.parametrize(
    "data", ["topic:now:grooming", "stats:show:stats-total", "emergency:me:sextortion", "vote:no:law"]
)
async def test_the_button_of_a_deleted_message_is_answered_in_a_new_one(rig: Rig, data: str) -> None:
    (first,) = await rig.says("what is grooming", YOUNG)
    await rig.application.bot.delete_message(YOUNG, first["message_id"])
    (answer,) = await rig.presses(data, first, YOUNG)
    assert text_of(answer)


async def test_a_vote_under_a_deleted_message_is_no_trouble(rig: Rig) -> None:
    (first,) = await rig.says("what is grooming", YOUNG)
    await rig.application.bot.delete_message(YOUNG, first["message_id"])
    assert await rig.presses("vote:yes:grooming", first, YOUNG) == []


async def test_two_devices_press_at_once_and_the_last_press_is_what_stands(rig: Rig) -> None:
    (first,) = await rig.says("what is grooming", YOUNG)
    for data in ("topic:now:grooming", "topic:help:grooming", "topic:first:grooming"):
        rig.people.press(YOUNG, first["message_id"], data)
    await rig.deliver()
    assert len(answers(rig)) == 1
    assert "topic:now:grooming" in buttons_of(rig.last(YOUNG))
    assert "topic:first:grooming" not in buttons_of(rig.last(YOUNG))


async def test_two_devices_write_at_once_and_both_are_answered_in_order(rig: Rig) -> None:
    rig.people.say(YOUNG, "/helplines")
    rig.people.say(YOUNG, "/topics")
    await rig.deliver()
    first, second = answers(rig)
    assert "helplines:country:JP" in buttons_of(first)
    assert "topics:group:apps" in buttons_of(second)


async def test_an_edited_question_is_not_answered_twice(rig: Rig) -> None:
    await rig.says("what is groming", YOUNG)
    mine = next(number for number, raw in rig.messages(YOUNG).items() if not raw["from"]["is_bot"])
    rig.people.edit(YOUNG, mine, "what is grooming")
    await rig.deliver()
    assert len(answers(rig)) == 1


async def forward(rig: Rig, text: str) -> None:
    rig.people.say(YOUNG, text)
    origin = {"type": "hidden_user", "sender_user_name": "somebody", "date": 1_700_000_000}
    for raw in rig.sandbox.queue.pending.values():
        raw["message"] = {**raw["message"], "forward_origin": origin}
    await rig.deliver()


async def test_a_forwarded_message_is_read_like_one_that_was_written(rig: Rig) -> None:
    await forward(rig, URGENT)
    assert has_number(text_of(rig.last(YOUNG)))
    assert any(data.startswith("emergency") for data in buttons_of(rig.last(YOUNG)))
    await forward(rig, "what is grooming")
    assert "topic:now:grooming" in buttons_of(rig.last(YOUNG))


async def test_a_name_of_sixty_four_emoji_changes_nothing_and_is_kept_nowhere(rig: Rig) -> None:
    name = "👩‍👩‍👧"[:5] * 12 + "👪" * 4
    rig.sandbox.world.add_person(Person(71009, name, "en", last_name=name))
    for text in ("/start", "hello", URGENT, "/mydata", "/settings", "/subscribe 7:30 Tokyo"):
        assert await rig.says(text, 71009), text
    await rig.services.tally.flush(rig.services.store)
    assert "👪" not in str(await rig.services.store.held(71009))
    assert "👪" not in " ".join(text_of(raw) for raw in answers(rig, 71009))


async def test_a_group_that_becomes_a_supergroup_in_the_middle_gets_its_answer(rig: Rig, pack: Pack) -> None:
    await rig.services.store.save_profile(GROUP, Profile(language="en"), ChatKind.GROUP, rig.clock.now())
    rig.people.say(TEACHER, f"@{rig.sandbox.world.bot['username']} what is grooming", chat_id=GROUP)
    new = rig.people.upgrade(TEACHER, GROUP)
    await rig.deliver()
    (answer,) = answers(rig, new)
    assert pack.languages["en"].topics["grooming"].title in text_of(answer)
    assert await rig.services.store.profile_of(GROUP) is None
    assert await rig.services.store.profile_of(new) == Profile(language="en")


async def test_a_button_in_a_group_that_moved_is_answered_there(rig: Rig) -> None:
    (first,) = await rig.says(f"/topics@{rig.sandbox.world.bot['username']}", TEACHER, GROUP)
    new = rig.people.upgrade(TEACHER, GROUP)
    await rig.deliver()
    rig.people.press(TEACHER, first["message_id"], "topics:group:apps", chat_id=GROUP)
    await rig.deliver()
    assert "topic:first:app-line" in buttons_of(answers(rig, new)[-1])


async def test_whoever_blocks_the_bot_in_the_middle_of_an_answer_is_left_in_peace(rig: Rig) -> None:
    await rig.services.store.save_profile(YOUNG, Profile(), ChatKind.PRIVATE, rig.clock.now())
    for text in ("what is grooming", URGENT, "/stats"):
        rig.people.say(YOUNG, text)
        rig.people.block(YOUNG)
        before = len(answers(rig))
        await rig.deliver()
        assert len(answers(rig)) == before
        chat = await rig.services.store.chat_of(YOUNG)
        assert chat is not None
        assert chat.deactivated_at is not None


@pytest.mark.parametrize(
    "data",
    ["gone:for:ever", "topic:first:no-such-topic", "topic:chapter:grooming", "x", "::", "quiz:a:zz",
     "start:audience:robot", "settings:language:xx", "vote:maybe:grooming", "vote:yes:gone", "ü" * 32,
     "tips:topic:gone"],
)  # fmt: skip
async def test_a_button_from_last_year_gets_a_kind_answer(rig: Rig, pack: Pack, data: str) -> None:
    (first,) = await rig.says("/topics", YOUNG)
    await rig.presses(data, first, YOUNG)
    said = text_of(rig.last(YOUNG))
    kind = pack.languages["en"].wording["unknown-button"].replace("**", "")
    assert said == kind


async def test_the_button_of_a_chart_that_is_gone_leads_to_those_that_there_are(rig: Rig) -> None:
    (first,) = await rig.says("/topics", YOUNG)
    await rig.presses("stats:show:gone", first, YOUNG)
    assert "stats:show:stats-trend" in buttons_of(rig.last(YOUNG))


async def test_a_button_under_a_card_in_somebody_elses_chat_is_answered_without_a_fault(rig: Rig) -> None:
    person = rig.sandbox.world.people[YOUNG].as_user()
    query = {"id": "1", "from": person, "chat_instance": "1", "data": "topic:now:grooming", "inline_message_id": "abc"}
    await rig.hand_in({"update_id": 1, "callback_query": query})
    assert answers(rig) == []


async def test_a_card_of_our_own_is_no_question(rig: Rig) -> None:
    await rig.says("/start", YOUNG)
    before = len(answers(rig))
    rig.people.ask_inline(YOUNG, "sextortion")
    await rig.deliver()
    result = rig.sandbox.inline_cache["sextortion", "", YOUNG][1]["results"][0]
    rig.people.choose(YOUNG, result)
    await rig.deliver()
    assert len(answers(rig)) == before


async def test_a_hundred_people_press_at_once_and_everybody_is_answered(rig: Rig) -> None:
    people = [Person(80_000 + number, f"P{number}", "en") for number in range(100)]
    shown = {}
    for person in people:
        rig.sandbox.world.add_person(person)
        (shown[person.id],) = await rig.says("/topics", person.id)
    for person in people:
        rig.people.press(person.id, shown[person.id]["message_id"], "topics:group:happened")
    await asyncio.wait_for(rig.deliver(), 60)
    for person in people:
        assert "topic:first:grooming" in buttons_of(rig.last(person.id))


@pytest.mark.parametrize("person", [MOTHER, YOUNG])
async def test_messages_of_signs_and_nothing_else_get_an_honest_answer(rig: Rig, person: int) -> None:
    for text in ("?", "👪" * 64, "\u200b.", "a" * 4096, "<b>&lt;", "/", "@", "\u200b \u200bx"):
        before = len(answers(rig, person))
        rig.people.say(person, text)
        await rig.deliver()
        assert len(answers(rig, person)) > before, repr(text)
