"""The wish for tips: every part changed in a tap, undone in a tap, in any chat, by whoever may."""

from __future__ import annotations

import logging
from datetime import date, time, timedelta
from typing import Any

import pytest

from bot.handlers.far import CHANNEL
from bot.sandbox.world import Chat
from bot.storage.model import ChatKind, Days, Quiet, SubscriptionChoice
from content.model import AgeBand
from tests.handlers.rig import GROUP, MOTHER, TEACHER, YOUNG, Rig, buttons_of, text_of

CHANNEL_ID = -1001234567890
LONGEST_ZONE = "America/Argentina/ComodRivadavia"


async def choice_of(rig: Rig, chat_id: int = MOTHER) -> SubscriptionChoice:
    kept = await rig.services.store.subscription_of(chat_id)
    assert kept is not None
    assert kept.active
    return kept.choice


async def press(rig: Rig, data: str, person: int = MOTHER) -> list[str]:
    """Press a button that stands under the last message, and return those that stand there afterwards."""
    last = rig.last(person)
    assert data in buttons_of(last)
    await rig.presses(data, last, person)
    assert rig.last(person)["message_id"] == last["message_id"], "changed in place"
    return buttons_of(rig.last(person))


@pytest.mark.parametrize(
    ("way", "part", "value"),
    [
        (["subscribe:page:time", "subscribe:set:at.2130"], "hour", 21),
        (["subscribe:page:time", "subscribe:set:at.0740"], "minute", 40),
        (["subscribe:page:days", "subscribe:set:days.weekdays"], "days", Days.WEEKDAYS),
        (["subscribe:page:days", "subscribe:set:days.6"], "weekday", 6),
        (["subscribe:page:quiet", "subscribe:set:quiet.2200-0700"], "quiet", Quiet(time(22), time(7))),
        (
            ["subscribe:page:quiet", "subscribe:quiet:20", "subscribe:set:quiet.2000-0600"],
            "quiet",
            Quiet(time(20), time(6)),
        ),
        (["subscribe:page:pause", "subscribe:set:pause.2026-11-30"], "paused_until", date(2026, 11, 30)),
        (
            [
                "subscribe:page:pause",
                "subscribe:month:2026-11",
                "subscribe:month:2026-12",
                "subscribe:set:pause.2026-12-24",
            ],
            "paused_until",
            date(2026, 12, 24),
        ),
        (["subscribe:set:pictures.on"], "pictures", True),
        (["subscribe:zones:07:30", "subscribe:clock:07:30", "subscribe:zone:07:30.Etc/GMT-9"], "zone", "Etc/GMT-9"),
    ],
)  # fmt: skip
async def test_each_part_is_changed_in_place_and_undone_with_one_tap(
    rig: Rig, way: list[str], part: str, value: object
) -> None:
    await rig.says("/subscribe 7:30 London")
    before = await choice_of(rig)
    for data in way:
        buttons = await press(rig, data)
    assert getattr(await choice_of(rig), part) == value
    await press(rig, buttons[0])
    assert await choice_of(rig) == before


async def test_no_tip_comes_during_a_pause_and_the_next_one_on_its_last_day(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 London")
    await press(rig, "subscribe:page:pause")
    await press(rig, "subscribe:set:pause.2026-12-07")
    kept = await rig.services.store.subscription_of(MOTHER)
    assert kept is not None
    assert kept.due is not None
    assert kept.due.local_date == date(2026, 12, 7)
    assert "2026-12-07" in text_of(rig.last())
    await press(rig, "subscribe:page:pause")
    await press(rig, "subscribe:set:pause.off")
    kept = await rig.services.store.subscription_of(MOTHER)
    assert kept is not None
    assert kept.due is not None
    assert kept.due.local_date == date(2026, 11, 24)


async def test_topics_are_left_out_and_taken_back_on_their_page(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 London")
    buttons = await press(rig, "subscribe:topics:0")
    first, second = [data for data in buttons if data.startswith("subscribe:toggle:")][:2]
    await press(rig, first)
    await press(rig, second)
    assert (await choice_of(rig)).excluded == {first.rpartition(":")[2], second.rpartition(":")[2]}
    await press(rig, first)
    assert (await choice_of(rig)).excluded == {second.rpartition(":")[2]}
    buttons = await press(rig, "subscribe:topics:12")
    later = next(data for data in buttons if data.startswith("subscribe:toggle:"))
    assert later in await press(rig, later), "the page stays where it is"


async def test_the_age_is_changed_and_undone_from_the_same_place(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 London")
    await press(rig, "subscribe:page:age")
    buttons = await press(rig, "subscribe:age:13-15")
    profile = await rig.services.store.profile_of(MOTHER)
    assert profile is not None
    assert profile.age_band is AgeBand.FROM_13
    await press(rig, buttons[0])
    profile = await rig.services.store.profile_of(MOTHER)
    assert profile is not None
    assert profile.age_band is None


async def test_who_stopped_by_mistake_gets_everything_back_as_it_was(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 London")
    await press(rig, "subscribe:page:days")
    await press(rig, "subscribe:set:days.weekdays")
    before = await choice_of(rig)
    await press(rig, "subscribe:stop:all")
    kept = await rig.services.store.subscription_of(MOTHER)
    assert kept is not None
    assert not kept.active
    await press(rig, "subscribe:resume:all")
    assert await choice_of(rig) == before


async def test_a_button_of_a_page_whose_subscription_ended_asks_anew(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 London")
    await press(rig, "subscribe:page:days")
    page = rig.last()
    await rig.says("/unsubscribe")
    await rig.presses("subscribe:set:days.weekdays", page)
    assert "subscribe:hour:7" in buttons_of(rig.messages(MOTHER)[page["message_id"]])
    kept = await rig.services.store.subscription_of(MOTHER)
    assert kept is not None
    assert not kept.active


@pytest.mark.parametrize(
    ("words", "zone"),
    [("大阪", "Asia/Tokyo"), ("münchen", "Europe/Berlin"), ("ミュンヘン", "Europe/Berlin"), ("서울", "Asia/Seoul")],
)
async def test_a_city_is_written_as_a_reply_in_any_language(rig: Rig, words: str, zone: str) -> None:
    (question,) = await rig.says("/subscribe")
    await rig.presses("subscribe:hour:7", question)
    (asked,) = await rig.presses("subscribe:city:7", rig.last()) or [rig.last()]
    rig.people.say(MOTHER, words, reply_to=asked["message_id"])
    await rig.deliver()
    choice = await choice_of(rig)
    assert (choice.hour, choice.zone) == (7, zone)


async def test_of_several_cities_of_one_name_the_person_chooses(rig: Rig) -> None:
    await rig.says("/subscribe 7:15 Portland")
    assert await rig.services.store.subscription_of(MOTHER) is None
    found = [data for data in buttons_of(rig.last()) if data.startswith("subscribe:zone:")]
    assert found == ["subscribe:zone:7:15.America/Los_Angeles", "subscribe:zone:7:15.America/New_York"]
    await press(rig, found[1])
    assert (await choice_of(rig)).zone == "America/New_York"


async def test_a_reply_to_the_question_for_a_city_that_cannot_wait_is_answered_as_such(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 London")
    await press(rig, "subscribe:zones:07:30")
    await rig.presses("subscribe:city:07:30", rig.last())
    rig.people.say(MOTHER, "someone threatens to post naked pictures of my daughter", reply_to=rig.last()["message_id"])
    await rig.deliver()
    assert any(data.startswith("emergency:") for data in buttons_of(rig.last()))


async def test_an_unknown_city_is_said_and_nothing_changes(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 London")
    await press(rig, "subscribe:zones:07:30")
    await rig.presses("subscribe:city:07:30", rig.last())
    rig.people.say(MOTHER, "Lemuria", reply_to=rig.last()["message_id"])
    await rig.deliver()
    assert "Lemuria" in text_of(rig.last())
    assert (await choice_of(rig)).zone == "Europe/London"


async def test_of_a_shared_location_only_the_zone_is_kept(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await rig.says("/subscribe 7:30 Tokyo", YOUNG)
    await press(rig, "subscribe:zones:07:30", YOUNG)
    await rig.presses("subscribe:place:07:30", rig.last(YOUNG), YOUNG)
    assert _keyboard(rig, YOUNG)[0][0]["request_location"] is True
    rig.people.send(YOUNG, "location")
    await rig.deliver()
    assert (await choice_of(rig, YOUNG)).zone == "Europe/London"
    held = str(await rig.services.store.held(YOUNG))
    assert "51.5" not in held
    assert "51.5" not in caplog.text
    assert "-0.12" not in held + caplog.text


async def test_a_location_before_any_subscription_leads_to_the_hour_alone(rig: Rig) -> None:
    rig.people.send(YOUNG, "location")
    await rig.deliver()
    await press(rig, "subscribe:hour:7.Europe/London", YOUNG)
    assert (await choice_of(rig, YOUNG)).zone == "Europe/London"


def _keyboard(rig: Rig, chat_id: int) -> list[list[dict[str, Any]]]:
    keyboard = rig.sandbox.world.chats[chat_id].keyboard
    assert keyboard is not None
    return list(keyboard["keyboard"])


async def share(rig: Rig, chat_id: int, person: int = MOTHER) -> None:
    """Choose a chat in Telegram's own list, as the button for it does."""
    rig.people.share_chat(person, chat_id, request_id=CHANNEL)
    await rig.deliver()


def add_channel(rig: Rig) -> None:
    rig.sandbox.world.chats[CHANNEL_ID] = Chat(
        CHANNEL_ID, "channel", "School *news*", people=[MOTHER, YOUNG], administrators=[MOTHER]
    )


async def test_a_channel_gets_its_tips_from_an_administrators_private_chat(rig: Rig) -> None:
    add_channel(rig)
    await rig.says("/subscribe")
    await rig.presses("far:choose:all", rig.last())
    wanted = _keyboard(rig, MOTHER)[0][0]["request_chat"]
    assert wanted["chat_is_channel"] is True
    assert wanted["bot_administrator_rights"]["can_post_messages"] is True
    await share(rig, CHANNEL_ID)
    door = f"far:{CHANNEL_ID}"
    await press(rig, f"{door}:hour:8")
    await press(rig, next(data for data in buttons_of(rig.last()) if data.endswith("Europe/London")))
    assert "School" in text_of(rig.last())
    await press(rig, f"{door}:page:days")
    await press(rig, f"{door}:set:days.1")
    await press(rig, f"{door}:language:ja")
    choice = await choice_of(rig, CHANNEL_ID)
    assert (choice.hour, choice.zone, choice.weekday) == (8, "Europe/London", 1)
    chat = await rig.services.store.chat_of(CHANNEL_ID)
    assert chat is not None
    assert (chat.kind, chat.profile.language) == (ChatKind.CHANNEL, "ja")
    assert await rig.services.store.subscription_of(MOTHER) is None
    assert "📣" not in text_of(rig.last())


async def test_the_city_of_a_channel_is_asked_for_in_the_private_chat_too(rig: Rig) -> None:
    add_channel(rig)
    await share(rig, CHANNEL_ID)
    await press(rig, f"far:{CHANNEL_ID}:hour:8")
    await rig.presses(f"far:{CHANNEL_ID}:city:8", rig.last())
    rig.people.say(MOTHER, "Osaka", reply_to=rig.last()["message_id"])
    await rig.deliver()
    assert (await choice_of(rig, CHANNEL_ID)).zone == "Asia/Tokyo"


async def test_who_is_no_administrator_changes_nothing_even_with_old_buttons(rig: Rig) -> None:
    add_channel(rig)
    await share(rig, CHANNEL_ID, YOUNG)
    assert buttons_of(rig.last(YOUNG)) == []
    await share(rig, CHANNEL_ID)
    question = rig.last()
    rig.sandbox.world.chats[CHANNEL_ID].administrators = []
    await rig.presses(f"far:{CHANNEL_ID}:hour:8.Europe/London", question)
    assert await rig.services.store.subscription_of(CHANNEL_ID) is None


async def test_whoever_adds_the_bot_to_a_channel_is_led_to_its_tips(rig: Rig) -> None:
    add_channel(rig)
    await rig.says("/start")
    rig.sandbox.world.chats[CHANNEL_ID].member = False
    rig.people.invite_bot(MOTHER, CHANNEL_ID)
    await rig.deliver()
    assert buttons_of(rig.last()) == [f"far:{CHANNEL_ID}:show:all"]


async def test_in_a_group_only_administrators_change_the_tips(rig: Rig) -> None:
    await rig.says("/subscribe@mamori_bot 7:30 Tokyo", MOTHER, GROUP)
    assert await rig.services.store.subscription_of(GROUP) is None
    await rig.says("/subscribe@mamori_bot 7:30 Tokyo", TEACHER, GROUP)
    panel = rig.last(GROUP)
    await rig.presses("subscribe:page:days", panel, MOTHER)
    assert "subscribe:page:days" in buttons_of(rig.last(GROUP))
    await rig.presses("subscribe:page:days", panel, TEACHER)
    await rig.presses("subscribe:set:days.weekdays", rig.last(GROUP), TEACHER)
    assert (await choice_of(rig, GROUP)).days is Days.WEEKDAYS
    assert "subscribe:place:07:30" not in buttons_of(rig.last(GROUP))


async def test_every_button_of_every_page_fits_into_telegrams_64_bytes(rig: Rig) -> None:
    add_channel(rig)
    await share(rig, CHANNEL_ID)
    door = f"far:{CHANNEL_ID}"
    store, now = rig.services.store, rig.clock.now()
    await rig.presses(f"{door}:hour:20.{LONGEST_ZONE}", rig.last())
    kept = await store.subscription_of(CHANNEL_ID)
    assert kept is not None
    assert kept.choice.zone == LONGEST_ZONE
    seen: set[str] = set()
    waiting = [f"{door}:show:all"]
    panel = rig.last()
    while waiting:
        data = waiting.pop()
        await rig.presses(data, panel)  # the local Bot API refuses what is longer
        found = [entry for entry in buttons_of(rig.messages(MOTHER)[panel["message_id"]]) if entry not in seen]
        assert all(len(entry.encode()) <= 64 for entry in found)
        # One button of a kind is enough.
        kinds = {entry.split(":")[2] + entry.split(":")[3].split(".")[0]: entry for entry in found}
        seen.update(found)
        waiting += [entry for key, entry in kinds.items() if not key.startswith(("city", "stop", "toggle", "month"))]
    assert any(".America/Argentina" in entry for entry in seen)
    assert now + timedelta(days=2) > rig.clock.now()
