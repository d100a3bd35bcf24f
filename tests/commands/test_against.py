from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands.against import State, compare_with
from bot.commands.errors import UsageError
from bot.understanding.artefact import Fitted
from bot.understanding.engine import Engine
from bot.understanding.fit import fit
from bot.understanding.lines import Progress
from content.model import Urgency
from tests.understanding.small_bank import FRAMES, SUBJECTS, HashEncoder, small_topics

EngineFor = Callable[[State, Path, Progress], Engine]
BANK = "questions/en/topics-a.tsv"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)  # noqa: S603, S607


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A small pack below the top of a repository, committed."""
    folder = tmp_path / "repository" / "deep" / "pack"
    (folder / "questions" / "en").mkdir(parents=True)
    topics = (
        f"  {name}: {{urgency: {topic.urgency}, scope: {name}, group: happened}}\n"
        for name, topic in small_topics().items()
    )
    (folder / "topics.yaml").write_text("topics:\n" + "".join(topics), "utf-8")
    rows = ["topic\turgency\tstyle\ttext"]
    for topic, subjects in SUBJECTS.items():
        urgency = Urgency.EMERGENCY if topic == "sextortion" else Urgency.NONE
        rows += [f"{topic}\t{urgency}\tshort\t{frame.format(one)}" for one in subjects for frame in FRAMES]
    (folder / BANK).write_text("\n".join(rows) + "\n", "utf-8")
    git(tmp_path / "repository", "init", "-q")
    git(tmp_path / "repository", "add", ".")
    git(tmp_path / "repository", "commit", "-q", "-m", "first")
    return folder


@pytest.fixture(scope="module")
def small() -> EngineFor:
    """Fits what was never fitted before: two of these tests begin with the same pack."""
    fits: dict[str, Fitted] = {}

    def engine(state: State, _cache: Path, progress: Progress) -> Engine:
        content, encoder = state.content, HashEncoder()
        if content.hash() not in fits:
            fits[content.hash()] = fit(content.bank, content.topics, encoder, content.texts, progress)
        return Engine(fits[content.hash()], encoder)

    return engine


def not_asked(_state: State, _cache: Path, _progress: Progress) -> Engine:
    raise AssertionError("this was asked before")


def test_an_edit_that_moves_sentences_to_another_topic_is_told_by_name(
    pack: Path, tmp_path: Path, small: EngineFor
) -> None:
    text = (pack / BANK).read_text("utf-8")
    (pack / BANK).write_text(text.replace("sextortion\temergency", "screen-time\tnone"), "utf-8")
    blast = compare_with("HEAD", [], tmp_path / "cache", base=pack, engine_for=small).blast
    assert blast is not None
    assert len(blast.silenced) > 10
    assert all("money" in m.asked.text or "picture" in m.asked.text or "photos" in m.asked.text for m in blast.silenced)
    again = compare_with("HEAD", [], tmp_path / "cache", base=pack, engine_for=not_asked)
    assert again.blast == blast


def test_sentences_that_were_taken_out_are_asked_too(pack: Path, tmp_path: Path, small: EngineFor) -> None:
    lines = (pack / BANK).read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("passwords\t")]
    (pack / BANK).write_text("\n".join(kept) + "\n", "utf-8")
    blast = compare_with("HEAD", [], tmp_path / "cache", base=pack, engine_for=small).blast
    assert blast is not None
    moved = [*blast.stolen, *blast.lost, *blast.close]
    assert {m.asked.topics[0] for m in moved} == {"passwords"}
    assert blast.edit.topics == ("passwords",)
    assert all(m.asked.file == f"0/{BANK}" for m in moved)


def test_an_edit_that_nothing_is_fitted_from_is_said_at_once(pack: Path, tmp_path: Path) -> None:
    (pack / "sources.yaml").write_text("# nothing\n", "utf-8")
    assert compare_with("HEAD", [], tmp_path / "cache", base=pack, engine_for=not_asked).blast is None


def test_words_that_changed_without_a_new_review_are_named(pack: Path, tmp_path: Path) -> None:
    text = "---\ntitle: Passwords\nsources: []\nreviewed: 2026-11-01\nexamples: [a]\n---\nFirst words.\n"
    for language in ("en", "ja"):
        (pack / language / "topics").mkdir(parents=True)
        (pack / language / "topics" / "passwords.md").write_text(text, "utf-8")
    git(pack, "add", ".")
    git(pack, "commit", "-q", "-m", "texts")
    changed = text.replace("First", "Other")
    (pack / "en" / "topics" / "passwords.md").write_text(changed, "utf-8")
    (pack / "ja" / "topics" / "passwords.md").write_text(changed.replace("11-01", "11-02"), "utf-8")
    since = compare_with("HEAD", [], tmp_path / "cache", base=pack, engine_for=not_asked)
    assert ["en/topics/passwords.md:1: warning: the words have changed" in str(one) for one in since.reviews] == [True]


@pytest.mark.parametrize("revision", ["no-such-revision", "--output=/tmp/x", "HEAD~7", ""])
def test_a_revision_that_git_does_not_know_is_one_sentence(pack: Path, tmp_path: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="git does not know the revision"):
        compare_with(revision, [], tmp_path, base=pack, engine_for=not_asked)


def test_a_folder_outside_git_has_nothing_to_compare_with(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not kept in git"):
        compare_with("HEAD", [], tmp_path, base=tmp_path, engine_for=not_asked)


def test_the_command_says_a_wrong_revision_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("content.check.CHECKS", ())  # which take seconds and say nothing of revisions
    monkeypatch.setattr("content.check.check_questions", lambda *_: ())
    assert main(["check", "--against", "no-such-revision"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("mamori check: ")
    assert "no-such-revision" in said
    assert said.count("\n") == 1
