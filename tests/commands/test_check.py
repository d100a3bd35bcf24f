from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.__main__ import main
from bot.commands.links import addresses, dead_links
from content.check import count_table
from content.load import load_pack, load_with_faults

README = Path(__file__).parents[2] / "README.md"


def overlay_of(folder: Path, file: str, text: str) -> Path:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return folder


def test_the_table_of_what_there_is_stands_in_the_readme_as_it_is_printed() -> None:
    table = textwrap.indent(count_table(load_pack()), "    ", lambda line: bool(line.strip()))
    assert table in README.read_text("utf-8"), f"write this into the README:\n{table}"


def test_the_shipped_pack_warns_only_of_helplines_that_somebody_must_call_and_nothing_is_opened(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr("bot.commands.check.dead_links", never)
    assert main(["check"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if ": warning: " in line or ": fault: " in line]
    assert lines
    for line in lines:
        assert "/helplines/" in line
        assert "checked on" in line or "nobody knows when this was checked" in line


@pytest.fixture
def only_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is shown does not depend on the rules about texts and questions, which take seconds."""
    monkeypatch.setattr("content.check.CHECKS", ())
    monkeypatch.setattr("content.check.check_questions", lambda *_: ())


@pytest.mark.usefixtures("only_form")
def test_warnings_count_only_under_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overlay = str(overlay_of(tmp_path, "notes.yaml", "a: 1\n"))
    assert main(["check", "--pack", overlay]) == 0
    assert main(["check", "--pack", overlay, "--strict"]) == 1
    assert "notes.yaml:1: warning: no part of a pack" in capsys.readouterr().out


@pytest.mark.usefixtures("only_form")
def test_a_fault_ends_with_1_and_names_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    overlay = overlay_of(tmp_path, "en/tips.yaml", "show-a-favourite: 'It ends here\n")
    assert main(["check", "--pack", str(overlay)]) == 1
    assert "en/tips.yaml:1: fault: the quotation mark that is opened here is not closed" in capsys.readouterr().out


def test_what_only_follows_from_an_entry_that_cannot_be_read_is_not_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = "topics:\n  passwords: {urgency: soon, scope: passwords, group: prevent}\n"
    assert main(["check", "--pack", str(overlay_of(tmp_path, "topics.yaml", entry))]) == 1
    faults = [line for line in capsys.readouterr().out.splitlines() if ": fault:" in line]
    assert len(faults) == 1
    assert "topics.yaml:2: fault: 'urgency'" in faults[0]


async def test_links_that_are_gone_are_warnings_with_their_place_and_others_are_not(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["status"]))

    app = web.Application()
    app.router.add_get("/{status}", answer)
    async with TestServer(app) as server:
        gone, closed, fine = (str(server.make_url(f"/{status}")) for status in (404, 403, 200))
        refused = "http://127.0.0.1:1/nobody"
        entries = "".join(
            f"{name}: {{title: T, publisher: P, url: '{url}', date: '2026', read: 2026-01-01}}\n"
            for name, url in (("gone", gone), ("closed", closed), ("fine", fine), ("refused", refused), ("twice", gone))
        )
        (tmp_path / "sources.yaml").write_text(entries, "utf-8")
        found = [str(fault) for fault in await dead_links(load_with_faults([], tmp_path))]
    assert [line.split("/sources.yaml:")[1] for line in found] == [
        f"1: warning: {gone} answers 404",
        f"4: warning: {refused} cannot be opened (ClientConnectorError)",
        f"5: warning: {gone} answers 404",
    ]


def test_the_addresses_of_sources_and_helplines_are_all_looked_at() -> None:
    found = addresses(load_with_faults())
    assert len(found) > 200
    assert "https://takeitdown.ncmec.org" in found
