"""The file of a topic: a head in YAML between two lines of dashes, then the text under headings.

    ---
    title: ...
    sources: [...]
    reviewed: 2026-11-23
    ---
    The first screen.

    ## now
    ...
    ## young
    ...

Headings are `now`, `say`, `prevent`, `worry`, `parent`, `young`, `young now`, `young say`, `young prevent`,
`young worry` and `teacher`.
"""

from __future__ import annotations

from content.faults import Fault
from content.model import PART_NAMES
from content.yamlfile import Document, parse_yaml

_HEADINGS = {*PART_NAMES, *(f"young {name}" for name in PART_NAMES), "parent", "young", "teacher"}


def parse_topic_file(text: str, file: str, topic: str) -> Document:
    """Return a document `{topic: entry}`; the lines of its parts are those of the file."""
    lines = text.split("\n")
    if not lines or lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        return Document(file, {}, faults=[Fault(file, 1, "the file must begin with a head between two lines `---`")])
    end = next(n for n, line in enumerate(lines[1:], start=1) if line.strip() == "---")
    head = parse_yaml("\n".join(lines[1:end]), file, first_line=2)
    if not isinstance(head.data, dict):
        if not head.faults:
            head.faults.append(Fault(file, 2, "the head must hold `key: value` lines"))
        return Document(file, {}, faults=head.faults)
    entry: dict[object, object] = dict(head.data)
    document = Document(file, {topic: entry}, {(topic, *path): line for path, line in head.lines.items()}, head.faults)
    document.lines[(topic,)] = 1
    for heading, first, body in _sections(lines, end + 1):
        if heading not in _HEADINGS and heading != "first":
            known = ", ".join(sorted(_HEADINGS))
            document.faults.append(Fault(file, first, f"unknown heading '{heading}'; known are {known}"))
            continue
        path: tuple[str, ...] = (heading,)
        target = entry
        if heading in PART_NAMES or heading.startswith("young "):
            group, _, name = heading.rpartition(" ")
            path = ("young_parts" if group else "parts", name)
            target = entry.setdefault(path[0], {})  # type: ignore[assignment]  # a mapping we have just made
        if path[-1] in target:
            document.faults.append(Fault(file, first, f"the heading '{heading}' stands here a second time"))
        target[path[-1]] = body
        document.lines[(topic, *path)] = first
    return document


def _sections(lines: list[str], start: int) -> list[tuple[str, int, str]]:
    """Return (heading, line of its first word, text) for each section; the text before any heading is `first`."""
    sections: list[tuple[str, int, list[str]]] = [("first", start + 1, [])]
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.startswith("## "):
            sections.append((line.removeprefix("## ").strip(), number, []))
        else:
            sections[-1][2].append(line)
    return [(name, number, "\n".join(body).strip()) for name, number, body in sections]
