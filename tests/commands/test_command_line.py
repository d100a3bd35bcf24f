"""What every command shares: wrong calls and settings are one sentence, and streams may be closed or full."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.commands import doctor
from bot.commands.counting import count_of


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_TOKEN", "BOT_API_URL", "BOT_DEFAULT_COUNTRY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["ask", "--country", "zz", "hello"], "'zz' is no country"),
        (["ask", " "], "the question is empty"),
        (["ask", "--audience", "dog", "hello"], "'dog' is not one of"),
        (["sandbox", "--port", "-1"], "'-1' is not a port"),
        (["sandbox", "--port", "http"], "'http' is not a port"),
        (["simulate", "--days", "1", "--chat", "me"], "'me' is not the number of a chat"),
        (["telegram"], "setup"),
        (["poster", "--topic", "qqqq", "--lang", "en"], "`mamori poster --lang en --list` names all"),
        (["poster", "--topic", "sextorsion", "--lang", "en"], "near it: sextortion"),
        (["content", "export", "."], "cannot be written"),
        (["content", "import", "."], "cannot be read"),
        (["evaluate", "."], "cannot be read"),
        (["db", "backup", "no/such/folder/b.db"], "does not exist"),
        (["nonsense"], "there is no command 'nonsense'"),
    ],
)
def test_a_wrong_call_is_one_sentence(call: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(call) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["ask", "--lang", "xx", "hello"], "nothing is written in 'xx' (there is en, es, ja)"),
        (["ask", "--country", "sg", "hello"], "no helplines of SG"),
    ],
)
def test_what_is_not_in_the_pack_is_answered_and_said(
    call: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call) == 0
    assert words in capsys.readouterr().err


def test_a_default_country_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_DEFAULT_COUNTRY", "XX")
    assert main(["poster", "--lang", "en", "--list"]) == 2
    assert capsys.readouterr().err == "BOT_DEFAULT_COUNTRY: 'XX' is no country; write a code such as JP\n"


def test_a_misspelt_setting_is_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_TOKN", "x")
    assert main(["poster", "--lang", "ja", "--list"]) == 0
    said = capsys.readouterr()
    assert said.err == "BOT_TOKN is no setting; did you mean BOT_TOKEN?\n"
    assert "sextortion\n" in said.out


def test_without_a_token_the_doctor_looks_at_everything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOT_API_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(doctor, "examine_pack", lambda *_: ([], None))
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "fix  token     BOT_TOKEN is not set -> ask @BotFather for a token" in lines
    assert {"database", "disk"} <= {line.split()[1] for line in lines[:-1]}


def test_a_list_without_subscriptions_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()
    assert main(["simulate", "--days", "1", "--list"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "Nobody has a subscription, so there is no tip to list.\n")


def test_counts_are_in_the_singular_for_one() -> None:
    assert [count_of(number, "fault") for number in (0, 1, 2)] == ["0 faults", "1 fault", "2 faults"]


@pytest.mark.parametrize(
    ("redirection", "code", "words"),
    [
        (">&-", 0, ""),
        ("| true", 0, ""),
        (">/dev/full", 2, "mamori: No space left on device\n"),
    ],
)
@pytest.mark.parametrize("call", ["--help", "poster --lang en --list"])
def test_output_that_nobody_can_take_is_no_traceback(call: str, redirection: str, code: int, words: str) -> None:
    line = f"set -o pipefail; {sys.executable} -m bot {call} {redirection}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, cwd=_ROOT)  # noqa: S603, S607  # a fixed line
    assert (done.returncode, done.stderr) == (code, words)


def test_lines_from_a_closed_standard_input_are_one_sentence() -> None:
    line = f"{sys.executable} -m bot ask --jsonl <&-"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, cwd=_ROOT)  # noqa: S603, S607  # a fixed line
    assert (done.returncode, done.stderr) == (2, "mamori ask: --jsonl reads standard input, which is closed\n")


_ROOT = Path(__file__).parents[2]
