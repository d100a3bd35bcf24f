from __future__ import annotations

from pathlib import Path

from content.lexicon import fold, load_lexicon
from tests.statistics_pack import base_lexicon, base_pack


def found(text: str) -> list[tuple[str, str]]:
    return [(one.slot, one.id) for one in base_lexicon().find(fold(text)) if one.slot != "counting"]


def test_the_longest_phrase_at_a_place_wins() -> None:
    assert found("junior high school") == [("measures", "school-junior-high")]
    assert found("high school") == [("measures", "school-high")]


def test_a_latin_phrase_is_found_as_a_word_and_not_within_one() -> None:
    assert found("grapes") == []
    assert found("rapes") == [("measures", "crime-rape")]
    assert found("murderers!") == [("measures", "crime-murder")]


def test_a_phrase_of_a_script_without_spaces_is_found_anywhere() -> None:
    assert found("去年誘拐された") == [("relative", "relative"), ("measures", "crime-abduction")]


def test_a_latin_phrase_of_a_japanese_list_counts_only_in_a_text_of_that_script() -> None:
    assert ("measures", "platform-twitter") in found("インスタとXどっち")
    assert found("x siento tanto") == []


def test_width_case_accents_and_hyphens_do_not_matter() -> None:
    assert fold("ＴＷＩＴＴＥＲ") == "twitter"
    assert found("Junior-High") == found("junior high")
    assert ("countries", "MX") in found("MÉXICO")


def test_what_an_editor_wrote_wrong_is_a_fault_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "questions" / "en"
    folder.mkdir(parents=True)
    (folder / "slots.yaml").write_text("measures:\n  unheard-of: [word]\n  victims: word\nanything: [x]\n")
    faults = load_lexicon([tmp_path], base_pack()).faults
    assert [(fault.line, fault.message) for fault in faults] == [
        (2, "the pack has no figures for 'unheard-of' (measures)"),
        (3, "'victims' needs a list of phrases"),
        (4, "'anything' is no slot with such an entry"),
    ]


def test_an_overlay_adds_phrases(tmp_path: Path) -> None:
    folder = tmp_path / "questions" / "en"
    folder.mkdir(parents=True)
    (folder / "slots.yaml").write_text("measures:\n  crime-abduction: [spirited off]\n")
    lexicon = load_lexicon([tmp_path], base_pack())
    assert [one.id for one in lexicon.find("spirited off")] == ["crime-abduction"]


def test_plain_words_hide_no_other_phrase() -> None:
    text = fold("how many children were victims of child pornography")
    assert found(text) == [("questions", "number"), ("victims", "victims"), ("measures", "crime-porn")]
    assert [one.slot for one in base_lexicon().find_plain(text)][:2] == ["heads", "children"]
