from __future__ import annotations

from bot.understanding.blast import Asked, Edit, Heard, compare, render_blast, unique
from bot.understanding.engine import Engine
from content.model import Urgency

NONE, EMERGENCY = Urgency.NONE, Urgency.EMERGENCY


def asked(text: str, topic: str = "passwords", language: str = "en") -> Asked:
    return Asked(text, language, (topic,), "topics-a.tsv", 7)


def heard(topic: str | None, urgency: Urgency = NONE) -> Heard:
    return Heard(topic, urgency)


def test_stolen_lost_mended_and_border_are_told_apart() -> None:
    questions = [asked("stolen"), asked("lost"), asked("mended"), asked("silenced"), asked("alarming"), asked("same")]
    before = {
        "stolen": heard("passwords"),
        "lost": heard("passwords"),
        "mended": heard("scams"),
        "silenced": heard("passwords", EMERGENCY),
        "alarming": heard("passwords"),
        "same": heard("scams"),
    }
    after = {
        "stolen": heard("scams"),
        "lost": heard(None),
        "mended": heard("passwords"),
        "silenced": heard("passwords", Urgency.CONCERN),
        "alarming": heard("passwords", EMERGENCY),
        "same": heard("screen-time"),
    }
    blast = compare(questions, before, after)
    kinds = (blast.stolen, blast.lost, blast.silenced, blast.alarming)
    assert [[one.asked.text for one in kind] for kind in kinds] == [["stolen"], ["lost"], ["silenced"], ["alarming"]]
    assert ([one.asked.text for one in blast.mended], blast.compared) == (["mended"], 6)


def test_a_question_that_crosses_the_border_towards_what_the_bank_says_is_mended() -> None:
    alarm, cry = (
        Asked("alarm", "en", ("scams",), "a.tsv", 1, NONE),
        Asked("cry", "en", ("scams",), "a.tsv", 2, EMERGENCY),
    )
    calm, loud = heard("scams"), heard("scams", EMERGENCY)
    better = compare([alarm, cry], {"alarm": loud, "cry": calm}, {"alarm": calm, "cry": loud})
    assert (better.silenced, better.alarming) == ((), ())
    assert [one.asked.text for one in better.mended] == ["alarm", "cry"]
    worse = compare([alarm, cry], {"alarm": calm, "cry": loud}, {"alarm": loud, "cry": calm})
    assert [one.asked.text for one in (*worse.silenced, *worse.alarming)] == ["cry", "alarm"]
    assert worse.mended == ()


def test_a_question_whose_right_topic_is_still_a_button_under_the_answer_is_a_close_call() -> None:
    questions = [asked("nearly stolen"), asked("nearly lost"), asked("lost")]
    before = {one.text: heard("passwords") for one in questions}
    after = {
        "nearly stolen": Heard("scams", NONE, ("passwords",)),
        "nearly lost": Heard(None, NONE, ("scams", "passwords")),
        "lost": Heard(None, NONE, ("scams",)),
    }
    blast = compare(questions, before, after)
    assert [one.asked.text for one in blast.close] == ["nearly stolen", "nearly lost"]
    assert not blast.stolen
    short, long = render_blast(blast), render_blast(blast, None)
    assert "nearly lost" not in short
    assert "close calls: the right topic is still offered      2" in short
    assert "close calls: the right topic is still offered (en): 2" in long


def test_what_must_be_declined_is_stolen_when_it_is_answered() -> None:
    question = asked("phone plan", "out:near")
    blast = compare([question], {"phone plan": heard(None)}, {"phone plan": heard("scams")})
    assert blast.stolen
    assert not compare([question], {"phone plan": heard(None)}, {"phone plan": heard(None)}).stolen


def test_the_report_begins_with_a_table_by_language_and_the_border_and_ends_with_the_questions() -> None:
    questions = [*(asked(f"q{n}") for n in range(25)), asked("ja", "scams", "ja"), asked("cry", "sextortion")]
    before = {one.text: heard(one.topics[0], EMERGENCY if one.text == "cry" else NONE) for one in questions}
    after = {one.text: heard("deepfakes") for one in questions} | {"cry": heard("sextortion")}
    lines = render_blast(compare(questions, before, after)).split("\n")
    table = {line[:45].strip(): line[45:].split() for line in lines[3:10]}
    assert table[""] == ["en", "ja"]
    assert table["no longer an emergency"] == ["1", "0"]
    assert table["stolen: answered with another topic now"] == ["25", "1"]
    listed = lines[lines.index("no longer an emergency (en): 1") :]
    assert listed[1] == "  topics-a.tsv:7: 'cry': was 'emergency', is 'none'"
    assert "stolen: answered with another topic now (en): 25" in listed
    assert "  ... and 15 more" in listed
    assert "stolen: answered with another topic now (ja): 1" in listed
    assert "  topics-a.tsv:7: 'q0': was 'passwords', is 'deepfakes'" in listed


def test_what_has_to_do_with_the_edited_topics_is_listed_first() -> None:
    questions = [asked("far", "screen-time"), asked("near", "passwords")]
    before = {one.text: heard(one.topics[0]) for one in questions}
    after = {one.text: heard("deepfakes") for one in questions}
    lines = render_blast(compare(questions, before, after, Edit(("passwords",), 3))).split("\n")
    assert lines[0] == "3 sentences came or went, of passwords"
    stolen = [line for line in lines if "is 'deepfakes'" in line]
    assert ["near" in line for line in stolen] == [True, False]


def test_without_a_change_it_says_so() -> None:
    same = {"a": heard("passwords")}
    said = render_blast(compare([asked("a")], same, same))
    assert "1 questions compared" in said
    assert "no question is stolen or lost" in said


def test_a_question_that_stands_in_two_places_is_compared_once() -> None:
    first, second = asked("a"), Asked("a", "en", ("scams",), "b.tsv", 1)
    assert unique([first, second]) == (first,)


def test_many_at_once_are_understood_as_one_by_one(small_engine: Engine) -> None:
    texts = [
        "how to make strong passwords",
        "",
        "please help, threatens to send my picture",
        "cheapest phone plan",
        "?!",
    ]
    assert small_engine.understand_all(texts) == [small_engine.understand(text) for text in texts]
    small_engine.encoder = None
    assert small_engine.understand_all(texts) == [small_engine.understand(text) for text in texts]
