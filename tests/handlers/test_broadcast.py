"""/broadcast through the whole bot: written by one administrator, approved by another, taken by a local Bot API."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.broadcaster import Broadcaster
from bot.delivery.dispatcher import Limits
from bot.delivery.outcome import classify
from bot.handlers.broadcast_cards import BroadcastSender
from bot.replies.broadcast_card import content_menu
from bot.replies.menus import GROUPS
from bot.replies.model import BUTTON_DATA_LIMIT
from bot.sandbox.faults import Fault
from bot.storage.broadcast import OPEN, Broadcast, BroadcastState
from bot.storage.model import Outcome, Result
from content.model import Pack
from tests.handlers.rig import MOTHER, TEACHER, YOUNG, Rig, buttons_of, text_of

S = BroadcastState
IN_EACH_LANGUAGE = [
    "News from Mamori\n\nHello all",
    "Noticias de Mamori\n\nHello all",  # nobody wrote it in Spanish
    "Mamoriからのお知らせ\n\nみなさん、こんにちは",
]


@dataclass
class Office:
    """Two administrators, MOTHER (who writes, in Japanese) and TEACHER (who approves), and one who reads: YOUNG."""

    rig: Rig
    broadcaster: Broadcaster

    async def write(self, text: str = "en: Hello **all**\nja: みなさん、こんにちは") -> dict[str, Any]:
        """Write a draft and return its card."""
        return (await self.rig.says(f"/broadcast {text}"))[-1]

    async def press(self, verb: str, person: int = MOTHER, message: dict[str, Any] | None = None) -> None:
        """Press the button of this verb under a message, else under the newest one that has it."""
        found = [raw for raw in self.rig.messages(person).values() if self._data(raw, verb)]
        shown = message or found[-1]
        await self.rig.presses(self._data(shown, verb)[0], shown, person)

    @staticmethod
    def _data(raw: dict[str, Any], verb: str) -> list[str]:
        return [data for data in buttons_of(raw) if data.startswith(f"bc:{verb}")]

    async def work(self) -> None:
        for _ in range(50):
            found = await self.broadcaster.step()
            await self.broadcaster.finish()
            if not found:
                return
        raise AssertionError("the broadcast does not come to rest")

    async def the(self) -> Broadcast:
        states = [S.DRAFT, S.WAITING, *OPEN, S.DONE, S.STOPPED, S.EXPIRED]
        return (await self.rig.services.store.broadcasts(states))[-1]

    def words(self, person: int) -> list[str]:
        return [text_of(raw) for raw in self.rig.messages(person).values() if raw["from"]["is_bot"]]


@pytest.fixture
async def office(rig: Rig) -> Office:
    rig.services.administrators = frozenset({MOTHER, TEACHER})
    for person in (MOTHER, YOUNG, TEACHER):
        await rig.says("/subscribe 7:30 London", person)
    broadcaster = Broadcaster(
        rig.services.store,
        BroadcastSender(rig.application.bot, rig.services),
        classify,
        clock=rig.clock.now,
        worker="test",
        rate=29.0,
        limits=Limits(batch=50),
    )
    return Office(rig, broadcaster)


async def test_it_is_written_seen_approved_tried_and_sent_to_everybody_in_their_language(office: Office) -> None:
    card = await office.write()
    assert "<5" in text_of(card), "how many people, as far as that may be said"
    await office.press("preview")
    assert office.words(MOTHER)[-3:] == IN_EACH_LANGUAGE
    await office.press("ask")
    assert "News from Mamori\n\nHello all" in office.words(TEACHER)
    await office.press("yes", TEACHER)
    await office.work()
    assert (await office.the()).state is S.ASKING
    assert "33 %" in text_of(office.rig.last(TEACHER)), "the card is edited in place"
    await office.press("go", TEACHER)
    await office.work()
    found = await office.the()
    assert (found.state, found.tally) == (S.DONE, {Outcome.SENT: 3})
    assert office.words(YOUNG)[-1] == "News from Mamori\n\nHello all"
    assert office.words(MOTHER)[-1] == "Mamoriからのお知らせ\n\nみなさん、こんにちは"
    cards = [text for text in office.words(MOTHER) if found.broadcast_id in text]
    assert "▓" * 16 + " 100 %" in cards[-1]
    assert "subscribe:stop:all" in buttons_of(office.rig.last(YOUNG))


async def test_nobody_approves_their_own(office: Office, pack: Pack) -> None:
    await office.write()
    await office.press("ask")
    found = await office.the()
    await office.rig.presses(f"bc:yes:{found.broadcast_id}.1", office.rig.last(MOTHER))
    assert (await office.the()).state is S.WAITING
    assert pack.languages["ja"].wording["broadcast.not-own"] in office.words(MOTHER)


async def test_a_draft_that_was_changed_meanwhile_is_not_approved_by_an_old_button(office: Office, pack: Pack) -> None:
    await office.write()
    await office.press("ask")
    old = office.rig.last(TEACHER)
    await office.press("back")
    await office.rig.says("en: Something else")
    await office.press("ask")
    await office.press("yes", TEACHER, old)
    assert (await office.the()).state is S.WAITING
    assert pack.languages["en"].wording["broadcast.changed"] in office.words(TEACHER)


async def test_for_others_the_command_and_its_buttons_do_not_exist(office: Office, pack: Pack) -> None:
    await office.write()
    await office.press("ask")
    found = await office.the()
    (answer,) = await office.rig.says("/broadcast", YOUNG)
    assert text_of(answer) == pack.languages["en"].wording["unknown-command"].replace("**", "")
    for data in (f"bc:yes:{found.broadcast_id}.2", f"bc:stop:{found.broadcast_id}", f"bc:yes:{found.broadcast_id}.1"):
        await office.rig.presses(data, answer, YOUNG)
    assert (await office.the()).state is S.WAITING
    assert len(await office.rig.services.store.broadcasts(OPEN)) == 1


async def test_an_administrators_question_is_answered_while_a_draft_is_open(office: Office) -> None:
    await office.write()
    (answer,) = await office.rig.says("グルーミングとは何ですか")
    assert "topic:" in " ".join(buttons_of(answer))
    assert (await office.the()).texts["ja"] == "みなさん、こんにちは"


async def test_html_is_shown_as_it_is_and_a_text_that_is_too_long_is_refused(office: Office, pack: Pack) -> None:
    await office.write("en: <b>1 < 2</b> & more")
    await office.press("preview")
    assert "News from Mamori\n\n<b>1 < 2</b> & more" in office.words(MOTHER)
    await office.rig.says("en: " + "x" * 4090)
    assert office.words(MOTHER)[-1] == pack.languages["ja"].wording["broadcast.too-long"]
    assert (await office.the()).texts["en"] == "<b>1 < 2</b> & more"


async def test_without_a_second_administrator_or_text_or_people_it_is_not_handed_in(office: Office, pack: Pack) -> None:
    wording = pack.languages["ja"].wording
    await office.rig.says("/broadcast")
    await office.press("ask")
    assert office.words(MOTHER)[-1] == wording["broadcast.empty"]
    await office.write()
    await office.press("whom")
    await office.press("land:" + (await office.the()).broadcast_id + ".BR")
    await office.rig.says("/broadcast")
    await office.press("ask")
    assert office.words(MOTHER)[-1] == wording["broadcast.nobody"]
    await office.press("whom")
    await office.press("land:" + (await office.the()).broadcast_id + ".BR")
    office.rig.services.administrators = frozenset({MOTHER})
    await office.rig.says("/broadcast")
    await office.press("ask")
    assert wording["broadcast.no-second"] in office.words(MOTHER)
    assert (await office.the()).state is S.DRAFT


async def test_a_correction_goes_to_those_who_saw_the_version_that_was_wrong(office: Office, pack: Pack) -> None:
    await office.rig.says("what is grooming", YOUNG)
    await office.rig.says("what is cyberbullying", TEACHER)
    await office.rig.services.tally.flush(office.rig.services.store)
    await office.write("en: A number in it was wrong.")
    await office.press("kind")
    await office.press("whom")
    await office.press("seen")
    title = pack.languages["ja"].topics["grooming"].title
    rows = office.rig.last()["reply_markup"]["inline_keyboard"]
    (choice,) = [row[0]["callback_data"] for row in rows if row[0]["text"].startswith(title)]
    await office.rig.presses(choice, office.rig.last())
    await office.press("show")
    assert title in text_of(office.rig.last())
    await office.press("ask")
    await office.press("yes", TEACHER)
    await office.work()
    assert (await office.the()).tally == {Outcome.SENT: 1}
    assert office.words(YOUNG)[-1] == "A correction from Mamori\n\nA number in it was wrong."
    assert "topic:first:grooming" in buttons_of(office.rig.last(YOUNG))


async def test_a_correction_of_a_daily_tip_goes_to_those_who_got_it(office: Office, pack: Pack) -> None:
    tip, entry = next((name, tip) for name, tip in pack.tips.items() if pack.topics[tip.topic].group == "prevent")
    store, now = office.rig.services.store, office.rig.clock.now() + timedelta(days=2)
    claims = {claim.chat_id: claim for claim in await store.claim_due(now, 10, "w", timedelta(minutes=10))}
    await store.record([Result(claims[YOUNG], Outcome.SENT, claims[YOUNG].due, tip)], now)
    await office.write()
    broadcast_id = (await office.the()).broadcast_id
    for verb in ("whom", "seen", "got", f"got:{broadcast_id}.prevent", f"got:{broadcast_id}.{entry.topic}"):
        await office.press(verb)
    await office.press(f"see:{broadcast_id}.p:{tip}")
    assert (await office.the()).target.seen_item == f"tip:{tip}"
    assert await store.count_target((await office.the()).target) == 1


async def test_a_topic_of_the_pack_is_chosen_with_buttons_and_read_in_ones_language(office: Office, pack: Pack) -> None:
    await office.rig.says("/broadcast")
    broadcast_id = (await office.the()).broadcast_id
    for data in ("say", f"say:{broadcast_id}.prevent"):
        await office.press(data)
    topic = next(data for data in buttons_of(office.rig.last()) if data.startswith("bc:say:")).partition(".")[2]
    await office.press(f"say:{broadcast_id}.{topic}")
    await office.press(f"put:{broadcast_id}.t:{topic}")
    await office.press("ask")
    await office.press("yes", TEACHER)
    await office.work()
    await office.press("go", TEACHER)
    await office.work()
    assert pack.languages["en"].topics[topic].title in office.words(YOUNG)[-1]
    assert pack.languages["ja"].topics[topic].title in office.words(MOTHER)[-1]


async def test_one_blocked_one_flooded_and_it_still_reaches_everybody_else(office: Office) -> None:
    office.rig.people.block(YOUNG)
    office.rig.sandbox.queue.pending.clear()
    await office.write()
    await office.press("ask")
    office.rig.sandbox.faults.add(Fault("429", "sendMessage", chat_id=MOTHER, retry_after=3))
    await office.press("yes", TEACHER)
    for _ in range(3):
        await office.work()
        if (await office.the()).state is S.ASKING:
            await office.press("go", TEACHER)
        office.rig.clock.advance(timedelta(minutes=1))
    found = await office.the()
    assert (found.state, found.tally) == (S.DONE, {Outcome.SENT: 2, Outcome.GONE: 1})
    chat = await office.rig.services.store.chat_of(YOUNG)
    assert chat is not None
    assert chat.deactivated_at is not None
    assert office.words(MOTHER).count("Mamoriからのお知らせ\n\nみなさん、こんにちは") == 1


async def test_it_is_paused_taken_up_and_stopped_with_buttons(office: Office) -> None:
    await office.write()
    await office.press("ask")
    await office.press("yes", TEACHER)
    await office.work()
    await office.press("go", TEACHER)
    await office.press("pause", TEACHER)
    assert (await office.the()).state is S.PAUSED
    await office.work()
    assert (await office.the()).done == 1
    await office.press("go", TEACHER)
    assert (await office.the()).state is S.RUNNING
    await office.press("stop", TEACHER)
    await office.work()
    found = await office.the()
    assert (found.state, found.done) == (S.STOPPED, 1)


async def test_two_taps_at_once_approve_once(office: Office) -> None:
    await office.write()
    await office.press("ask")
    card = office.rig.last(TEACHER)
    await asyncio.gather(*(office.press("yes", TEACHER, card) for _ in range(2)))
    await office.work()
    assert sum("News from Mamori" in text for text in office.words(YOUNG)) <= 1
    assert (await office.the()).done == 1


async def test_a_button_of_a_broadcast_that_is_gone_gets_the_menu(office: Office) -> None:
    card = await office.write()
    await office.rig.presses("bc:stop:ffffff", card)
    assert "topics:group:happened" in buttons_of(office.rig.last())


def test_every_button_fits_into_what_telegram_takes(pack: Pack) -> None:
    for chosen in ("", *GROUPS, *pack.topics):
        for row in content_menu(pack, "en", "abcdef", chosen).buttons:
            for button in row:
                assert len((button.data or "").encode()) <= BUTTON_DATA_LIMIT
