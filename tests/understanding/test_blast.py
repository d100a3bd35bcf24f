from __future__ import annotations

from bot.understanding.blast import Asked, Heard, compare, render_blast, unique
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
    assert (blast.mended, blast.compared) == (1, 6)


def test_what_must_be_declined_is_stolen_when_it_is_answered() -> None:
    question = asked("phone plan", "out:near")
    blast = compare([question], {"phone plan": heard(None)}, {"phone plan": heard("scams")})
    assert blast.stolen
    assert not compare([question], {"phone plan": heard(None)}, {"phone plan": heard(None)}).stolen


def test_the_report_is_in_plain_words_by_language_with_the_border_first() -> None:
    questions = [*(asked(f"q{n}") for n in range(25)), asked("ja", "scams", "ja"), asked("cry", "sextortion")]
    before = {one.text: heard(one.topics[0], EMERGENCY if one.text == "cry" else NONE) for one in questions}
    after = {one.text: heard("deepfakes") for one in questions} | {"cry": heard("sextortion")}
    lines = render_blast(compare(questions, before, after)).split("\n")
    assert lines[0] == "no longer an emergency (en): 1"
    assert lines[1] == "  topics-a.tsv:7: 'cry': was 'emergency', is 'none'"
    assert "stolen: answered with another topic now (en): 25" in lines
    assert "  ... and 5 more" in lines
    assert "stolen: answered with another topic now (ja): 1" in lines
    assert "  topics-a.tsv:7: 'q0': was 'passwords', is 'deepfakes'" in lines


def test_without_a_change_it_says_so() -> None:
    same = {"a": heard("passwords")}
    assert render_blast(compare([asked("a")], same, same)).startswith("no question is stolen or lost")


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
