from __future__ import annotations

import pytest

from bot.replies.topics import topic_button
from content.model import Pack
from tests.handlers.rig import MOTHER, YOUNG, Rig, buttons_of, text_of


@pytest.mark.parametrize(("person", "language"), [(MOTHER, "ja"), (YOUNG, "en")])
async def test_the_button_of_every_topic_in_the_list_answers(rig: Rig, pack: Pack, person: int, language: str) -> None:
    unknown = pack.languages[language].wording["unknown-button"].replace("**", "")
    for topic in pack.topics:
        (message,) = await rig.says("/help", person)
        button = topic_button(pack, topic, language)
        markup = {"inline_keyboard": [[{"text": button.label, "callback_data": button.data}]]}
        rig.sandbox.world.chats[person].messages[message["message_id"]].raw["reply_markup"] = markup
        assert button.data is not None
        await rig.presses(button.data, message, person)
        assert unknown not in text_of(rig.last(person)), topic


async def test_what_the_bot_is_stands_in_its_text_with_who_runs_it(rig: Rig) -> None:
    rig.services.operator = "the Harbour Trust"
    (answer,) = await rig.says("who runs this bot?", YOUNG)
    assert "I am a program, not a person" in text_of(answer)
    assert "Harbour Trust" in text_of(answer)
    assert "privacy:show:all" in buttons_of(answer)


async def test_a_question_about_the_daily_tip_leads_to_its_buttons(rig: Rig) -> None:
    (answer,) = await rig.says("how do i get a tip every day", YOUNG)
    assert "/unsubscribe" in text_of(answer)
    assert {"subscribe:show:all", "subscribe:stop:all"} <= set(buttons_of(answer))


@pytest.mark.parametrize("topic", ["bot-about", "bot-subscribe"])
async def test_all_buttons_under_the_bots_own_topics_answer(rig: Rig, pack: Pack, topic: str) -> None:
    unknown = pack.languages["en"].wording["unknown-button"].replace("**", "")
    question = "who runs this bot?" if topic == "bot-about" else "how do i get a tip every day"
    (first,) = await rig.says(question, YOUNG)
    for data in filter(None, buttons_of(first)):  # the button that shares a topic carries no data
        (message,) = await rig.says(question, YOUNG)
        await rig.presses(data, message, YOUNG)
        said = text_of(rig.last(YOUNG))
        assert said.strip()
        assert unknown not in said, data
