from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from content.coverage import State, check_coverage, coverage, coverage_table
from content.load import load_pack, load_with_faults
from content.model import Pack

TODAY = date(2026, 11, 23)


def with_review(pack: Pack, language: str, topic: str, day: date | None) -> Pack:
    texts = dict(pack.languages[language].topics)
    if day is None:
        del texts[topic]
    else:
        texts[topic] = texts[topic].model_copy(update={"reviewed": day})
    changed = pack.languages[language].model_copy(update={"topics": texts})
    return pack.model_copy(update={"languages": {**pack.languages, language: changed}})


@pytest.fixture(scope="module")
def pack() -> Pack:
    pack = load_pack()
    day = pack.languages["en"].topics["grooming"].reviewed
    return with_review(pack, "ja", "grooming", day)


def test_texts_reviewed_on_the_same_day_are_in_date(pack: Pack) -> None:
    assert coverage(pack)["grooming"] == dict.fromkeys(pack.languages, State.IN_DATE)


@pytest.mark.parametrize(("changed", "left"), [("en", "ja"), ("ja", "en")])
def test_a_review_in_one_language_outdates_the_other(pack: Pack, changed: str, left: str) -> None:
    day = pack.languages[left].topics["grooming"].reviewed + timedelta(days=1)
    states = coverage(with_review(pack, changed, "grooming", day))["grooming"]
    assert states[changed] is State.IN_DATE
    assert states[left] is State.OUTDATED


def test_a_language_that_is_not_complete_outdates_no_other_and_is_outdated_by_them(pack: Pack) -> None:
    day = pack.languages["en"].topics["grooming"].reviewed
    later = coverage(with_review(pack, "es", "grooming", day + timedelta(days=1)))["grooming"]
    assert later == dict.fromkeys(pack.languages, State.IN_DATE)
    earlier = coverage(with_review(pack, "es", "grooming", day - timedelta(days=1)))["grooming"]
    assert earlier == {"en": State.IN_DATE, "es": State.OUTDATED, "ja": State.IN_DATE}


def test_a_topic_without_text_is_missing_in_that_language_only(pack: Pack) -> None:
    states = coverage(with_review(pack, "ja", "grooming", None))["grooming"]
    assert (states["en"], states["ja"]) == (State.IN_DATE, State.MISSING)


def test_topics_without_text_in_any_language_stand_not_in_the_table(pack: Pack) -> None:
    states = coverage(pack)
    assert "stats-total" in pack.topics
    assert "stats-total" not in states
    assert set(states) == {name for language in pack.languages.values() for name in language.topics}


def test_the_table_has_a_line_for_each_topic_and_the_sums(pack: Pack) -> None:
    lines = coverage_table(with_review(pack, "ja", "grooming", None)).split("\n")
    assert lines[0].split() == ["topic", *pack.languages]
    assert ["grooming", "in", "date", "in", "date", "missing"] in [line.split() for line in lines]
    assert any(line.startswith("ja: 1 missing, ") for line in lines)
    assert len(lines) == 1 + len(coverage(pack)) + 1 + len(pack.languages)


def test_an_outdated_text_is_a_warning_at_its_file(tmp_path: Path) -> None:
    base = load_with_faults()
    file, _ = base.place("en", "topics", "grooming")
    text = Path(file).read_text("utf-8")
    newest = max(language.topics["grooming"].reviewed for language in base.pack.languages.values())
    later = newest + timedelta(days=1)
    old = base.pack.languages["en"].topics["grooming"].reviewed
    path = tmp_path / "en/topics/grooming.md"
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(f"reviewed: {old}", f"reviewed: {later}"), "utf-8")
    found = [fault for fault in check_coverage(load_with_faults([tmp_path]), TODAY) if "grooming" in fault.file]
    assert [Path(fault.file).parts[-3] for fault in found] == ["es", "ja"]
    assert str(later) in found[0].message
    assert found[0].severity == "warning"
