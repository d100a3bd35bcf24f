"""Change single values in a YAML file of the pack and leave every other line as it is."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from content.sheets.emit import entry_lines, field_lines
from content.yamlfile import parse_yaml

Change = Mapping[tuple[str, ...], object]
"""New values by the way to them; None takes a value out."""


def changed_entry(entry: object, change: Change) -> object:
    """Return an entry with new values at the given paths. Mappings that become empty vanish, and so may the entry."""
    result: object = copy.deepcopy(entry) if entry is not None else {}
    for path, value in change.items():
        if not path:
            return value
        result = _with(result if isinstance(result, dict) else {}, path, value)
    return result or None


def _with(mapping: dict[str, object], path: tuple[str, ...], value: object) -> dict[str, object]:
    key, rest = path[0], path[1:]
    if rest:
        inner = mapping.get(key)
        value = _with(inner if isinstance(inner, dict) else {}, rest, value) or None
    if value is None:
        mapping.pop(key, None)
    else:
        mapping[key] = value
    return mapping


def edit_yaml(text: str, root: tuple[str, ...], changes: Mapping[str, Change]) -> str:
    """Return the text of a file with its entries at `root` changed; entries that are new stand at the end.

    Raises ValueError when the file is no mapping there, or has a fault of its own that must be mended first.
    """
    document = parse_yaml(text, "")
    if document.faults:
        raise ValueError(f"line {document.faults[0].line}: {document.faults[0].message}; mend it there first")
    lines = text.rstrip().split("\n") if text.strip() else []
    node = yaml.compose(text, Loader=yaml.CSafeLoader)  # what could do harm was refused above
    if node is None:
        lines += [f"{'  ' * depth}{name}:" for depth, name in enumerate(root)]
    entries = _pairs(_inside(node, root)) if node else []
    old = _entries(document.data, root)
    result: list[str] = []
    done = 0
    for at, (name, _, value) in enumerate(entries):
        if name in changes:
            start, end = _span(lines, entries, at)
            result += lines[done:start]
            result += _edited(_Block(lines[:end], start, value), name, old[name], changes[name], 2 * len(root))
            done = end
    result += lines[done:]
    one_line = _in_one_line(entries)
    for name, change in changes.items():
        entry = None if name in old else changed_entry(None, change)
        result += [] if entry is None else entry_lines(name, entry, 2 * len(root), one_line=one_line)
    return "\n".join(result) + "\n"


@dataclass(frozen=True, slots=True)
class _Block:
    """An entry that is a mapping of several lines: the file's lines up to its end, its first line, its node."""

    lines: list[str]
    start: int
    value: yaml.Node


def _edited(block: _Block, name: str, old: object, change: Change, indent: int) -> list[str]:
    """Return the lines of one entry after a change; none when nothing is left of it."""
    new = changed_entry(old, change)
    if new is None:
        return []
    spread = isinstance(block.value, yaml.MappingNode) and not block.value.flow_style
    if spread and isinstance(old, dict) and isinstance(new, dict):
        return _edit_fields(block, old, new)
    return entry_lines(name, new, indent, one_line=not spread)


def _entries(data: object, root: tuple[str, ...]) -> Mapping[str, object]:
    for name in root:
        data = data.get(name) if isinstance(data, dict) else None
    return {str(name): entry for name, entry in data.items()} if isinstance(data, dict) else {}


def _edit_fields(block: _Block, old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """Return the lines of a block entry with only the fields that differ written anew."""
    fields = _pairs(block.value)
    result = block.lines[block.start : fields[0][1].start_mark.line]
    for at, (name, key, _) in enumerate(fields):
        start, end = _span(block.lines, fields, at)
        if name in new:
            same = new[name] == old.get(name)
            result += block.lines[start:end] if same else field_lines(name, new[name], key.start_mark.column)
        following = fields[at + 1][1].start_mark.line if at + 1 < len(fields) else end
        result += block.lines[end:following]  # remarks between two fields
    indent = fields[0][1].start_mark.column
    for name, value in new.items():
        if name not in old:
            result += field_lines(name, value, indent)
    return result


def _inside(node: yaml.Node, root: tuple[str, ...]) -> yaml.Node:
    for name in root:
        node = next((value for key, _, value in _pairs(node) if key == name), node)
    return node


def _pairs(node: yaml.Node) -> list[tuple[str, yaml.Node, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("here must stand `id: entry` lines")
    return [(str(key.value), key, value) for key, value in node.value]


def _in_one_line(entries: list[tuple[str, yaml.Node, yaml.Node]]) -> bool:
    """Tell whether new entries of a file stand in one line, as the last one there does."""
    return bool(entries) and isinstance(entries[-1][2], yaml.MappingNode) and bool(entries[-1][2].flow_style)


def _span(lines: list[str], pairs: list[tuple[str, yaml.Node, yaml.Node]], at: int) -> tuple[int, int]:
    """Return the first line of a pair and the line behind its last one, without remarks and blank lines after it."""
    start = pairs[at][1].start_mark.line
    end = pairs[at + 1][1].start_mark.line if at + 1 < len(pairs) else len(lines)
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return start, end
