"""Answers to pressed buttons and to inline queries."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.sandbox.content import read_text, text_fields
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.formatting import Formatted
from bot.sandbox.inputs import Inputs
from bot.sandbox.links import LinkError, check_link
from bot.sandbox.markup import check_markup
from bot.sandbox.state import Question, Sandbox
from bot.sandbox.world import Json

CALLBACK_ANSWERED_WITHIN = timedelta(seconds=15)
INLINE_ANSWERED_WITHIN = timedelta(seconds=10)
LONGEST_TOAST = 200
MOST_RESULTS = 50
_RESULT_ID_BYTES = 64
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def answer_callback_query(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Answer a pressed button, once and in time; the text shows up as a toast or as an alert."""
    query_id = inputs.text("callback_query_id")
    text = inputs.text("text")
    if len(text) > LONGEST_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    url = inputs.text("url")
    if url and not url.startswith((f"https://t.me/{sandbox.world.bot['username']}?start=", "tg://")):
        raise bad_request("URL_INVALID")
    question = _take(sandbox.pressed, query_id, sandbox.clock.now(), CALLBACK_ANSWERED_WITHIN)
    sandbox.events.tell(
        "toast",
        id=query_id,
        person=question.person_id,
        chat=question.chat_id,
        text=text,
        alert=inputs.flag("show_alert"),
        url=url,
    )
    return True


def answer_inline_query(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Answer an inline query, once and in time, with at most 50 results."""
    query_id = inputs.text("inline_query_id")
    results = inputs.structure("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("results must be an Array of InlineQueryResult")
    if len(results) > MOST_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    checked = [_check_result(sandbox, result) for result in results]
    if len({result["id"] for result in checked}) < len(checked):
        raise bad_request("RESULT_ID_DUPLICATE")
    next_offset = inputs.text("next_offset")
    if len(next_offset.encode()) > _RESULT_ID_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    button = inputs.structure("button", "inline query results button")
    question = _take(sandbox.inline_queries, query_id, sandbox.clock.now(), INLINE_ANSWERED_WITHIN)
    answer: Json = {"results": checked, "next_offset": next_offset, "button": button}
    # Telegram keeps an answer for everybody unless the bot says that it is personal.
    seconds = inputs.integer("cache_time", 300)
    owner = question.person_id if inputs.flag("is_personal") else 0
    if seconds > 0:
        until = sandbox.clock.now() + timedelta(seconds=seconds)
        sandbox.inline_cache[(question.query, question.offset, owner)] = (until, answer)
    sandbox.events.tell("inline", id=query_id, person=question.person_id, **answer)
    return True


def cached_inline_answer(sandbox: Sandbox, question: Question) -> Json | None:
    """Return what Telegram would answer from its cache without asking the bot; None when it must ask."""
    for owner in (question.person_id, 0):
        kept = sandbox.inline_cache.get((question.query, question.offset, owner))
        if kept is not None and sandbox.clock.now() < kept[0]:
            return kept[1]
    return None


def _take(questions: dict[str, Question], query_id: str, now: datetime, within: timedelta) -> Question:
    question = questions.pop(query_id, None)
    if question is None or now - question.asked > within:
        raise bad_request(_TOO_OLD)
    return question


def _check_result(sandbox: Sandbox, result: object) -> Json:
    if not isinstance(result, dict):
        raise bad_request("can't parse InlineQueryResult: expected an Object")
    identifier = str(result.get("id", ""))
    if not 1 <= len(identifier.encode()) <= _RESULT_ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    kind = result.get("type")
    checked: Json = {"id": identifier, "type": kind}
    if kind == "article":
        if not str(result.get("title", "")).strip():
            raise bad_request("can't parse inline query result: Can't find field \"title\"")
        given = result.get("input_message_content")
        if not isinstance(given, dict):
            raise bad_request("can't parse inline query result: Can't find field \"input_message_content\"")
        checked["message"] = text_fields(_message_text(given))
    elif kind == "photo":
        file_id = result.get("photo_file_id")
        stored = sandbox.files.find(str(file_id)) if file_id else None
        if stored is None or stored.kind != "photo":
            raise bad_request("wrong file identifier/HTTP URL specified" if file_id else "PHOTO_URL_INVALID")
        given = {"text": result.get("caption", ""), "parse_mode": result.get("parse_mode", "")}
        checked["photo_file_id"] = stored.file_id
        checked["message"] = text_fields(_message_text(given)) if given["text"] else {}
    else:
        raise bad_request("can't parse inline query result: Unsupported inline query result type")
    checked["title"] = str(result.get("title") or "")
    checked["description"] = str(result.get("description") or "")
    if result.get("thumbnail_url"):
        _check_url(str(result["thumbnail_url"]))
    checked["reply_markup"] = check_markup(result.get("reply_markup") or {}, inline_only=True)
    return checked


def _message_text(given: Json) -> Formatted:
    content = dict(given)
    content["text"] = given.get("message_text", given.get("text", ""))
    try:
        return read_text(Inputs(content))
    except ApiError as error:
        if error.description.endswith("message text is empty"):
            raise bad_request("MESSAGE_EMPTY") from error
        raise


def _check_url(url: str) -> None:
    try:
        check_link(url)
    except LinkError as error:
        raise bad_request("WEBDOCUMENT_URL_INVALID") from error


METHODS = (answer_callback_query, answer_inline_query)
