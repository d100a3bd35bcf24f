"""YAML with line numbers: data, and for every value the line it stands on."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from content.faults import Fault, Severity, shown

Key = tuple[Hashable, ...]
DEEPEST = 50
"""How deep values may be nested; a pack needs five."""
EntryT = TypeVar("EntryT", bound=BaseModel)


@dataclass(slots=True)
class Document:
    """The data of one file. `lines` maps the path of keys to a value's line in the file (from 1)."""

    file: str
    data: object
    lines: dict[Key, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, *path: Hashable) -> int:
        """Return the line of the value at `path`, or of its nearest known parent."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1


def read_text(path: Path) -> tuple[str, list[Fault]]:
    """Return the text of an editor's file with LF line ends and no byte-order mark, and warnings about either."""
    name = shown(path)
    try:
        raw = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return "", [Fault(name, line, "this is not UTF-8 text; save the file as UTF-8")]
    except OSError as error:
        return "", [Fault(name, 1, f"cannot be read: {error.strerror}")]
    faults = []
    if raw.startswith("\ufeff"):
        raw = raw.removeprefix("\ufeff")
        faults.append(
            Fault(
                name,
                1,
                "the file begins with a byte-order mark; save it as UTF-8 without BOM",
                Severity.WARNING,
            )
        )
    if "\r" in raw:
        line = raw[: raw.index("\r")].count("\n") + 1
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
        faults.append(Fault(name, line, "Windows line ends; save the file with LF line ends", Severity.WARNING))
    return raw, faults


def parse_yaml(text: str, file: str, first_line: int = 1) -> Document:
    """Parse YAML text that begins at `first_line` of `file`. Syntax errors and repeated keys become faults."""
    document = Document(file, None)
    try:
        harm = _harm(text)
        if harm is not None:
            line, sentence = harm
            document.faults.append(Fault(file, line + first_line, sentence))
            return document
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        # A quotation that never ends is reported where it begins: that is where the editor must look.
        unclosed = "quoted scalar" in str(error.context)
        mark = (error.context_mark if unclosed else error.problem_mark) or error.context_mark
        line = (mark.line if mark else 0) + first_line
        document.faults.append(Fault(file, line, _syntax_sentence(error, text, line - first_line)))
        return document
    except yaml.YAMLError as error:
        document.faults.append(Fault(file, first_line, f"this is not YAML: {error}".splitlines()[0]))
        return document
    if node is not None:
        document.data = _construct(node, document, (), first_line)
    return document


def _harm(text: str) -> tuple[int, str] | None:
    """Return the line (from 0) of what could bring the program down, with a sentence; None when there is nothing.

    References make a small file unfold without end, and the parser below is ended by the system when values are nested
    some ten thousand deep.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            return line, "references (& and *) are not used in a pack; write the value out"
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            return line, f"values are nested more than {DEEPEST} deep here"
    return None


def _syntax_sentence(error: yaml.MarkedYAMLError, text: str, index: int) -> str:
    lines = text.splitlines()
    here = lines[index] if 0 <= index < len(lines) else ""
    if "\t" in here and "cannot start any token" in str(error.problem):
        return "a tab stands where only spaces may stand; replace it by spaces"
    if "quoted scalar" in str(error.context):
        return "the quotation mark that is opened here is not closed"
    return f"this line cannot be read: {error.problem or error.context}"


_CONSTRUCTOR = yaml.CSafeLoader("")
_UNREADABLE = (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What the constructors of YAML raise for a value that does not fit its tag."""


def _construct(node: yaml.Node, document: Document, path: Key, first_line: int) -> object:
    document.lines[path] = node.start_mark.line + first_line
    if isinstance(node, yaml.MappingNode):
        result: dict[Hashable, object] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node, document, first_line)
            line = key_node.start_mark.line + first_line
            if not isinstance(key, Hashable) or isinstance(key, tuple):
                document.faults.append(Fault(document.file, line, "this cannot be a key"))
                continue
            if key in result:
                document.faults.append(Fault(document.file, line, f"'{key}' stands here a second time"))
            result[key] = _construct(value_node, document, (*path, key), first_line)
            document.lines[*path, key] = line
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, document, (*path, n), first_line) for n, item in enumerate(node.value)]
    return _scalar(node, document, first_line)


def _scalar(node: yaml.Node, document: Document, first_line: int) -> object:
    try:
        return _CONSTRUCTOR.construct_object(node, deep=True)
    except _UNREADABLE as error:
        line = node.start_mark.line + first_line
        what = node.value[:60] if isinstance(node, yaml.ScalarNode) else "this"
        document.faults.append(Fault(document.file, line, f"'{what}' cannot be read: {error}".splitlines()[0]))
        return None


def validate(kind: type[EntryT], data: object, document: Document, path: Key) -> EntryT | None:
    """Make an entry from parsed data; what does not fit becomes faults of the document with their lines."""
    entry, problems = try_entry(kind, data)
    for loc, sentence in problems:
        document.faults.append(Fault(document.file, document.line(*path, *loc), sentence))
    return entry


def try_entry(kind: type[EntryT], data: object) -> tuple[EntryT | None, list[tuple[Key, str]]]:
    """Make an entry from parsed data, or say what does not fit, each with the keys that lead to it."""
    try:
        return kind.model_validate(data), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        deepest = {problem["loc"][:end] for problem in found for end in range(len(problem["loc"]))}
        problems: list[tuple[Key, str]] = []
        for problem in found:
            if problem["type"] == "too_short" and problem["loc"] in deepest:
                continue  # the list is too short only without the items that are wrong themselves
            loc = tuple(part for part in problem["loc"] if part != "[key]")
            problems.append((loc, _problem_sentence(problem["type"], loc, problem["msg"])))
        return None, problems


def _problem_sentence(kind: str, loc: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        return f"unknown key '{name}'"
    if kind == "string_too_short":
        return f"'{name}' is empty"
    if kind == "missing":
        return f"'{name}' is missing"
    return f"'{name}': {message[0].lower()}{message[1:]}"
