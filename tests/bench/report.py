"""Tables of figures, printed as Markdown and written into the documentation between markers."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "docs" / "benchmarks.md", ROOT / "docs" / "reliability.md")


def show(*cells: object) -> None:
    """Print one row of a table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)  # noqa: T201 -- a benchmark's output


def head(*names: str) -> None:
    """Print the head of a table."""
    show(*names)
    show(*["---"] * len(names))


def machine() -> str:
    """Describe what the figures were measured on, in one sentence that names no place."""
    return f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}."


def place(page: str, name: str, text: str) -> str | None:
    """Return the page with the text between the markers of this name; None when it has no such markers."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    found = re.sub(f"({re.escape(begin)}\n).*?({re.escape(end)})", lambda m: m[1] + text + m[2], page, flags=re.DOTALL)
    return found if begin in page and end in page else None


def write(name: str, text: str) -> None:
    """Write the text into the page that has markers of this name; raise LookupError when none has."""
    for file in PAGES:
        page = place(file.read_text("utf-8"), name, f"\n{text.strip()}\n\n")
        if page is not None:
            file.write_text(page, "utf-8")
            return
    raise LookupError(f"no page has markers for {name!r}")
