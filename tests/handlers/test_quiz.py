from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.replies.quiz import ROUND, parse_choice
from content.model import AgeBand, Audience, Pack
from content.profile import Profile
from tests.handlers.rig import GROUP, MOTHER, TEACHER, YOUNG, Rig, buttons_of, text_of

PEOPLE = {"ja": MOTHER, "en": YOUNG}


def asked_in(message: dict[str, Any]) -> str:
    return parse_choice(buttons_of(message)[0].removeprefix("quiz:a:")).question


def right_button(pack: Pack, message: dict[str, Any]) -> str:
    return buttons_of(message)[pack.quiz[asked_in(message)].answer]


async def rows_of(rig: Rig, chat: int) -> tuple[object, object]:
    return await rig.services.store.profile_of(chat), await rig.services.store.subscription_of(chat)


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_a_whole_round_is_one_message_and_ends_with_the_score(rig: Rig, pack: Pack, language: str) -> None:
    person = PEOPLE[language]
    (first,) = await rig.says("/quiz", person)
    names = []
    for number in range(ROUND):
        question = rig.last(person)
        name = asked_in(question)
        names.append(name)
        words = pack.languages[language].quiz[name]
        assert words.question in text_of(question)
        right = pack.quiz[name].answer
        tapped = right if number else (right + 1) % len(words.options)
        assert not await rig.presses(buttons_of(question)[tapped], question, person)
        explained = rig.last(person)
        assert words.explanation.split("{")[0].strip() in text_of(explained)
        assert buttons_of(explained)[0] == f"quiz:t:{pack.quiz[name].topic}"
        await rig.presses(buttons_of(explained)[-1], explained, person)
    end = rig.last(person)
    assert end["message_id"] == first["message_id"]
    assert len(set(names)) == ROUND
    score = pack.languages[language].wording["quiz.score"].format(right=ROUND - 1, all=ROUND)
    assert score in text_of(end)
    await rig.presses(buttons_of(end)[0], end, person)
    assert asked_in(rig.last(person)) not in names


async def test_nothing_of_a_round_is_stored(rig: Rig, pack: Pack) -> None:
    before = await rows_of(rig, YOUNG)
    (question,) = await rig.says("/quiz", YOUNG)
    await rig.presses(right_button(pack, question), question, YOUNG)
    assert await rows_of(rig, YOUNG) == before


async def test_a_double_tap_on_an_answer_counts_once(rig: Rig, pack: Pack) -> None:
    (question,) = await rig.says("/quiz", YOUNG)
    data = right_button(pack, question)
    for _ in range(2):
        rig.people.press(YOUNG, question["message_id"], data, chat_id=YOUNG)
    await rig.deliver()
    explained = rig.last(YOUNG)
    assert explained["message_id"] == question["message_id"]
    assert buttons_of(explained)[-1].endswith(".1.1"), "one answered, one right"


async def test_a_double_tap_on_next_skips_no_question(rig: Rig, pack: Pack) -> None:
    (question,) = await rig.says("/quiz", YOUNG)
    await rig.presses(right_button(pack, question), question, YOUNG)
    following = buttons_of(rig.last(YOUNG))[-1]
    for _ in range(2):
        rig.people.press(YOUNG, question["message_id"], following, chat_id=YOUNG)
    await rig.deliver()
    place = parse_choice(buttons_of(rig.last(YOUNG))[0].removeprefix("quiz:a:")).place
    assert (place.position, place.score) == (1, 1)
    assert rig.last(YOUNG)["message_id"] == question["message_id"]


async def test_the_topic_comes_below_so_that_the_round_goes_on(rig: Rig, pack: Pack) -> None:
    (question,) = await rig.says("/quiz", YOUNG)
    await rig.presses(right_button(pack, question), question, YOUNG)
    explained = rig.last(YOUNG)
    (topic,) = await rig.presses(buttons_of(explained)[0], explained, YOUNG)
    found = pack.topic_text(pack.quiz[asked_in(question)].topic, "en")
    assert found is not None
    assert found[0].title in text_of(topic)
    await rig.presses(buttons_of(explained)[-1], explained, YOUNG)
    assert asked_in(rig.messages(YOUNG)[question["message_id"]]) != asked_in(question)


async def test_a_tap_on_a_question_of_last_year_gets_one_of_today(rig: Rig, pack: Pack) -> None:
    (question,) = await rig.says("/quiz", YOUNG)
    gone = asked_in(question)
    quiz = {name: entry for name, entry in pack.quiz.items() if name != gone}
    rig.services.pack = pack.model_copy(update={"quiz": quiz})
    await rig.presses(buttons_of(question)[0], question, YOUNG)
    again = rig.last(YOUNG)
    assert pack.languages["en"].wording["quiz.renewed"] in text_of(again)
    assert asked_in(again) in quiz
    await rig.presses(right_button(pack, again), again, YOUNG)
    assert buttons_of(rig.last(YOUNG))[-1].endswith(".1.1")


@pytest.mark.parametrize(
    "data", ["quiz:start:1", "quiz:a:12", "quiz:a:zz.0.0.0.0.ffff.x", "quiz:n:7.0.9.9", "quiz:t:no-such-topic"]
)
async def test_a_button_of_another_time_is_answered_kindly(rig: Rig, pack: Pack, data: str) -> None:
    (question,) = await rig.says("/quiz", YOUNG)
    (answer,) = await rig.presses(data, question, YOUNG)
    assert text_of(answer) == pack.languages["en"].wording["unknown-button"].replace("**", "")


async def test_many_people_play_their_own_rounds_at_once(rig: Rig, pack: Pack) -> None:
    for person in (MOTHER, YOUNG, TEACHER):
        rig.people.say(person, "/quiz")
    await rig.deliver()
    questions = {person: rig.last(person) for person in (MOTHER, YOUNG, TEACHER)}
    for person, question in questions.items():
        rig.people.press(person, question["message_id"], right_button(pack, question), chat_id=person)
    await asyncio.wait_for(rig.deliver(), 10)
    for person, question in questions.items():
        assert rig.last(person)["message_id"] == question["message_id"]
        assert buttons_of(rig.last(person))[-1].endswith(".1.1")


async def test_a_group_plays_one_round_together_in_all_its_languages(rig: Rig, pack: Pack) -> None:
    (question,) = await rig.says("/quiz", MOTHER, GROUP)
    await rig.presses(right_button(pack, question), question, TEACHER)
    assert buttons_of(rig.last(GROUP))[-1].endswith(".1.1")


@pytest.mark.parametrize("language", ["en", "ja"])
async def test_talk_asks_for_an_age_and_shows_its_starters(rig: Rig, pack: Pack, language: str) -> None:
    person = PEOPLE[language]
    before = await rows_of(rig, person)
    (ages,) = await rig.says("/talk", person)
    await rig.presses("talk:age:10-12", ages, person)
    starters = pack.languages[language].starters[AgeBand.FROM_10]
    first = [text for text in starters if text in text_of(rig.last(person))]
    assert len(first) == 3
    await rig.presses(buttons_of(rig.last(person))[0], rig.last(person), person)
    others = [text for text in starters if text in text_of(rig.last(person))]
    assert len(others) == 3
    assert not set(first) & set(others)
    assert rig.last(person)["message_id"] == ages["message_id"]
    assert await rows_of(rig, person) == before, "the age is not kept"


async def test_talk_knows_the_age_that_the_reader_told_and_lets_choose_another(rig: Rig, pack: Pack) -> None:
    (welcome,) = await rig.says("/start", YOUNG)
    for data in ("start:audience:young", "start:age:16-17", "start:country:skip"):
        await rig.presses(data, welcome, YOUNG)
    assert await rig.services.store.profile_of(YOUNG) == Profile("en", None, Audience.YOUNG, AgeBand.FROM_16)
    (answer,) = await rig.says("/talk", YOUNG)
    assert any(text in text_of(answer) for text in pack.languages["en"].starters[AgeBand.FROM_16])
    await rig.presses("talk:ages:all", answer, YOUNG)
    await rig.presses("talk:age:under-10", rig.last(YOUNG), YOUNG)
    assert any(text in text_of(rig.last(YOUNG)) for text in pack.languages["en"].starters[AgeBand.UNDER_10])


async def test_a_double_tap_on_other_starters_shows_the_same_ones(rig: Rig) -> None:
    (ages,) = await rig.says("/talk", YOUNG)
    await rig.presses("talk:age:10-12", ages, YOUNG)
    other = buttons_of(rig.last(YOUNG))[0]
    await rig.presses(other, ages, YOUNG)
    shown = text_of(rig.last(YOUNG))
    await rig.presses(other, ages, YOUNG)
    assert text_of(rig.last(YOUNG)) == shown


@pytest.mark.parametrize("data", ["talk:show:13-15", "talk:show:40.1", "talk:age:40", "talk:what:all"])
async def test_a_talk_button_of_another_time_is_answered_kindly(rig: Rig, pack: Pack, data: str) -> None:
    (ages,) = await rig.says("/talk", YOUNG)
    (answer,) = await rig.presses(data, ages, YOUNG)
    assert text_of(answer) == pack.languages["en"].wording["unknown-button"].replace("**", "")
