"""Change single parts of a topic's file and leave every other line as it is."""

from __future__ import annotations

from collections.abc import Mapping

from content.model import PART_NAMES
from content.sheets.edit_yaml import Change, edit_yaml

_ORDER = ("first", *PART_NAMES, "parent", "young", *(f"young {name}" for name in PART_NAMES), "teacher")
_FENCE = "---"
_PREFIX = {"parts": "", "young_parts": "young "}


def edit_topic(text: str, change: Change) -> str:
    """Return the text of a topic's file with new values: keys of the head, and the words under its headings.

    An empty `text` makes a new file. Raises ValueError for a file that has no head.
    """
    head, sections = _split(text)
    for path, value in change.items():
        heading = _heading(path)
        if heading is None:
            head = edit_yaml(head, (), {path[0]: {(): value}})
            continue
        sections = _with(sections, heading, "" if value is None else str(value))
    parts = [f"{_FENCE}\n{head}{_FENCE}"]
    for number, heading in enumerate(sections):
        parts.append("\n" if number == 0 else _gap(text))
        parts.append(sections[heading] if heading == "first" else f"## {heading}\n{sections[heading]}")
    return "".join(parts) + "\n"


def _heading(path: tuple[str, ...]) -> str | None:
    if path[0] in _PREFIX:
        return _PREFIX[path[0]] + path[1]
    return path[0] if path[0] in _ORDER else None


def _with(sections: dict[str, str], heading: str, words: str) -> dict[str, str]:
    """Return the sections with one changed, taken out, or put in before those that come later in reading order."""
    if heading in sections or not words:
        return {name: words if name == heading else body for name, body in sections.items() if name != heading or words}
    order = list(sections)
    later = (at for at, name in enumerate(order) if _ORDER.index(name) > _ORDER.index(heading))
    order.insert(next(later, len(order)), heading)
    return {name: sections.get(name, words) for name in order}


def _split(text: str) -> tuple[str, dict[str, str]]:
    """Return the head without its fences, and the words under each heading."""
    if not text:
        return "", {}
    lines = text.rstrip("\n").split("\n")
    fences = [number for number, line in enumerate(lines) if line.strip() == _FENCE][:2]
    if len(fences) < 2 or fences[0]:
        raise ValueError("the file must begin with a head between two lines `---`; mend it there")
    end = fences[1]
    sections: dict[str, list[str]] = {"first": []}
    current = sections["first"]
    for line in lines[end + 1 :]:
        if line.startswith("## "):
            current = sections.setdefault(line.removeprefix("## ").strip(), [])
        else:
            current.append(line)
    bodies: Mapping[str, str] = {name: "\n".join(body).strip("\n") for name, body in sections.items()}
    return "\n".join(lines[1:end]) + "\n", {name: body for name, body in bodies.items() if body.strip()}


def _gap(text: str) -> str:
    """Return what stands between two parts of this file: a blank line, where most have one."""
    return "\n" if text.count("\n## ") > 2 * text.count("\n\n## ") else "\n\n"
