"""Texts and captions of a request, measured and cleaned as Telegram does."""

from __future__ import annotations

import re

from bot.sandbox.detection import detect_entities
from bot.sandbox.errors import bad_request
from bot.sandbox.formatting import Entity, Formatted, parse_html, sort_entities, utf16_length
from bot.sandbox.inputs import Inputs
from bot.sandbox.world import Json

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024
MOST_ENTITIES = 100
_CONTROL = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile(r"[\r\u2028-\u202e]")


def read_text(inputs: Inputs) -> Formatted:
    """Return the message text. Raises ApiError 400 when it is empty or longer than 4096 UTF-16 units after parsing."""
    formatted = read_formatted(inputs, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > TEXT_LENGTH:
        raise bad_request("message is too long")
    return formatted


def read_caption(inputs: Inputs) -> Formatted:
    """Return the caption. Raises ApiError 400 when it is longer than 1024 UTF-16 units after parsing."""
    formatted = read_formatted(inputs, "caption", "caption_entities")
    if utf16_length(formatted.text) > CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    return formatted


def read_formatted(inputs: Inputs, field: str, entities_field: str) -> Formatted:
    """Return a text parameter with its entities: from its parse_mode, from its list, and those found in it."""
    source = inputs.text(field)
    mode = inputs.text("parse_mode").lower()
    if mode == "html":
        formatted = parse_html(source)
    elif mode in ("", "none"):
        given = inputs.structure(entities_field, "entities")
        formatted = Formatted(source, _given_entities(given, source))
    else:
        raise bad_request("unsupported parse_mode")
    return finish(formatted)


def finish(formatted: Formatted) -> Formatted:
    """Return the text cleaned and trimmed, with the entities that Telegram finds by itself; at most 100 are kept."""
    text = _CONTROL.sub(" ", _DROPPED.sub("", formatted.text))
    removed = [utf16_length(formatted.text[: match.start()]) for match in _DROPPED.finditer(formatted.text)]
    entities = [_pull_forward(entity, removed) for entity in formatted.entities] if removed else formatted.entities
    stripped = text.strip()
    shift = utf16_length(text[: len(text) - len(text.lstrip())])
    length = utf16_length(stripped)
    kept = [fitted for entity in entities if (fitted := _fit(entity, shift, length))]
    return Formatted(stripped, tuple(detect_entities(stripped, tuple(kept))[:MOST_ENTITIES]))


def _pull_forward(entity: Entity, removed: list[int]) -> Entity:
    end = entity["offset"] + entity["length"]
    before = sum(place < entity["offset"] for place in removed)
    inside = sum(entity["offset"] <= place < end for place in removed)
    return {**entity, "offset": entity["offset"] - before, "length": entity["length"] - inside}


def _fit(entity: Entity, shift: int, length: int) -> Entity | None:
    begin = max(0, entity["offset"] - shift)
    end = min(length, entity["offset"] + entity["length"] - shift)
    return {**entity, "offset": begin, "length": end - begin} if end > begin else None


def _given_entities(given: object, text: str) -> tuple[Entity, ...]:
    if given is None:
        return ()
    if not isinstance(given, list):
        raise bad_request("can't parse entities: Expected an Array")
    length = utf16_length(text)
    for entity in given:
        if not isinstance(entity, dict) or not all(isinstance(entity.get(key), int) for key in ("offset", "length")):
            raise bad_request('can\'t parse MessageEntity: Field "offset" must be of type Number')
        if entity["offset"] < 0 or entity["length"] < 0 or entity["offset"] + entity["length"] > length:
            raise bad_request(f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of the text")
    return tuple(sort_entities(given))


def text_fields(formatted: Formatted) -> Json:
    """Return a message's `text` and `entities`."""
    return {"text": formatted.text, **({"entities": list(formatted.entities)} if formatted.entities else {})}


def caption_fields(formatted: Formatted) -> Json:
    """Return a message's `caption` and `caption_entities`; nothing for an empty caption."""
    if not formatted.text:
        return {}
    fields: Json = {"caption": formatted.text}
    if formatted.entities:
        fields["caption_entities"] = list(formatted.entities)
    return fields
