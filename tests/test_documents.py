from __future__ import annotations

import re
from pathlib import Path

from bot.__main__ import COMMANDS

ROOT = Path(__file__).parent.parent


def names_in(requirements: str) -> set[str]:
    text = (ROOT / requirements).read_text("utf-8")
    return set(re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE))


def test_every_dependency_and_its_licence_are_listed() -> None:
    listed = set(re.findall(r"^\| ([\w.-]+) \| \S", (ROOT / "docs/licences.md").read_text("utf-8"), re.MULTILINE))
    assert names_in("requirements.txt") - listed == set()


def test_the_locks_pin_by_hash_and_name_no_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        assert text.count("--hash=sha256:") >= len(names_in(name))


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"`mamori {command}" in readme, command


def test_the_readmes_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "content/pack/README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


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
