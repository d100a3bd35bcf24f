"""Values as lines of YAML, in the manner of the pack's own files: short collections in one line, long lists below."""

from __future__ import annotations

from datetime import date

import yaml

_WIDE = 40
"""Characters of an item from which a list is written one item a line."""


def inline(value: object) -> str:
    """Return a value as YAML in one line, safe inside brackets and braces."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(key)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    # Inside a list the library quotes whatever would mean something else there.
    wide = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=1_000_000)
    text = wide.strip()[1:-1]
    if "\n" in text:
        return yaml.safe_dump(value, default_style='"', allow_unicode=True, width=1_000_000).strip()
    return text


def field_lines(key: str, value: object, indent: int) -> list[str]:
    """Return `key: value` as lines, indented by `indent` spaces."""
    space = " " * indent
    if isinstance(value, list) and any(isinstance(item, dict) or len(str(item)) >= _WIDE for item in value):
        return [f"{space}{inline(key)}:", *(f"{space}  - {inline(item)}" for item in value)]
    return [f"{space}{inline(key)}: {inline(value)}"]


def entry_lines(key: str, entry: object, indent: int, *, one_line: bool) -> list[str]:
    """Return a whole entry as lines: in one line, or a mapping one field a line."""
    if one_line or not isinstance(entry, dict):
        return [f"{' ' * indent}{inline(key)}: {inline(entry)}"]
    lines = [f"{' ' * indent}{inline(key)}:"]
    for name, value in entry.items():
        lines += field_lines(str(name), value, indent + 2)
    return lines
