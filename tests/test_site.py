from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
INDEX = ROOT / "docs/index.md"


def entries_of(page: Path) -> Iterator[Path]:
    """Yield the pages that a page's navigation lists, in order."""
    for body in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for entry in (line for line in body.splitlines() if line and not line.startswith(":")):
            folder = ROOT if entry.startswith("/") else page.parent
            yield from sorted(set(folder.glob(entry.removeprefix("/") + ".md")) - {page}) or [folder / entry]


def reached_from(page: Path) -> Iterator[Path]:
    for entry in entries_of(page):
        yield entry
        yield from reached_from(entry) if entry.is_file() else ()


def test_every_page_stands_in_the_navigation_once() -> None:
    pages = {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "content/pack/README.md"} - {INDEX}
    reached = [str(page.relative_to(ROOT)) for page in reached_from(INDEX)]
    assert sorted(reached) == sorted(str(page.relative_to(ROOT)) for page in pages)


def test_there_is_a_part_for_each_kind_of_reader() -> None:
    captions = re.findall(r"^:caption: (.+)$", INDEX.read_text("utf-8"), re.MULTILINE)
    assert captions == ["Begin", "For operators", "For editors", "For developers"]
