"""`mamori poster`: a PDF on one page, or one sentence that names what is wrong."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pypdf
import pytest

from bot.__main__ import main
from bot.sandbox.clock import MovableClock
from bot.sandbox.server import build_sandbox, serve_sandbox


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_TOKEN", "BOT_API_URL", "BOT_DEFAULT_COUNTRY"):
        monkeypatch.delenv(name, raising=False)


def test_it_writes_one_page_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "wall.pdf"
    call = ["poster", "--topic", "sextortion", "--lang", "ja", "--country", "jp", "--bot", "@mamori_bot"]
    assert main([*call, "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    reader = pypdf.PdfReader(io.BytesIO(out.read_bytes()))
    assert len(reader.pages) == 1
    assert "110" in reader.pages[0].extract_text()


def test_without_a_file_the_name_tells_topic_and_language(tmp_path: Path) -> None:
    assert main(["poster", "--topic", "grooming", "--lang", "en", "--bot", "mamori_bot"]) == 0
    assert (tmp_path / "poster-grooming-en.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("wrong", "culprit"),
    [
        (["--topic", "sextorsion", "--lang", "en", "--bot", "mamori_bot"], "sextorsion"),
        (["--topic", "stats-total", "--lang", "en", "--bot", "mamori_bot"], "stats-total"),
        (["--topic", "grooming", "--lang", "xx", "--bot", "mamori_bot"], "xx"),
        (["--topic", "grooming", "--lang", "en", "--country", "ZZ", "--bot", "mamori_bot"], "ZZ"),
        (["--topic", "grooming", "--lang", "en", "--bot", "no spaces"], "no spaces"),
        (["--topic", "grooming", "--lang", "en"], "--bot"),
        (["--topic", "grooming"], "--lang"),
        (["--topic", "grooming", "--lang", "en", "--bot", "mamori_bot", "--out", "no/such/folder/p.pdf"], "no/such"),
    ],
)
def test_a_wrong_call_is_one_sentence_that_names_the_culprit(
    wrong: list[str], culprit: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["poster", *wrong]) == 2
    said = capsys.readouterr().err
    assert culprit in said
    assert "Traceback" not in said
    assert said.count("\n") == 1


async def test_the_name_of_the_bot_is_asked_from_telegram(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    token = "123456:the-token-of-the-tests"
    app = build_sandbox(token=token, clock=MovableClock(), bot_username="harbour_bot", page=False)
    async with serve_sandbox(app) as port:
        monkeypatch.setenv("BOT_TOKEN", token)
        monkeypatch.setenv("BOT_API_URL", f"http://127.0.0.1:{port}")
        done = await asyncio.to_thread(main, ["poster", "--topic", "grooming", "--lang", "en"])
    assert done == 0
    reader = pypdf.PdfReader(tmp_path / "poster-grooming-en.pdf")
    assert "@harbour_bot" in reader.pages[0].extract_text()
