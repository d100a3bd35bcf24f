from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.normalise import HEAD, TAIL, Normaliser, clip, plain
from bot.understanding.sentences import STRETCH, sentences

WORDS = {"blackmailed": 9, "pictures": 8, "niece": 5, "nice": 9, "harm": 7, "self": 9, "help": 9, "daughter": 20}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＨＥＬＰ　ＭＥ", "help me"),
        ("he\u200blp\u2060 me\ufeff", "help me"),
        ("\u202ehelp\u202c", "help"),
        ("heeeeelp meee!!!!", "heelp mee!"),
        ("h\u0301\u0301\u0301\u0301elp", "h\u0301elp"),
        ("help help help help help", "help help"),
        ("しにたいしにたいしにたいしにたい", "しにたい しにたい"),
        ("ｼﾆﾀｲ", "シニタイ"),
        ("s\u0435xtortion", "sextortion"),
        ("see https://example.org/x?y=1 now", "see now"),
        ("||spoiler||", "|spoiler|"),
    ],
)
def test_what_reads_the_same_is_brought_to_one_form(written: str, read: str) -> None:
    assert plain(written) == read


def test_a_word_of_another_alphabet_stays_as_it_is() -> None:
    assert plain("помогите") == "помогите"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("s3lf h@rm", "self harm"),
        ("h3lp!", "help!"),
        ("ps5 mp3 win10", "ps5 mp3 win10"),
        ("blakmailed wiht pictrues", "blackmailed wiht pictures"),
        ("my neice", "my niece"),
    ],
)
def test_disguised_and_misspelt_words_are_read_as_words_of_the_bank(written: str, read: str) -> None:
    assert Normaliser({}, WORDS, lambda word: word in {"wiht", "my"})(written) == read


def test_a_text_of_unknown_words_is_of_another_language_and_is_not_corrected() -> None:
    assert Normaliser({}, WORDS)("halp dauhter pictares") == "halp dauhter pictares"


def test_of_two_words_of_slang_at_one_place_the_longer_is_read() -> None:
    normalise = Normaliser({"sd": "support dating", "sdに": "to a patron", "sd cards": "memory", "に": "to"})
    assert normalise("sdに") == "to a patron"
    assert normalise("sd cards, sd") == "memory, support dating"
    assert normalise("xsd に") == "xsd to"


def test_slang_is_replaced_as_whole_words_and_anywhere_in_scripts_without_spaces() -> None:
    normalise = Normaliser({"kms": "kill myself", "タヒ": "死", "垢抜け": "垢抜け", "垢": "アカウント"})
    assert normalise("KMS tonight, 20kmsx") == "kill myself tonight, 20kmsx"
    assert normalise("タヒにたい 裏垢 垢抜け") == "死にたい 裏アカウント 垢抜け"


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = " ".join(f"word{number}" for number in range(5000))
    short = clip(text)
    assert len(short) <= HEAD + TAIL + 1
    assert short.startswith("word0 word1 ")
    assert short.endswith(" word4999")


def test_sentences_are_parted_in_every_script() -> None:
    text = "1,813 in 2017! she's gone.\nwhere?助けて。どこ?今すぐ / since 4"
    assert sentences(text) == ("1,813 in 2017!", "she's gone.", "where?", "助けて。", "どこ?", "今すぐ", "since 4")


def test_every_sentence_of_a_text_of_any_length_is_read() -> None:
    normalise = Normaliser()
    for count in (100, 5_000):
        seats = [f"row {n // 100}, seat {n % 100}." for n in range(count)]
        whole, found = normalise.read(" ".join(seats))
        assert whole == normalise(" ".join(seats))
        assert set(seats) <= set(found)


def test_text_without_full_stops_is_read_in_stretches_that_hold_every_row_of_words() -> None:
    words = [f"word{n}" for n in range(200)]
    latin, japanese = sentences(" ".join(words)), sentences("".join(chr(0x4E00 + n) for n in range(300)))
    for start in range(195):
        assert any(" ".join(words[start : start + 5]) in stretch for stretch in latin)
    for start in range(285):
        assert any("".join(chr(0x4E00 + n) for n in range(start, start + 15)) in stretch for stretch in japanese)
    assert max(map(len, latin)) < 2 * STRETCH


def test_sentences_as_long_as_those_of_the_bank_stay_whole() -> None:
    assert len(sentences("a word " * 25)) == len(sentences("あ" * 90)) == 1


@given(st.text())
def test_any_text_is_normalised_to_a_short_text_that_normalises_to_itself_in_form(text: str) -> None:
    read = Normaliser({}, WORDS)(text)
    assert len(read) <= HEAD + TAIL + 1
    assert "\u200b" not in read


@pytest.mark.parametrize(
    "text", ["help " * 20000, "a" * 100_000, "ab!" * 33_000, "\u0301" * 100_000, "@1" * 50_000, "aA1 " * 25_000]
)
def test_a_text_of_100_kb_is_read_in_bounded_time(text: str) -> None:
    begun = time.process_time()
    Normaliser({"kms": "kill myself"}, WORDS)(text)
    assert time.process_time() - begun < 1.0
