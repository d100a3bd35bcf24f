"""The files of one pack's folder as raw entries: what a cell is compared with, and where a change goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from content.sheets.edit_topic import edit_topic
from content.sheets.edit_yaml import Change, edit_yaml
from content.sheets.layout import Column, Key, SheetLayout
from content.topicfile import parse_topic_file
from content.yamlfile import Document, parse_yaml, read_text


class PackFolder:
    """Reads entries from the files of a folder, and says what its files would hold after changes. Writes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._documents: dict[str, Document] = {}

    @property
    def languages(self) -> tuple[str, ...]:
        """The reply languages that have a folder here."""
        return tuple(sorted(path.name for path in self.folder.iterdir() if path.is_dir() and len(path.name) == 2))

    def text(self, file: str) -> str:
        """Return the text of a file, empty when there is none."""
        path = self.folder / file
        return read_text(path)[0] if path.is_file() else ""

    def document(self, file: str) -> Document:
        """Return the data of a file with the lines of its values."""
        if file not in self._documents:
            self._documents[file] = parse_file(file, self.text(file))
        return self._documents[file]

    def entry(self, file: str, root: tuple[str, ...], name: str) -> object:
        """Return a raw entry, None when the file does not have it."""
        return follow(self.document(file).data, (*root, name))

    def value(self, column: Column, key: Key) -> object:
        """Return the raw value that stands in a cell, None when there is none."""
        return follow(self.entry(column.file(key), column.root, key["id"]), column.path)

    def keys(self, sheet: SheetLayout) -> Iterator[dict[str, str]]:
        """Yield what names each row of a sheet, in the order of the files."""
        if sheet.name == "texts":
            found = {path.parent.parent.name: path for path in self.folder.glob("??/topics/*.md")}
            names = self._names("topics.yaml", ("topics",))
            more = sorted({path.stem for path in self.folder.glob("??/topics/*.md")} - set(names))
            for name in (*names, *more):
                for language in sorted(found):
                    if (self.folder / language / "topics" / f"{name}.md").is_file():
                        yield {"id": name, "language": language}
        elif sheet.name == "helplines":
            for path in sorted(self.folder.glob("helplines/*.yaml")):
                yield from ({"country": path.stem, "id": name} for name in self._names(f"helplines/{path.name}", ()))
        else:
            files = dict.fromkeys((column.file({"id": ""}), column.root) for column in sheet.columns)
            ids = dict.fromkeys(name for file, root in files for name in self._names(file, root))
            yield from ({"id": name} for name in ids)

    def _names(self, file: str, root: tuple[str, ...]) -> list[str]:
        data = follow(self.document(file).data, root)
        return [str(name) for name, entry in data.items() if not _removes(entry)] if isinstance(data, dict) else []

    def edited(self, file: str, root: tuple[str, ...], changes: Mapping[str, Change]) -> str:
        """Return the text of a file after changes. Raises ValueError when they do not fit its form."""
        text = self.text(file)
        if file.endswith(".md"):
            for change in changes.values():
                text = edit_topic(text, change)
            return text
        return edit_yaml(text, root, changes)


def parse_file(file: str, text: str) -> Document:
    """Return the data of a file of the pack from its text."""
    if not text:
        return Document(file, None)
    if file.endswith(".md"):
        return parse_topic_file(text, file, Path(file).stem)
    return parse_yaml(text, file)


def _removes(entry: object) -> bool:
    """Tell whether an entry of an overlay takes one out: it has no cells."""
    return isinstance(entry, dict) and entry.get("remove") is True


def follow(data: object, path: tuple[str, ...]) -> object:
    """Return the value at the end of a way through mappings, None when it breaks off."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data
