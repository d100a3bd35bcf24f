"""/hide: what both sides wrote goes, as far as Telegram allows, and what remains tells nothing."""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.faults import Fault
from bot.storage.memory import MemoryStore
from bot.storage.model import ChatKind, StoreError
from content.profile import Profile
from tests.handlers.rig import GROUP, TEACHER, YOUNG, Rig, buttons_of, text_of

URGENT = "he says he will send my nudes to everyone unless i pay"
BLAND = "Hello."


async def left(rig: Rig) -> list[str]:
    return [text_of(raw) for raw in rig.messages(YOUNG).values()]


async def test_both_sides_of_the_chat_are_gone_and_a_bland_line_remains(rig: Rig) -> None:
    (first, *_) = await rig.says(URGENT, YOUNG)
    await rig.presses("emergency:me:sextortion", first, YOUNG)
    rig.people.send(YOUNG, "photo", caption="this is him")
    await rig.deliver()
    await rig.says("/hide", YOUNG)
    assert await left(rig) == [BLAND]
    assert buttons_of(rig.last(YOUNG)) == []


async def test_what_was_written_down_before_a_restart_goes_too(rig: Rig) -> None:
    await rig.says(URGENT, YOUNG)
    await rig.services.tally.flush(rig.services.store)
    await rig.says("/hide", YOUNG)
    assert await left(rig) == [BLAND]
    await rig.services.tally.flush(rig.services.store)
    kept = await rig.services.store.messages_of(YOUNG, rig.clock.now() - timedelta(days=3))
    assert list(kept) == [rig.last(YOUNG)["message_id"]], "only the bland line is left to be hidden next time"


async def test_a_daily_tip_and_more_than_a_hundred_messages_go_in_batches(rig: Rig) -> None:
    for number in range(130):
        rig.people.say(YOUNG, f"message {number}")
    rig.sandbox.queue.pending.clear()
    for number in rig.messages(YOUNG):
        rig.services.tally.add_message(YOUNG, number)
    await rig.application.bot.send_message(YOUNG, "Good day from Mamori", rate_limit_args="broadcast")
    await rig.says("/hide", YOUNG)
    assert await left(rig) == [BLAND]
    calls = [call for call in rig.sandbox.calls if call.method.lower() == "deletemessages"]
    assert len(calls) == 2


async def test_what_telegram_no_longer_deletes_is_said(rig: Rig) -> None:
    await rig.says("hello", YOUNG)
    old = len(rig.messages(YOUNG))
    rig.clock.advance(timedelta(hours=48, seconds=20))
    await rig.says("hello again", YOUNG)
    await rig.says("/hide", YOUNG)
    remaining = await left(rig)
    assert len(remaining) == old + 1
    assert "two days" in remaining[-1]


async def test_a_chat_that_is_older_is_told_that_more_may_stand_there(rig: Rig) -> None:
    await rig.services.store.save_profile(YOUNG, Profile(), ChatKind.PRIVATE, rig.clock.now())
    rig.clock.advance(timedelta(days=4))
    await rig.says("/hide", YOUNG)
    assert "two days" in text_of(rig.last(YOUNG))


async def test_a_message_that_the_person_took_away_already_is_no_trouble(rig: Rig) -> None:
    (answer,) = await rig.says("hello", YOUNG)
    await rig.application.bot.delete_message(YOUNG, answer["message_id"])
    await rig.says("/hide", YOUNG)
    assert await left(rig) == [BLAND]


class BrokenMessages(MemoryStore):
    async def messages_of(self, *_: object) -> list[int]:
        raise StoreError("the database cannot be read")


async def test_with_a_broken_database_what_memory_knows_goes_and_no_card_appears(rig: Rig) -> None:
    rig.services.store = BrokenMessages()
    await rig.says(URGENT, YOUNG)
    await rig.says("/hide", YOUNG)
    (line,) = await left(rig)
    assert "two days" in line, "it is not sure that this was all"


async def test_the_pieces_of_a_story_leave_the_memory(rig: Rig) -> None:
    await rig.says("he has pictures of me", YOUNG)
    await rig.says("/hide", YOUNG)
    assert rig.services.pieces.of(YOUNG) == []


async def test_in_a_group_nothing_is_deleted(rig: Rig) -> None:
    before = len(rig.messages(GROUP))
    await rig.says("/hide", TEACHER, GROUP)
    assert len(rig.messages(GROUP)) == before + 2
    assert rig.services.tally.messages_of(GROUP) == []


async def test_what_the_rows_hold_is_shown_with_the_ids(rig: Rig) -> None:
    await rig.says("hello", YOUNG)
    (shown,) = await rig.says("/mydata", YOUNG)
    held = await rig.services.store.held(YOUNG)
    for row in held["messages"]:
        assert str(row["message_id"]) in text_of(shown)
    assert "hello" not in text_of(shown)


async def test_a_refused_batch_is_tried_one_by_one(rig: Rig) -> None:
    await rig.says("hello", YOUNG)
    rig.sandbox.faults.add(Fault("400", method="deleteMessages"))
    await rig.says("/hide", YOUNG)
    assert await left(rig) == [BLAND]
