"""A question in another language: answered in the best there is, with a line in the asker's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.handlers.menu import set_up_menu
from bot.replies.emergency import prepare_fallback
from bot.sandbox.world import Person
from bot.storage.model import ChatKind
from content.load import BASE_PACK, load_pack
from content.model import Pack
from content.profile import Profile
from tests.handlers.rig import GROUP, MOTHER, YOUNG, Rig, buttons_of, has_number, text_of
from tests.understanding.test_spoken import SAID

ASKER = 71010
URGENT = {
    "ko": "돈을 안 주면 내 알몸 사진을 퍼뜨리겠다고 협박해요",
    "zh": "有人威胁我不给钱就公开我的裸照",
    "fr": "il menace de publier mes photos nues si je ne paie pas",
}


def line_of(pack: Pack, code: str, language: str = "en") -> str:
    return pack.askers[code].line.format(language=pack.languages[language].name)


@pytest.mark.parametrize("code", sorted(SAID))
async def test_an_answer_in_another_language_begins_with_a_line_in_the_askers(rig: Rig, pack: Pack, code: str) -> None:
    rig.sandbox.world.add_person(Person(ASKER, "Kim", "en", "Europe/London"))
    (answer, *_) = await rig.says(SAID[code], ASKER)
    first = text_of(answer).split("\n")[0]
    known = code in pack.languages
    assert (first == line_of(pack, code)) is not known
    if code not in pack.languages:
        assert first.endswith(("English", "English.", "English。"))
    elif code != "en":
        assert first == pack.languages[code].wording["as-you-wrote"]


@pytest.mark.parametrize("code", sorted(URGENT))
async def test_an_emergency_in_another_language_says_so_below_the_helplines(rig: Rig, pack: Pack, code: str) -> None:
    (answer, *_) = await rig.says(URGENT[code], YOUNG)
    assert text_of(answer).endswith(f"\n\n{line_of(pack, code)}")
    assert any(data.startswith("emergency:") for data in buttons_of(answer))
    assert has_number(text_of(answer))


async def test_whoever_writes_in_a_language_of_the_pack_reads_it_from_then_on(rig: Rig, pack: Pack) -> None:
    (answer, *_) = await rig.says("what is grooming", MOTHER)
    assert text_of(answer).startswith("You wrote in English")
    await rig.presses("topic:now:grooming", answer, MOTHER)
    assert "What to do now" in text_of(rig.last(MOTHER)), "the buttons speak the same language"
    (again, *_) = await rig.says("what is sextortion", MOTHER)
    assert not text_of(again).startswith("You wrote"), "said once"
    (back, *_) = await rig.says("グルーミングとは何ですか", MOTHER)
    assert text_of(back).startswith(pack.languages["ja"].wording["as-you-wrote"])


async def test_nothing_stands_before_the_first_calm_sentence_of_an_emergency(rig: Rig, pack: Pack) -> None:
    (answer, *_) = await rig.says("he says he will send my nudes to everyone unless i pay", MOTHER)
    first, *_, last = text_of(answer).split("\n")
    assert pack.languages["en"].topics["sextortion"].first.startswith(first)
    assert last == pack.languages["en"].wording["as-you-wrote"]


async def test_a_language_without_answers_is_answered_in_the_readers_own_not_in_the_one_last_written(
    rig: Rig, pack: Pack
) -> None:
    (spanish, *_) = await rig.says("¿qué es el grooming?", MOTHER)
    assert pack.languages["es"].topics["grooming"].title in text_of(spanish)
    (german, *_) = await rig.says("Wie erkenne ich Cybergrooming?", MOTHER)
    assert text_of(german).startswith(line_of(pack, "de", "ja"))
    assert pack.languages["ja"].topics["grooming"].title in text_of(german)
    await rig.services.store.save_profile(YOUNG, Profile(language="es"), ChatKind.PRIVATE, rig.clock.now())
    await rig.says("what is grooming", YOUNG)
    (chosen, *_) = await rig.says("Czym jest grooming?", YOUNG)
    assert text_of(chosen).startswith(line_of(pack, "pl", "es"))


async def test_the_language_of_a_question_is_stored_nowhere(rig: Rig) -> None:
    await rig.says("what is grooming", MOTHER)
    assert await rig.services.store.profile_of(MOTHER) is None


async def test_a_word_that_tells_no_language_changes_nothing(rig: Rig, pack: Pack) -> None:
    (answer, *_) = await rig.says("grooming", MOTHER)
    assert pack.languages["ja"].topics["grooming"].title in text_of(answer)


async def test_the_language_of_the_app_speaks_for_words_that_tell_none(rig: Rig, pack: Pack) -> None:
    rig.sandbox.world.add_person(Person(ASKER, "Anke", "de", "Europe/Berlin"))
    (welcome,) = await rig.says("/start", ASKER)
    assert text_of(welcome).startswith(line_of(pack, "de"))
    (answer, *_) = await rig.says("sextortion", ASKER)
    assert text_of(answer).startswith(line_of(pack, "de"))
    (english, *_) = await rig.says("what is grooming", ASKER)
    assert "Deutsch" not in text_of(english)


async def test_in_a_group_one_persons_language_is_not_taken_for_all(rig: Rig, pack: Pack) -> None:
    username = rig.sandbox.world.bot["username"]
    (answer, *_) = await rig.says(f"@{username} グルーミングとは何ですか", YOUNG, GROUP)
    assert pack.languages["ja"].topics["grooming"].title in text_of(answer)
    (tip, *_) = await rig.says("/helplines", YOUNG, GROUP)
    assert text_of(tip).isascii() or "緊急" not in text_of(tip)


async def test_a_language_is_added_by_a_folder_alone(rig: Rig, pack: Pack, tmp_path: Path) -> None:
    shutil.copytree(BASE_PACK / "es", tmp_path / "ko")
    (tmp_path / "ko" / "language.yaml").write_text("name: 한국어\ncomplete: false\n", "utf-8")
    wording = (tmp_path / "ko" / "wording.yaml").read_text("utf-8")
    wording = wording.replace("Hola, soy Mamori", "안녕하세요, 마모리입니다").replace("Empezar de nuevo", "다시 시작")
    (tmp_path / "ko" / "wording.yaml").write_text(wording, "utf-8")
    grown = load_pack([tmp_path])
    assert set(grown.languages) == {*pack.languages, "ko"}
    rig.services.use(grown, rig.services.understander, prepare_fallback(grown, rig.clock.now()))
    rig.sandbox.world.add_person(Person(ASKER, "Kim", "ko", "Asia/Seoul"))
    (welcome,) = await rig.says("/start", ASKER)
    assert text_of(welcome).startswith("안녕하세요, 마모리입니다")
    (settings,) = await rig.says("/settings", ASKER)
    assert "settings:language:ko" in buttons_of(settings)
    (answer, *_) = await rig.says(URGENT["ko"], YOUNG)
    assert not text_of(answer).startswith(pack.askers["ko"].line[:8]), "no line: there are answers in Korean now"
    assert "emergency:me:sextortion" in buttons_of(answer)
    (followed,) = await rig.says("/start ko_sextortion", MOTHER)
    assert grown.languages["ko"].topics["sextortion"].title in text_of(followed)
    changes = await set_up_menu(rig.application.bot, grown)
    assert "description ko" in changes.made
    listed = await rig.application.bot.get_my_commands(language_code="ko")
    assert listed, "Telegram shows the commands in Korean"
