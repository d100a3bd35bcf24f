"""`@bot ...` in any chat: cards in the language of who types, with whom to call first when something is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from bot.storage.model import ChatKind
from content.model import Audience, Pack
from content.profile import Profile
from tests.handlers.rig import GROUP, MOTHER, TEACHER, YOUNG, Rig, buttons_of, has_number

URGENT = "he says he will send my nudes to everyone unless i pay"


async def ask(rig: Rig, query: str, person: int = YOUNG, chat: int | None = None) -> list[dict[str, Any]]:
    rig.people.ask_inline(person, query, chat_id=chat)
    await rig.deliver()
    results: list[dict[str, Any]] = rig.sandbox.inline_cache[query, "", person][1]["results"]
    return results


@pytest.mark.parametrize(("person", "language"), [(MOTHER, "ja"), (YOUNG, "en")])
async def test_a_word_finds_its_topic_in_the_language_of_who_types(
    rig: Rig, pack: Pack, person: int, language: str
) -> None:
    results = await ask(rig, "sextortion", person)
    text = pack.topic_text("sextortion", language)
    assert text is not None
    assert results[0]["title"] == text[0].title
    assert text[0].title in results[0]["message"]["text"]


async def test_an_answer_is_kept_for_one_person_alone(rig: Rig) -> None:
    await ask(rig, "grooming", YOUNG)
    assert {owner for _, _, owner in rig.sandbox.inline_cache} == {YOUNG}


async def test_an_emergency_gets_whom_to_call_first(rig: Rig) -> None:
    results = await ask(rig, URGENT)
    assert results[0]["id"] == "emergency"
    assert has_number(results[0]["message"]["text"])
    assert not [entity for entity in results[0]["message"]["entities"] if entity["type"] == "spoiler"]


async def test_a_question_about_figures_gets_the_number_with_its_year(rig: Rig) -> None:
    results = await ask(rig, "How many children were victims in 2017?")
    assert "1,813" in results[0]["message"]["text"]
    assert "2017" in results[0]["message"]["text"]


@pytest.mark.parametrize("query", ["", "qwrtz plmf", "   ", "chicken soup", "👪" * 60])
async def test_whatever_is_typed_there_is_something_to_send(rig: Rig, query: str) -> None:
    results = await ask(rig, query)
    assert "helplines" in [result["id"] for result in results]


async def test_a_card_speaks_to_nobody_in_particular(rig: Rig, pack: Pack) -> None:
    young = Profile(language="en", audience=Audience.YOUNG)
    await rig.services.store.save_profile(YOUNG, young, ChatKind.PRIVATE, rig.clock.now())
    (first, *_) = await ask(rig, "sextortion")
    text = pack.topic_text("sextortion", "en")
    assert text is not None
    assert text[0].young is not None
    assert text[0].first.partition("\n")[0] in first["message"]["text"]
    assert text[0].young.partition("\n")[0] not in first["message"]["text"]


async def test_a_card_in_a_group_leads_to_a_private_chat(rig: Rig) -> None:
    (first, *_) = await ask(rig, "sextortion", TEACHER, GROUP)
    sent = rig.people.choose(TEACHER, first, chat_id=GROUP)
    username = rig.sandbox.world.bot["username"]
    assert buttons_of(sent) == [f"https://t.me/{username}?start=t_sextortion"]
    before = len(rig.messages(GROUP))
    await rig.deliver()
    assert len(rig.messages(GROUP)) == before, "the bot's own card is no question"


async def test_a_chart_that_was_uploaded_before_is_sent_as_a_picture(rig: Rig) -> None:
    (menu,) = await rig.says("/stats", YOUNG)
    await rig.presses("stats:show:stats-total", menu, YOUNG)
    (first, *_) = await ask(rig, "stats-total")
    assert first["type"] == "photo"
    (other, *_) = await ask(rig, "stats-ages")
    assert other["type"] == "article"


async def test_typing_counts_nothing(rig: Rig) -> None:
    await ask(rig, "what is grooming")
    await rig.services.tally.flush(rig.services.store)
    assert await rig.services.store.counts(rig.clock.now().date()) == []


async def test_every_topic_makes_a_card_that_telegram_takes(rig: Rig, pack: Pack) -> None:
    for person in (MOTHER, YOUNG):
        for topic in pack.topics:
            if not topic.startswith("bot-"):
                assert await ask(rig, topic, person), topic
