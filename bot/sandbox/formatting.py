"""Telegram's HTML: which tags it knows, how it complains, and what text with entities comes out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.links import LinkError, check_link

Entity = dict[str, Any]
"""A Bot API MessageEntity: `type`, `offset` and `length` in UTF-16 units, maybe `url`, `language`, `user`."""

_STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_REFERENCES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)(\s*=\s*)?(?:"([^"]*)"|'([^']*)'|([a-zA-Z0-9.-]*))?""")
_USER_LINK = re.compile(r"tg://user\?id=(\d+)$")
_LONGEST_REFERENCE = 9
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Formatted:
    """Text as a reader sees it, and its entities in order."""

    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    start: int
    attributes: dict[str, str] = field(default_factory=dict)


def mend(text: str) -> str:
    """Return the text with every half of a surrogate pair that stands alone replaced: no UTF-8 can carry it."""
    return _HALF.sub("\ufffd", text)


def utf16_length(text: str) -> int:
    """Return how long Telegram finds the text: its UTF-16 units."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def sort_entities(entities: list[Entity]) -> list[Entity]:
    """Return the entities as Telegram orders them: by place, the longer first, code before what it silences."""
    return sorted(
        entities, key=lambda entity: (entity["offset"], -entity["length"], entity["type"] not in ("code", "pre"))
    )


def parse_html(source: str) -> Formatted:
    """Return the text and entities of Telegram's HTML.

    Raises ApiError "can't parse entities: ..." as Telegram words it, byte offsets counted in UTF-8.
    """
    return _HtmlReader(source).read()


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._parts: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._entities: list[Entity] = []

    def read(self) -> Formatted:
        while self._at < len(self._source):
            sign = self._source[self._at]
            if sign == "<":
                self._tag()
            elif sign == "&":
                self._reference()
            else:
                end = self._next_special()
                self._add(self._source[self._at : end])
                self._at = end
        if self._open:
            raise self._fault(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        for entity in self._entities:
            entity.pop("code_language", None)
        return Formatted("".join(self._parts), tuple(_without_nested_code(sort_entities(self._entities))))

    def _next_special(self) -> int:
        found = [place for place in (self._source.find(sign, self._at) for sign in "<&") if place >= 0]
        return min(found, default=len(self._source))

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += utf16_length(text)

    def _reference(self) -> None:
        sign, self._at = _read_reference(self._source, self._at)
        self._add(sign)

    def _tag(self) -> None:
        begin = self._at
        end = self._source.find(">", begin)
        if self._source.startswith("</", begin):
            self._end_tag(begin, end)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        name = re.compile(r"[^\s>]*").match(self._source, begin + 1)
        tag = name.group().lower() if name else ""
        self._at = begin + 1 + len(tag)
        if self._at >= len(self._source):
            raise self._fault("Unclosed start tag", begin)
        if tag not in _STYLES:
            raise self._fault(f'Unsupported start tag "{tag}"', begin)
        opened = _Open(tag, self._length, len(self._parts))
        self._attributes(opened, begin)
        if tag == "span" and opened.attributes.get("class") != "tg-spoiler":
            raise self._fault('Tag "span" must have class "tg-spoiler"', begin)
        self._open.append(opened)

    def _attributes(self, opened: _Open, begin: int) -> None:
        while True:
            gap = re.compile(r"\s*").match(self._source, self._at)
            self._at = gap.end() if gap else self._at
            if self._at >= len(self._source):
                raise self._fault("Unclosed start tag", begin)
            if self._source[self._at] == ">":
                self._at += 1
                return
            found = _ATTRIBUTE.match(self._source, self._at)
            name = found.group(1).lower() if found else ""
            if found is None or not name:
                raise self._fault(f'Empty attribute name in the tag "{opened.tag}"', begin)
            if found.group(2) is None:
                if opened.tag != "blockquote" or name != "expandable":
                    where = f'of the tag "{opened.tag}"'
                    raise self._fault(f"Expected equal sign in declaration of an attribute {where}", begin)
                self._at = found.start(1) + len(name)
                opened.attributes[name] = ""
                continue
            quoted = found.group(3) if found.group(3) is not None else found.group(4)
            self._at = found.end()
            if quoted is None and self._source[self._at : self._at + 1] in ("", '"', "'"):
                raise self._fault("Unclosed start tag", begin)
            opened.attributes[name] = _unescape(quoted) if quoted is not None else (found.group(5) or "").lower()
            if quoted is None and self._at < len(self._source) and self._source[self._at] not in "> \t\r\n":
                raise self._fault("Unexpected end of name token", found.end(2))

    def _end_tag(self, begin: int, end: int) -> None:
        if not self._open:
            raise self._fault("Unexpected end tag", begin)
        if end < 0:
            raise self._fault("Unclosed end tag", begin)
        words = self._source[begin + 2 : end].split()
        if len(words) > 1:
            raise self._fault("Unclosed end tag", begin)
        name = words[0].lower() if words else ""
        opened = self._open.pop()
        if name and name != opened.tag:
            raise self._fault("Unmatched end tag", begin, f', expected "</{opened.tag}>", found "</{name}>"')
        self._at = end + 1
        length = self._length - opened.offset
        if length:
            self._close(opened, length)

    def _close(self, opened: _Open, length: int) -> None:
        entity: Entity = {"type": _STYLES[opened.tag], "offset": opened.offset, "length": length}
        if opened.tag == "a":
            target = opened.attributes.get("href") or "".join(self._parts[opened.start :])
            if not _link(entity, target):
                return
        elif opened.tag == "tg-emoji":
            emoji = opened.attributes.get("emoji-id", "")
            if not emoji.isascii() or not emoji.isdigit():
                raise self._fault("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = emoji
        elif opened.tag == "blockquote" and "expandable" in opened.attributes:
            entity["type"] = "expandable_blockquote"
        elif opened.tag == "code":
            language = opened.attributes.get("class", "")
            if language.startswith("language-"):
                entity["code_language"] = language.removeprefix("language-")
        elif opened.tag == "pre" and self._entities:
            inner = self._entities[-1]
            if inner["type"] == "code" and (inner["offset"], inner["length"]) == (opened.offset, length):
                self._entities.pop()
                if "code_language" in inner:
                    entity["language"] = inner["code_language"]
        self._entities.append(entity)

    def _fault(self, what: str, begin: int | None = None, more: str = "") -> Exception:
        where = ""
        if begin is not None:
            where = f" at byte offset {len(self._source[:begin].encode(errors='replace'))}"
        return bad_request(f"can't parse entities: {what}{where}{more}")


def _without_nested_code(entities: list[Entity]) -> list[Entity]:
    """Leave out what stands inside code: Telegram formats nothing there."""
    kept: list[Entity] = []
    code_until = 0
    for entity in entities:
        if entity["offset"] < code_until:
            continue
        if entity["type"] in ("code", "pre"):
            code_until = entity["offset"] + entity["length"]
        kept.append(entity)
    return kept


def _link(entity: Entity, target: str) -> bool:
    """Fill in where the link leads; a target that Telegram does not open leaves plain text, as there."""
    person = _USER_LINK.match(target)
    if person:
        entity["type"] = "text_mention"
        entity["user"] = {"id": int(person.group(1)), "is_bot": False, "first_name": ""}
        return True
    try:
        entity["url"] = check_link(target)
    except LinkError:
        return False
    return True


def _read_reference(source: str, at: int) -> tuple[str, int]:
    """Return the sign that the reference at `at` stands for and where the text goes on; else the ampersand itself."""
    found = _REFERENCE.match(source, at)
    if found is None:
        return "&", at + 1
    if found.group(3):
        return _REFERENCES[found.group(3)], found.end()
    if len(found.group().rstrip(";")) > _LONGEST_REFERENCE:
        return "&", at + 1
    code = int(found.group(1), 16) if found.group(1) else int(found.group(2))
    if code == 0 or code >= 0x10FFFF:
        return "&", at + 1
    if 0xD800 <= code <= 0xDFFF:
        raise bad_request(
            "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code), found.end()


def _unescape(value: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(value):
        if value[at] == "&":
            sign, at = _read_reference(value, at)
            parts.append(sign)
        else:
            parts.append(value[at])
            at += 1
    return "".join(parts)
