from __future__ import annotations

import pytest

from bot.charts.cache import ChartCache, ChartError
from bot.handlers import FEATURES, commands
from bot.storage.model import StoreError
from content.model import Audience, Pack
from tests.handlers.rig import MOTHER, YOUNG, Rig, buttons_of, has_number, text_of


async def test_start_asks_three_skippable_questions_and_keeps_the_answers(rig: Rig) -> None:
    (welcome,) = await rig.says("/start")
    assert "start:audience:parent" in buttons_of(welcome)
    await rig.presses("start:audience:parent", welcome)
    await rig.presses("start:age:13-15", rig.last())
    assert "start:country:JP" in buttons_of(rig.last())
    await rig.presses("start:country:JP", rig.last())
    profile = await rig.services.store.profile_of(MOTHER)
    assert profile is not None
    assert (profile.audience, profile.age_band, profile.country) == (Audience.PARENT, "13-15", "JP")


async def test_every_question_of_start_can_be_skipped(rig: Rig) -> None:
    (welcome,) = await rig.says("/start", YOUNG)
    for data in ("start:audience:skip", "start:age:skip", "start:country:skip"):
        await rig.presses(data, rig.last(YOUNG), YOUNG)
    profile = await rig.services.store.profile_of(YOUNG)
    assert profile is not None
    assert (profile.audience, profile.age_band, profile.country) == (None, None, None)
    assert len([m for m in rig.messages(YOUNG).values() if m["from"]["is_bot"]]) == 1, "edited in place"
    assert welcome["message_id"] == rig.last(YOUNG)["message_id"]


async def test_the_language_is_that_of_the_persons_app_and_can_be_changed(rig: Rig) -> None:
    (japanese,) = await rig.says("/settings", MOTHER)
    assert "設定" in text_of(japanese)
    await rig.presses("settings:language:en", japanese)
    assert "Settings" in text_of(rig.last())


@pytest.mark.parametrize("payload", ["t_grooming", "ja_sextortion"])
async def test_a_deep_link_lands_on_its_topic(rig: Rig, pack: Pack, payload: str) -> None:
    (answer,) = await rig.says(f"/start {payload}", YOUNG)
    language, _, topic = payload.partition("_")
    text = pack.topic_text(topic, "ja" if language == "ja" else "en")
    assert text is not None
    assert text[0].title in text_of(answer)


@pytest.mark.parametrize("payload", ["h", "t_helplines", "ja_h"])
async def test_a_deep_link_lands_on_the_helplines(rig: Rig, payload: str) -> None:
    (answer,) = await rig.says(f"/start {payload}", YOUNG)
    assert has_number(text_of(answer))
    assert ("相談" in text_of(answer)) is (payload == "ja_h")


@pytest.mark.parametrize("payload", ["t_no-such-topic", "xx_grooming", "grooming", "t_", "_h", "hello", "t_bot-about"])
async def test_a_deep_link_that_leads_nowhere_gets_the_normal_start(rig: Rig, payload: str) -> None:
    (answer,) = await rig.says(f"/start {payload}", YOUNG)
    assert "start:audience:parent" in buttons_of(answer)


async def test_a_deep_link_to_figures_shows_the_chart(rig: Rig) -> None:
    (answer,) = await rig.says("/start t_stats-total", YOUNG)
    assert "photo" in answer


async def test_a_deep_link_is_followed_when_nothing_can_be_written(rig: Rig) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("the disk is full")

    rig.services.store.save_profile = fail  # type: ignore[method-assign, assignment]
    (answer,) = await rig.says("/start ja_sextortion", YOUNG)
    assert "脅" in text_of(answer)


async def test_a_young_person_is_shown_examples_in_their_own_voice(rig: Rig) -> None:
    (welcome,) = await rig.says("/start", YOUNG)
    for data in ("start:audience:young", "start:age:13-15", "start:country:GB"):
        await rig.presses(data, rig.last(YOUNG), YOUNG)
    assert welcome["message_id"] == rig.last(YOUNG)["message_id"]
    assert "my parents" in text_of(rig.last(YOUNG))
    assert "my son" not in text_of(rig.last(YOUNG))


@pytest.mark.parametrize("command", sorted(commands()))
@pytest.mark.parametrize("person", [MOTHER, YOUNG])
async def test_every_command_answers_in_both_languages(rig: Rig, command: str, person: int) -> None:
    assert await rig.says(f"/{command}", person)


async def test_every_button_under_every_command_answers(rig: Rig) -> None:
    unknown = rig.services.pack.languages["ja"].wording["unknown-button"].replace("**", "")
    for command in commands():
        (*_, first) = await rig.says(f"/{command}")
        for data in buttons_of(first):
            if data.startswith("http"):
                continue
            (*_, message) = await rig.says(f"/{command}")
            await rig.presses(data, message)
            assert text_of(rig.last()) != unknown, data


def test_no_command_and_no_button_prefix_is_used_twice() -> None:
    names = [name for feature in FEATURES for name in feature.commands]
    prefixes = [prefix for feature in FEATURES for prefix in feature.prefixes]
    assert len(names) == len(set(names))
    assert len(prefixes) == len(set(prefixes))


def test_every_command_is_handled_and_described(pack: Pack) -> None:
    for feature in FEATURES:
        assert set(feature.commands) == set(feature.on_command)
        for key in feature.commands.values():
            for language in pack.languages.values():
                assert key in language.wording


async def test_tips_do_not_repeat_until_all_are_through(rig: Rig) -> None:
    shown = []
    (first,) = await rig.says("/tips", YOUNG)
    shown.append(text_of(first))
    for _ in range(10):
        await rig.presses("tips:next:all", rig.last(YOUNG), YOUNG)
        shown.append(text_of(rig.last(YOUNG)))
    assert len(set(shown)) == len(shown)


async def test_a_subscription_is_made_changed_and_ended_with_buttons(rig: Rig) -> None:
    (question,) = await rig.says("/subscribe")
    await rig.presses("subscribe:hour:7", question)
    zone = next(data for data in buttons_of(rig.last()) if data.endswith("Asia/Tokyo"))
    await rig.presses(zone, rig.last())
    kept = await rig.services.store.subscription_of(MOTHER)
    assert kept is not None
    assert (kept.choice.hour, kept.choice.zone, kept.active) == (7, "Asia/Tokyo", True)
    assert kept.next_due is not None
    assert kept.next_due > rig.clock.now()
    await rig.presses("subscribe:stop:all", rig.last())
    ended = await rig.services.store.subscription_of(MOTHER)
    assert ended is None or not ended.active


@pytest.mark.parametrize(
    ("words", "hour", "minute", "zone"),
    [
        ("7:30 London", 7, 30, "Europe/London"),
        ("8pm berlin", 20, 0, "Europe/Berlin"),
        ("19 UTC+9", 19, 0, "Etc/GMT-9"),
        ("７：１５ Asia/Tokyo", 7, 15, "Asia/Tokyo"),
    ],
)
async def test_a_subscription_in_one_line(rig: Rig, words: str, hour: int, minute: int, zone: str) -> None:
    await rig.says(f"/subscribe {words}")
    kept = await rig.services.store.subscription_of(MOTHER)
    assert kept is not None
    assert (kept.choice.hour, kept.choice.minute, kept.choice.zone) == (hour, minute, zone)


@pytest.mark.parametrize("words", ["25:00 London", "soon", "7:30 Lemuria", "13pm Tokyo"])
async def test_a_time_or_place_that_is_none_is_said_and_nothing_is_kept(rig: Rig, words: str) -> None:
    (answer,) = await rig.says(f"/subscribe {words}")
    wrong = words.split(maxsplit=1)[0] if words in {"soon", "25:00 London", "13pm Tokyo"} else "Lemuria"
    assert wrong in text_of(answer)
    assert await rig.services.store.subscription_of(MOTHER) is None


async def test_forget_asks_then_erases_with_a_receipt(rig: Rig) -> None:
    await rig.says("/subscribe 7:30 Tokyo")
    (question,) = await rig.says("/forget")
    assert await rig.services.store.profile_of(MOTHER) is not None
    await rig.presses("forget:yes:all", question)
    assert await rig.services.store.profile_of(MOTHER) is None
    assert await rig.services.store.subscription_of(MOTHER) is None
    assert any(sign.isdigit() for sign in text_of(rig.last()))


async def test_helplines_without_a_country_show_no_countrys_number_but_a_choice(rig: Rig) -> None:
    (answer,) = await rig.says("/helplines", YOUNG)
    assert "helplines:country:JP" in buttons_of(answer)
    assert "110" not in text_of(answer)
    assert has_number(text_of(answer))
    await rig.presses("helplines:country:JP", answer, YOUNG)
    assert "110" in text_of(rig.last(YOUNG))


async def test_a_statistic_is_shown_as_picture_and_as_numbers(rig: Rig) -> None:
    (menu,) = await rig.says("/stats", YOUNG)
    sent = await rig.presses("stats:show:stats-total", menu, YOUNG)
    words = " ".join(text_of(message) for message in sent)
    assert any("photo" in message for message in sent)
    assert "1,813" in words


async def test_charts_are_turned_in_place_and_uploaded_once(rig: Rig) -> None:
    (menu,) = await rig.says("/stats", YOUNG)
    (first,) = await rig.presses("stats:show:stats-total", menu, YOUNG)
    following = buttons_of(first)[1]
    for data in (following, "stats:show:stats-total", following):
        before = rig.last(YOUNG)["photo"]
        assert await rig.presses(data, first, YOUNG) == [], "the same message"
        assert rig.last(YOUNG)["photo"] != before
    key = f"{following.removeprefix('stats:show:')}/en/{rig.services.pack.version}"
    kept = await rig.services.store.picture_file_id(rig.application.bot.id, key)
    assert kept == rig.last(YOUNG)["photo"][-1]["file_id"]


class Late(ChartCache):
    async def png(self, *_: object) -> bytes:
        raise ChartError("the chart is not drawn yet")


async def test_a_chart_that_is_not_drawn_in_time_goes_out_as_numbers(rig: Rig) -> None:
    (menu,) = await rig.says("/stats", YOUNG)
    (chart,) = await rig.presses("stats:show:stats-trend", menu, YOUNG)
    assert "photo" in chart
    await rig.services.charts.close()
    rig.services.charts = Late()
    for message in (menu, chart):
        (sent,) = await rig.presses("stats:show:stats-total", message, YOUNG)
        assert "photo" not in sent
        assert "1,813" in text_of(sent)


async def test_who_runs_the_bot_is_said_when_asked(rig: Rig) -> None:
    rig.services.operator = "the Harbour Trust"
    (answer,) = await rig.says("/about", YOUNG)
    assert "Harbour Trust" in text_of(answer)
    (answer,) = await rig.says("who runs this bot?", YOUNG)
    assert "Harbour Trust" in text_of(answer)
