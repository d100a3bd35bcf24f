"""The emergency path: whatever breaks, the person gets the helplines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.replies.emergency import emergency_reply
from bot.replies.model import BUTTON_DATA_LIMIT
from bot.replies.topics import has_words, part_reply
from bot.replies.voices import carry_voice
from bot.replies.wording import Words
from bot.sandbox.faults import Fault
from bot.storage.memory import MemoryStore
from bot.storage.model import ChatKind, StoreError
from bot.understanding.loading import load_engine
from bot.understanding.model import Ranked, Understanding
from content.model import Audience, Pack, Urgency
from content.profile import Profile
from content.statistics import FigureWording
from tests.handlers.conftest import NOON
from tests.handlers.rig import GROUP, MOTHER, YOUNG, Rig, buttons_of, has_number, text_of

URGENT = [
    "he says he will send my nudes to everyone at school unless i pay in 1 hour",
    "i want to kill myself tonight",
    "my daughter left to meet a man from the internet and does not answer her phone",
    "裸の写真をばらまくと脅されています。お金を払えと言われています",
    "もう死にたい。今夜で終わりにする",
]


@pytest.mark.parametrize("text", URGENT)
async def test_an_emergency_gets_the_helplines_in_the_first_message(rig: Rig, text: str) -> None:
    (first, *_) = await rig.says(text, YOUNG)
    assert has_number(text_of(first))
    assert len(text_of(first)) < 2000
    assert "tg-spoiler" not in str(first)


@pytest.mark.parametrize("text", URGENT)
async def test_the_country_decides_which_numbers(rig: Rig, text: str) -> None:
    await rig.services.store.save_profile(YOUNG, Profile(country="JP"), ChatKind.PRIVATE, rig.clock.now())
    (first, *_) = await rig.says(text, YOUNG)
    assert "110" in text_of(first)
    assert "911" not in text_of(first)


class BrokenStore(MemoryStore):
    """Every verb fails, as when the disk is gone."""

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("_") or name == "close":
            return super().__getattribute__(name)

        async def fail(*_: object, **__: object) -> None:
            raise StoreError("the database cannot be read")

        return fail


async def test_with_a_broken_database_the_helplines_come(rig: Rig) -> None:
    rig.services.store = BrokenStore()
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    assert has_number(text_of(first))


async def test_with_a_broken_database_questions_are_still_answered(rig: Rig) -> None:
    rig.services.store = BrokenStore()
    (first, *_) = await rig.says("what is grooming", YOUNG)
    assert text_of(first)


async def test_without_an_encoder_every_reply_carries_the_helplines(rig: Rig) -> None:
    rig.services.understander = load_engine(encoder=None)
    for text in (URGENT[0], "what is grooming", "chicken soup recipe", "hello"):
        (first, *_) = await rig.says(text, YOUNG)
        assert has_number(text_of(first)), text


class BrokenUnderstander:
    def urgency(self, *_: object) -> Urgency:
        raise RuntimeError("weights are gone")

    def understand(self, *_: object) -> Understanding:
        raise RuntimeError("weights are gone")


class Decided:
    """Understands every message alike."""

    def __init__(self, meaning: Understanding) -> None:
        self._meaning = meaning

    def urgency(self, *_: object) -> Urgency:
        return self._meaning.urgency

    def understand(self, *_: object) -> Understanding:
        return self._meaning


async def test_with_a_broken_understanding_the_helplines_come(rig: Rig) -> None:
    rig.services.understander = BrokenUnderstander()
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    assert has_number(text_of(first))


async def test_with_broken_figures_the_helplines_come(rig: Rig, pack: Pack) -> None:
    empty = FigureWording(units={}, measures={}, scopes={}, limits={})
    languages = {code: language.model_copy(update={"figures": empty}) for code, language in pack.languages.items()}
    rig.services.pack = pack.model_copy(update={"figures": {}, "series": {}, "languages": languages})
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    assert has_number(text_of(first))
    (figure, *_) = await rig.says("How many children were victims in 2017?", YOUNG)
    assert text_of(figure)


async def test_when_the_answer_cannot_be_made_the_prepared_card_comes(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("a word is missing")

    monkeypatch.setattr("bot.handlers.questions.answer", fail)
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    assert has_number(text_of(first))


async def test_an_emergency_told_in_pieces_is_understood(rig: Rig) -> None:
    await rig.says("he has pictures of me", YOUNG)
    await rig.says("naked ones", YOUNG)
    (answer, *_) = await rig.says("he says pay 200 by tonight or everyone sees", YOUNG)
    assert has_number(text_of(answer))


@pytest.mark.parametrize(
    ("text", "key", "language"),
    [("thank you", "thanks", "en"), ("bye", "bye", "en"), ("ok", "ok", "en"), ("no", "answer", "en"),
     ("ありがとうございます", "thanks", "ja"), ("muchas gracias", "thanks", "en")],
)  # fmt: skip
async def test_whoever_says_thanks_or_goodbye_after_an_emergency_keeps_one_helpline_for_five_minutes(
    rig: Rig, pack: Pack, text: str, key: str, language: str
) -> None:
    await rig.services.store.save_profile(YOUNG, Profile(country="GB"), ChatKind.PRIVATE, rig.clock.now())
    kind = pack.languages[language].wording[f"smalltalk.{key}"].replace("**", "")
    await rig.says(URGENT[1], YOUNG)
    for _ in range(3):
        (answer, *_) = await rig.says(text, YOUNG)
        assert kind in text_of(answer)
        assert text_of(answer).count("☎") == 1
        assert not [data for data in buttons_of(answer) if data.startswith("emergency")], "no new alarm"
    rig.clock.advance(timedelta(minutes=6))
    (later, *_) = await rig.says(text, YOUNG)
    assert kind in text_of(later)
    assert text_of(later).count("☎") == (key == "bye"), "a good-bye may be meant for ever"


async def test_in_a_group_nothing_in_the_open_tells_that_there_was_an_emergency(rig: Rig) -> None:
    username = rig.sandbox.world.bot["username"]
    (before, *_) = await rig.says(f"@{username} thank you", MOTHER, GROUP)
    await rig.says(f"@{username} {URGENT[1]}", MOTHER, GROUP)
    (after, *_) = await rig.says(f"@{username} thank you", MOTHER, GROUP)
    assert text_of(after) == text_of(before)


async def test_after_an_emergency_was_answered_calm_words_are_calm_again(rig: Rig) -> None:
    await rig.says(URGENT[0], YOUNG)
    (answer, *_) = await rig.says("best recipe for chicken soup", YOUNG)
    assert not any(data.startswith("emergency") for data in buttons_of(answer))


async def test_an_edit_that_becomes_an_emergency_is_answered_and_a_calm_edit_is_not(rig: Rig) -> None:
    await rig.says("hello", YOUNG)
    mine = next(n for n, raw in rig.messages(YOUNG).items() if not raw["from"]["is_bot"])
    count = len(rig.messages(YOUNG))
    rig.people.edit(YOUNG, mine, "hello there")
    await rig.deliver()
    assert len(rig.messages(YOUNG)) == count
    rig.people.edit(YOUNG, mine, URGENT[1])
    await rig.deliver()
    assert has_number(text_of(rig.last(YOUNG)))
    assert len(rig.messages(YOUNG)) == count + 1


async def test_a_caption_is_judged_like_a_message(rig: Rig) -> None:
    rig.people.send(YOUNG, "photo", caption=URGENT[0])
    await rig.deliver()
    assert has_number(text_of(rig.last(YOUNG)))
    assert "emergency" in " ".join(buttons_of(rig.last(YOUNG)))


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "document", "location"])
async def test_pictures_and_voice_are_never_downloaded_and_kindly_answered(rig: Rig, kind: str) -> None:
    rig.people.send(YOUNG, kind)
    await rig.deliver()
    assert has_number(text_of(rig.last(YOUNG)))
    assert not [call for call in rig.sandbox.calls if call.method.lower() == "getfile"]


async def test_an_emergency_is_never_dropped_by_the_cap_of_a_chat(rig: Rig) -> None:
    for number in range(12):
        rig.people.say(YOUNG, f"what about question number {number}")
    rig.people.say(YOUNG, URGENT[1])
    await rig.deliver()
    answers = [text_of(raw) for raw in rig.messages(YOUNG).values() if raw["from"]["is_bot"]]
    assert any("emergency:me" in " ".join(buttons_of(raw)) for raw in rig.messages(YOUNG).values())
    assert len(answers) < 14, "the rest was asked to come one at a time"


async def test_in_a_group_nothing_in_the_open_tells_what_was_understood(rig: Rig) -> None:
    username = rig.sandbox.world.bot["username"]
    (pointer, *_) = await rig.says(f"@{username} {URGENT[1]}", MOTHER, GROUP)
    assert not any(word in text_of(pointer).lower() for word in ("110", "suicide", "死", "sos"))
    (calm, *_) = await rig.says(f"@{username} what is grooming", MOTHER, GROUP)
    assert buttons_of(pointer) == buttons_of(calm)


@pytest.mark.parametrize(
    "concern",
    [
        "my son cuts himself sometimes, what can I do",
        "my daughter sent a nude picture to her boyfriend",
        "娘が裸の写真を彼氏に送ってしまった",
    ],
)
async def test_in_a_group_a_worry_about_something_sensitive_is_not_answered_in_the_open(rig: Rig, concern: str) -> None:
    username = rig.sandbox.world.bot["username"]
    (asked, *_) = await rig.says(f"@{username} what is sextortion", MOTHER, GROUP)
    shown = await rig.says(f"@{username} {concern}", MOTHER, GROUP)
    urgent = URGENT[1] if concern.isascii() else URGENT[4]
    (emergency, *_) = await rig.says(f"@{username} {urgent}", MOTHER, GROUP)
    assert [(text_of(raw), buttons_of(raw)) for raw in shown] == [(text_of(emergency), buttons_of(emergency))]
    assert text_of(asked) != text_of(emergency), "a question about the matter itself is answered"


async def test_in_a_group_nothing_asks_to_choose_between_buttons_that_are_not_there(rig: Rig, pack: Pack) -> None:
    username = rig.sandbox.world.bot["username"]
    (calm, *_) = await rig.says(f"@{username} what is grooming", MOTHER, GROUP)
    meanings = [
        Understanding(Urgency.NONE, None, (Ranked("grooming", 0.1), Ranked("law", 0.1))),
        Understanding(Urgency.NONE, "grooming", (Ranked("grooming", 0.4), Ranked("sextortion", 0.4)), close=True),
    ]
    for meaning in meanings:
        rig.services.understander = Decided(meaning)
        (unsure, *_) = await rig.says(f"@{username} it is the one or the other", MOTHER, GROUP)
        assert text_of(unsure) == Words(pack, "en")("group.unsure").replace("**", "")
        assert buttons_of(unsure) == buttons_of(calm), "the same neutral button as under any answer there"


async def test_an_edit_that_completes_the_last_messages_to_an_emergency_is_answered(rig: Rig) -> None:
    await rig.says("he has pictures of me", YOUNG)
    await rig.says("naked ones", YOUNG)
    await rig.says("hello", YOUNG)
    mine = [number for number, raw in rig.messages(YOUNG).items() if not raw["from"]["is_bot"]][-1]
    rig.people.edit(YOUNG, mine, "he says pay 200 by tonight or everyone sees")
    await rig.deliver()
    assert any(data.startswith("emergency:me") for data in buttons_of(rig.last(YOUNG)))


@pytest.mark.parametrize("spoken_to", [True, False])
async def test_in_a_group_an_emergency_in_an_edit_or_caption_gets_the_same_neutral_pointer(
    rig: Rig, *, spoken_to: bool
) -> None:
    username = rig.sandbox.world.bot["username"]
    (pointer, *_) = await rig.says(f"@{username} {URGENT[1]}", MOTHER, GROUP)
    name = f"@{username} " if spoken_to else ""
    before = set(rig.messages(GROUP))
    rig.people.send(MOTHER, "photo", caption=f"{name}{URGENT[0]}", chat_id=GROUP)
    rig.people.say(MOTHER, f"{name}good morning", chat_id=GROUP)
    await rig.deliver()
    mine = [number for number, raw in rig.messages(GROUP).items() if not raw["from"]["is_bot"]][-1]
    rig.people.edit(MOTHER, mine, f"{name}{URGENT[1]}", chat_id=GROUP)
    await rig.deliver()
    new = [raw for number, raw in rig.messages(GROUP).items() if number not in before and raw["from"]["is_bot"]]
    pointers = [raw for raw in new if text_of(raw) == text_of(pointer) and buttons_of(raw) == buttons_of(pointer)]
    assert len(pointers) == (2 if spoken_to else 0)
    assert len(new) == (3 if spoken_to else 0), "beside the answer to the greeting"


async def test_in_a_group_a_caption_that_speaks_to_the_bot_is_answered_like_words(rig: Rig, pack: Pack) -> None:
    username = rig.sandbox.world.bot["username"]
    rig.people.send(MOTHER, "photo", caption=f"@{username} what is grooming", chat_id=GROUP)
    await rig.deliver()
    assert pack.languages["en"].topics["grooming"].title in text_of(rig.last(GROUP))


@pytest.mark.parametrize("topic", ["sextortion", "self-harm", "missing-child", "sexual-assault"])
@pytest.mark.parametrize(("answer", "data"), [("me", "young"), ("child", "parent")])
async def test_the_voice_of_an_emergency_stays_through_country_and_parts(
    rig: Rig, pack: Pack, topic: str, answer: str, data: str
) -> None:
    text = pack.languages["en"].topics[topic]
    own = (text.young if answer == "me" else text.parent) or ""
    first_words, now = own.split("\n")[0].replace("**", ""), f"topic:now:{topic}.{data}"
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    await rig.presses(f"emergency:{answer}:{topic}", first, YOUNG)
    voiced = rig.last(YOUNG)
    assert own.replace("**", "").replace("- ", "• ") in text_of(voiced)
    assert text_of(voiced).startswith(first_words)
    await rig.presses(f"emergency-country:{topic}:GB.{data}", voiced, YOUNG)
    there = rig.last(YOUNG)
    assert own.replace("**", "").replace("- ", "• ") in text_of(there), "the same words, with the lines of the country"
    assert "999" in text_of(there)
    assert not [data for data in buttons_of(there) if data.startswith(("emergency:me", "emergency:child"))]
    assert now in buttons_of(there)
    await rig.presses(now, there, YOUNG)
    steps = (text.young_parts if answer == "me" else text.parts)["now"]
    assert steps.split("\n")[0].removeprefix("- ").replace("**", "") in text_of(rig.last(YOUNG))
    assert await rig.services.store.profile_of(YOUNG) == Profile(language="en", country="GB"), "no voice is stored"


def test_a_parent_is_not_asked_whom_it_is_about(pack: Pack) -> None:
    asked = {
        "en": ("is it you", "about you", "the one who left"),
        "ja": ("自分のこと", "本人なら"),
        "es": ("¿eres tú", "de ti", "te ha pasado a ti"),
    }
    for code, questions in asked.items():
        for topic in ("sextortion", "self-harm", "missing-child", "sexual-assault"):
            said = emergency_reply(pack, topic, Profile(language=code, audience=Audience.PARENT), NOON).plain.casefold()
            assert not [question for question in questions if question in said], (code, topic)


async def test_the_buttons_of_an_emergency_that_was_sent_before_they_had_a_voice_still_work(rig: Rig) -> None:
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    await rig.presses("emergency-country:sextortion:GB", first, YOUNG)
    assert "999" in text_of(rig.last(YOUNG))
    assert "emergency:me:sextortion" in buttons_of(rig.last(YOUNG))


def test_the_data_of_every_button_with_a_voice_fit_telegram(pack: Pack) -> None:
    for topic in pack.topics:
        if has_words(pack, topic) and not topic.startswith(("stats-", "bot-")):
            for reply in (
                emergency_reply(pack, topic, Profile(), NOON, all_countries=True),
                part_reply(pack, topic, "related", Profile(), NOON),
            ):
                voiced = carry_voice(reply, Audience.TEACHER)
                data = [button.data for row in voiced.buttons for button in row if button.data]
                assert max(len(one.encode()) for one in data) <= BUTTON_DATA_LIMIT


async def test_the_buttons_of_an_emergency_lead_on(rig: Rig, pack: Pack) -> None:
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    await rig.presses("emergency:unsure:sextortion", first, YOUNG)
    assert text_of(rig.last(YOUNG)).startswith(pack.languages["en"].wording["emergency.head"])
    assert has_number(text_of(rig.last(YOUNG)))
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    await rig.presses("emergency:not:sextortion", first, YOUNG)
    assert "topics:menu:all" in buttons_of(rig.last(YOUNG))


async def test_a_reply_whose_fate_is_unknown_is_sent_again(rig: Rig) -> None:
    rig.sandbox.faults.add(Fault("cut_after", method="sendMessage"))
    await rig.says(URGENT[1], YOUNG)
    sent = [raw for raw in rig.messages(YOUNG).values() if raw["from"]["is_bot"]]
    assert len(sent) == 2, "twice is better than never"
