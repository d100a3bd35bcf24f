"""The emergency path: whatever breaks, the person gets the helplines."""

from __future__ import annotations

from typing import Any

import pytest

from bot.replies.wording import Words
from bot.sandbox.faults import Fault
from bot.storage.memory import MemoryStore
from bot.storage.model import ChatKind, StoreError
from bot.understanding.loading import load_engine
from bot.understanding.model import Ranked, Understanding
from content.model import Pack, Urgency
from content.profile import Profile
from content.statistics import FigureWording
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


async def test_the_buttons_of_an_emergency_lead_on(rig: Rig) -> None:
    for data in ("emergency:me:sextortion", "emergency:child:sextortion", "emergency:unsure:sextortion"):
        (first, *_) = await rig.says(URGENT[0], YOUNG)
        await rig.presses(data, first, YOUNG)
        assert has_number(text_of(rig.last(YOUNG))), data
    (first, *_) = await rig.says(URGENT[0], YOUNG)
    await rig.presses("emergency:not:sextortion", first, YOUNG)
    assert "topics:menu:all" in buttons_of(rig.last(YOUNG))


async def test_a_reply_whose_fate_is_unknown_is_sent_again(rig: Rig) -> None:
    rig.sandbox.faults.add(Fault("cut_after", method="sendMessage"))
    await rig.says(URGENT[1], YOUNG)
    sent = [raw for raw in rig.messages(YOUNG).values() if raw["from"]["is_bot"]]
    assert len(sent) == 2, "twice is better than never"
