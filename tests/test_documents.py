from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.__main__ import COMMANDS

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-docs.txt", "tests/fuzz/requirements.txt")
PAGES = (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "content/pack/README.md")


def names_in(requirements: str) -> set[str]:
    text = (ROOT / requirements).read_text("utf-8")
    return set(re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE))


def names_with_a_licence() -> list[str]:
    rows = re.findall(r"^\| ([\w.-]+) \| \S", (ROOT / "docs/licences.md").read_text("utf-8"), re.MULTILINE)
    return [name for name in rows if name != "package"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_and_its_licence_are_listed(lock: str) -> None:
    assert names_in(lock) - set(names_with_a_licence()) == set()


def test_each_licence_is_listed_once_and_only_of_what_is_installed() -> None:
    assert sorted(names_with_a_licence()) == sorted({name for lock in LOCKS for name in names_in(lock)})


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_pin_by_hash_and_name_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert text.count("--hash=sha256:") >= len(names_in(lock)) > 0


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"`mamori {command}" in readme, command


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, by the rule of the code hosts (and of `make docs`)."""
    prose = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#{1,6} (.+?)\s*$", prose, re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def test_links_between_pages_lead_to_a_file_and_a_heading() -> None:
    headings = 0
    for page in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)", page.read_text("utf-8")):
            file = page.parent / target if target else page
            assert file.is_file(), f"{page.name}: {target}"
            if anchor:
                assert anchor in anchors_of(file), f"{page.name}: {target}#{anchor}"
                headings += 1
    assert headings > 1


def test_every_test_that_a_document_names_exists() -> None:
    named = {
        match.groups()
        for document in (ROOT / "docs").rglob("*.md")
        for match in re.finditer(r"`(tests/[\w/]+\.py)::(\w+)`", document.read_text("utf-8"))
    }
    assert len(named) > 20
    missing = [
        f"{file}::{test}"
        for file, test in sorted(named)
        if not (ROOT / file).is_file() or not re.search(rf"def {test}\(", (ROOT / file).read_text("utf-8"))
    ]
    assert missing == []


def test_every_row_of_the_security_table_names_a_test_that_exists() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| a") and line.count("|") == 5]
    attackers = {row.split("|")[1].strip() for row in rows}
    assert len(attackers) >= 6
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row.split("|")[4])
        assert named, f"no test in: {row}"
        for file, test in named:
            text = (ROOT / file).read_text("utf-8")
            assert re.search(rf"def {test}\(", text), f"{file}::{test}"


def test_every_row_of_the_fault_table_names_its_test() -> None:
    page = (ROOT / "docs/reliability.md").read_text("utf-8")
    table = page.split("\n## Faults\n\n")[1].split("\n\n")[0]
    rows = table.splitlines()[2:]
    assert len(rows) > 25
    assert [row for row in rows if not re.search(r"\| `tests/[\w/]+\.py::test_\w+` \|$", row)] == []
