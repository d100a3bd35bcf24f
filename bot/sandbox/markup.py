"""Keyboards: what Telegram accepts under a message."""

from __future__ import annotations

from typing import Any

from bot.sandbox.errors import bad_request
from bot.sandbox.inputs import Inputs
from bot.sandbox.links import LinkError, check_link

CALLBACK_DATA_BYTES = 64
MOST_BUTTONS = 100
_LONGEST_COPY = 256

Markup = dict[str, Any]


def read_markup(inputs: Inputs, *, inline_only: bool = False, private: bool = True) -> Markup | None:
    """Return the request's reply_markup, checked; None when there is none.

    `inline_only`: an edit takes inline keyboards only. Raises ApiError 400 as Telegram words it.
    """
    raw = inputs.structure("reply_markup", "reply keyboard markup")
    return None if raw is None else check_markup(raw, inline_only=inline_only, private=private)


def check_markup(raw: object, *, inline_only: bool = False, private: bool = True) -> Markup | None:
    """Return a markup with its buttons checked; None when it is empty."""
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    if not raw:
        return None
    if "inline_keyboard" in raw:
        rows = [[_inline_button(button, private) for button in row] for row in _rows(raw, "inline_keyboard")]
        rows = [row for row in rows if row]
        _count(rows)
        return {"inline_keyboard": rows} if rows else None
    if inline_only:
        raise bad_request("message can't be edited" if "keyboard" in raw else "inline keyboard expected")
    if "keyboard" in raw:
        keyboard = [[_plain_button(button, private) for button in row] for row in _rows(raw, "keyboard")]
        _count(keyboard)
        return {**raw, "keyboard": keyboard}
    if raw.get("remove_keyboard") or raw.get("force_reply"):
        return raw
    raise bad_request("can't parse reply keyboard markup JSON object")


def _rows(raw: Markup, field: str) -> list[list[Any]]:
    rows = raw[field]
    if not isinstance(rows, list):
        raise bad_request(f'Field "{field}" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            raise bad_request(f'Field "{field}" must be an Array of Arrays')
    return rows


def _count(rows: list[list[Markup]]) -> None:
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")


def _label(button: object, what: str) -> str:
    if not isinstance(button, dict):
        raise bad_request(f"can't parse {what}: expected an Object")
    label = button.get("text")
    if not isinstance(label, str):
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    if not label.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    return label


def _inline_button(button: object, private: bool) -> Markup:  # noqa: FBT001  a fact of the chat, passed on
    what = "inline keyboard button"
    label = _label(button, what)
    given = button if isinstance(button, dict) else {}
    kept: Markup = {"text": label}
    if "url" in given:
        kept["url"] = _button_url(given["url"])
    elif "callback_data" in given:
        kept["callback_data"] = _callback_data(given["callback_data"])
    elif "switch_inline_query" in given or "switch_inline_query_current_chat" in given:
        for field in ("switch_inline_query", "switch_inline_query_current_chat"):
            if field in given:
                kept[field] = str(given[field])
    elif "copy_text" in given:
        copied = given["copy_text"].get("text") if isinstance(given["copy_text"], dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= _LONGEST_COPY:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
        kept["copy_text"] = {"text": copied}
    elif "web_app" in given:
        if not private:
            raise bad_request("BUTTON_TYPE_INVALID")
        kept["web_app"] = given["web_app"]
    else:
        raise bad_request(f"can't parse {what}: Text buttons are unallowed in the inline keyboard")
    return kept


def _callback_data(data: object) -> str:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return data


def _button_url(url: object) -> str:
    try:
        return check_link(str(url))
    except LinkError as error:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {error}") from error


def _plain_button(button: object, private: bool) -> Markup:  # noqa: FBT001  a fact of the chat, passed on
    given = {"text": button} if isinstance(button, str) else button
    _label(given, "keyboard button")
    kept: Markup = dict(given) if isinstance(given, dict) else {}
    if not private and (kept.get("request_location") or kept.get("request_contact")):
        asked = "location" if kept.get("request_location") else "phone number"
        raise bad_request(f"{asked} can be requested in private chats only")
    return kept
