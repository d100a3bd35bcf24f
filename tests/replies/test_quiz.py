from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies.model import BUTTON_DATA_LIMIT, Button, Reply
from bot.replies.quiz import (
    ROUND,
    SEEDS,
    Choice,
    Place,
    answer_reply,
    choose_round,
    parse_choice,
    parse_place,
    question_reply,
)
from bot.replies.talk import SHOWN, ages_reply, parse_starters, starters_reply
from content.checks.quiz import IDENTIFIER
from content.model import AgeBand, Audience, Pack, QuizWords
from content.profile import Profile
from tests.statistics_pack import base_pack

PACK = base_pack()
LANGUAGES = ("en", "ja")
ENGLISH = Profile(language="en")
ROUNDS = len(PACK.quiz) // ROUND


def data_of(reply: Reply) -> list[str]:
    return [button.data or "" for row in reply.buttons for button in row]


def choice_of(button: Button) -> Choice:
    return parse_choice((button.data or "").removeprefix("quiz:a:"))


def asked(seed: int, number: int = 0, language: str = "en") -> Iterator[tuple[Reply, int]]:
    for position, name in enumerate(choose_round(PACK, language, seed, number)):
        yield question_reply(PACK, Place(seed, number, position), Profile(language=language)), PACK.quiz[name].answer


def reworded(pack: Pack, name: str, words: QuizWords) -> Pack:
    english = pack.languages["en"]
    changed = english.model_copy(update={"quiz": {**english.quiz, name: words}})
    return pack.model_copy(update={"languages": {**pack.languages, "en": changed}})


def without(pack: Pack, name: str) -> Pack:
    languages = {
        code: language.model_copy(update={"quiz": {key: value for key, value in language.quiz.items() if key != name}})
        for code, language in pack.languages.items()
    }
    quiz = {key: value for key, value in pack.quiz.items() if key != name}
    return pack.model_copy(update={"quiz": quiz, "languages": languages})


@given(seed=st.integers(0, SEEDS - 1), language=st.sampled_from(LANGUAGES))
def test_no_question_comes_again_before_all_are_through(seed: int, language: str) -> None:
    rounds = [choose_round(PACK, language, seed, number) for number in range(ROUNDS)]
    shown = [name for names in rounds for name in names]
    assert all(len(names) == ROUND for names in rounds)
    assert sorted(shown) == sorted(PACK.quiz)


def test_another_seed_gives_another_order() -> None:
    assert choose_round(PACK, "en", 1, 0) != choose_round(PACK, "en", 2, 0)


@given(
    seed=st.integers(0, SEEDS - 1),
    number=st.integers(0, 99),
    position=st.integers(0, ROUND - 1),
    option=st.integers(0, 3),
    data=st.data(),
)
def test_a_choice_survives_the_way_through_a_button_of_64_bytes(
    seed: int, number: int, position: int, option: int, data: st.DataObject
) -> None:
    place = Place(seed, number, position, data.draw(st.integers(0, position)))
    choice = Choice(place, option, "a0ff", "q" * IDENTIFIER)
    assert parse_choice(str(choice)) == choice
    assert parse_place(str(place)) == place
    assert len(f"quiz:a:{choice}".encode()) <= BUTTON_DATA_LIMIT


@given(st.text(max_size=40))
def test_data_that_no_button_of_ours_carries_are_refused_or_read_as_a_place_in_a_round(text: str) -> None:
    try:
        place = parse_place(text)
    except ValueError:
        return
    assert 0 <= place.score <= place.position <= ROUND


@pytest.mark.parametrize("text", ["", "7", "7.0.0.0.0.a", "7.0.2.3", "7.0.6.0", "-1.0.0.0", "7.100.0.0", "zz.0.0.0"])
def test_a_place_outside_every_round_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_place(text)


@pytest.mark.parametrize("text", ["7.0.0.0.4.ffff.code", "7.0.0.0.-1.ffff.code", "7.0.0.0.ffff.code", "7.0.0.0"])
def test_a_choice_that_no_question_offers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_choice(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_shows_its_options_with_a_button_each_and_fits_one_message(language: str) -> None:
    for number in range(ROUNDS):
        for reply, _ in asked(11, number, language):
            name = choice_of(reply.buttons[0][0]).question
            words = PACK.languages[language].quiz[name]
            assert words.question in reply.plain
            assert all(option in reply.plain for option in words.options)
            assert [button.label for button in reply.buttons[0]] == list("ABCD"[: len(words.options)])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_right_option_counts_and_every_other_one_is_explained_as_well(language: str) -> None:
    for number in range(ROUNDS):
        for reply, answer in asked(5, number, language):
            for at, button in enumerate(reply.buttons[0]):
                choice = choice_of(button)
                explained = answer_reply(PACK, choice, Profile(language=language))
                words = PACK.languages[language].quiz[choice.question]
                topic = PACK.quiz[choice.question].topic
                place = parse_place(data_of(explained)[-1].removeprefix("quiz:n:"))
                assert place.score == (at == answer)
                assert place.position == choice.place.position + 1
                assert re.search(rf"✅ {'ABCD'[answer]} +{re.escape(words.options[answer])}", explained.plain)
                assert data_of(explained)[0] == f"quiz:t:{topic}"
                assert "{" not in explained.plain, "every figure is worded"
                assert words.explanation.split("{")[0].strip() in explained.plain


def test_a_figure_in_an_explanation_is_shown_with_year_and_scope() -> None:
    name, words = next((name, words) for name, words in PACK.languages["en"].quiz.items() if "{" in words.explanation)
    seed, position = next(
        (seed, names.index(name)) for seed in range(100) if name in (names := choose_round(PACK, "en", seed, 0))
    )
    reply = question_reply(PACK, Place(seed, 0, position), ENGLISH)
    explained = answer_reply(PACK, choice_of(reply.buttons[0][0]), ENGLISH)
    assert words.question in explained.plain
    assert "2023" in explained.plain
    assert "Internet Watch Foundation" in explained.plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_end_of_a_round_is_worded_kindly_and_offers_help(language: str) -> None:
    ends = [question_reply(PACK, Place(3, 0, ROUND, score), Profile(language=language)) for score in range(ROUND + 1)]
    assert len({end.plain for end in ends}) == ROUND + 1
    for end in ends:
        assert "helplines:show:all" in data_of(end)
        assert data_of(end)[0] == f"quiz:n:{Place(3, 1)}"
        assert not re.search(r"wrong|fail|bad|間違い|残念", end.plain)


def test_a_question_that_was_reworded_since_is_asked_again_and_not_judged() -> None:
    reply, _ = next(asked(9))
    choice = choice_of(reply.buttons[0][0])
    old = PACK.languages["en"].quiz[choice.question]
    pack = reworded(PACK, choice.question, old.model_copy(update={"options": old.options[::-1]}))
    again = answer_reply(pack, choice, ENGLISH)
    assert "renewed" in again.plain
    assert choice_of(again.buttons[0][0]).place == choice.place
    assert choice_of(again.buttons[0][0]).stamp != choice.stamp


def test_an_answer_counts_for_a_reader_of_another_language_too() -> None:
    reply, answer = next(asked(9, language="ja"))
    choice = choice_of(reply.buttons[0][answer])
    explained = answer_reply(PACK, choice, ENGLISH)
    assert PACK.languages["en"].quiz[choice.question].question in explained.plain
    assert data_of(explained)[-1] == f"quiz:n:{Place(9, 0, 1, 1)}"


def test_a_better_explanation_does_not_make_a_button_old() -> None:
    reply, answer = next(asked(9))
    choice = choice_of(reply.buttons[0][answer])
    old = PACK.languages["en"].quiz[choice.question]
    pack = reworded(PACK, choice.question, old.model_copy(update={"explanation": "Said better."}))
    assert "Said better." in answer_reply(pack, choice, ENGLISH).plain


def test_a_question_that_was_taken_out_gives_its_place_to_one_of_today() -> None:
    reply, _ = next(asked(9))
    choice = choice_of(reply.buttons[0][0])
    again = answer_reply(without(PACK, choice.question), choice, ENGLISH)
    assert "renewed" in again.plain
    assert choice_of(again.buttons[0][0]).question != choice.question


def test_a_pack_with_three_questions_makes_rounds_of_three() -> None:
    pack = PACK
    for name in list(PACK.quiz)[3:]:
        pack = without(pack, name)
    assert len(choose_round(pack, "en", 1, 7)) == 3
    assert "1 of 3" in question_reply(pack, Place(1, 0, 3, 1), ENGLISH).plain


def test_a_pack_without_questions_says_so_and_shows_the_topics() -> None:
    reply = question_reply(PACK.model_copy(update={"quiz": {}}), Place(1), ENGLISH)
    assert data_of(reply) == ["topics:menu:all"]


def test_a_language_without_a_quiz_is_asked_in_english() -> None:
    japanese = PACK.languages["ja"].model_copy(update={"quiz": {}})
    pack = PACK.model_copy(update={"languages": {**PACK.languages, "ja": japanese}})
    reply = question_reply(pack, Place(1), Profile(language="ja"))
    assert PACK.languages["en"].quiz[choice_of(reply.buttons[0][0]).question].question in reply.plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("band", AgeBand)
def test_other_starters_come_until_all_were_shown(language: str, band: AgeBand) -> None:
    texts = PACK.languages[language].starters[band]
    profile = Profile(language=language)
    seen: set[str] = set()
    first = 7
    for _ in range(len(texts) // SHOWN + 1):
        reply = starters_reply(PACK, band, first, profile)
        shown = {text for text in texts if text in reply.plain}
        assert len(shown) == SHOWN
        seen |= shown
        again, first = parse_starters(data_of(reply)[0].removeprefix("talk:show:"))
        assert again is band
    assert seen == set(texts)


def test_a_young_person_is_told_how_to_use_starters_in_their_own_voice() -> None:
    young = starters_reply(PACK, AgeBand.FROM_13, 0, Profile(audience=Audience.YOUNG))
    parent = starters_reply(PACK, AgeBand.FROM_13, 0, Profile(audience=Audience.PARENT))
    assert "friends" in young.plain
    assert young.plain != parent.plain


def test_every_age_can_be_chosen() -> None:
    assert data_of(ages_reply(PACK, ENGLISH)) == [f"talk:age:{band}" for band in AgeBand]


@pytest.mark.parametrize("text", ["13-15", "13-15.", "13-15.x", "13-15.-1", "19.0", ""])
def test_starters_of_no_age_or_number_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_starters(text)


def test_an_age_without_starters_says_so_and_shows_the_topics() -> None:
    languages = {code: one.model_copy(update={"starters": {}}) for code, one in PACK.languages.items()}
    reply = starters_reply(PACK.model_copy(update={"languages": languages}), AgeBand.FROM_16, 0, ENGLISH)
    assert data_of(reply) == ["topics:menu:all"]
