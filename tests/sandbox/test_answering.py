from __future__ import annotations

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    MenuButtonCommands,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from tests.sandbox.conftest import GROUP, MOTHER, TEACHER, YOUNG, Rig


def article(identifier: str = "1", text: str = "<b>x</b>") -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        identifier,
        "Sextortion",
        InputTextMessageContent(text, parse_mode=ParseMode.HTML),
        reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="topic:open:1")]]),
    )


async def test_a_pressed_button_is_answered_once_and_in_time(begun: Rig) -> None:
    sent = await begun.bot.send_message(YOUNG, "x")
    begun.people.press(YOUNG, sent.message_id, "a:b:c")
    (update,) = await begun.bot.get_updates()
    query = update.callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.message.message_id, query.from_user.id) == ("a:b:c", sent.message_id, YOUNG)
    assert await query.answer("Done")
    for query_id in (query.id, "17"):
        with pytest.raises(BadRequest, match=r"^Query is too old and response timeout expired or query id is invalid$"):
            await begun.bot.answer_callback_query(query_id)
    late = begun.people.press(YOUNG, sent.message_id, "a:b:c")
    await begun.post("clock", {"advance_seconds": 16})
    with pytest.raises(BadRequest, match=r"^Query is too old"):
        await begun.bot.answer_callback_query(late)


async def test_a_toast_is_200_signs_at_most(begun: Rig) -> None:
    query_id = begun.people.press(YOUNG, 1, "x")
    with pytest.raises(BadRequest, match=r"^Message_too_long$"):
        await begun.bot.answer_callback_query(query_id, "x" * 201)
    assert await begun.bot.answer_callback_query(query_id, "x" * 200)


async def test_a_button_of_a_deleted_message_comes_with_an_inaccessible_one(begun: Rig) -> None:
    sent = await begun.bot.send_message(YOUNG, "x")
    await begun.bot.delete_message(YOUNG, sent.message_id)
    begun.people.press(YOUNG, sent.message_id, "x")
    (update,) = await begun.bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert not update.callback_query.message.is_accessible


async def test_an_inline_query_is_answered_chosen_and_edited_in_place(begun: Rig) -> None:
    begun.people.ask_inline(YOUNG, "sextortion", chat_id=GROUP)
    (update,) = await begun.bot.get_updates()
    query = update.inline_query
    assert query is not None
    assert (query.query, query.chat_type) == ("sextortion", "group")
    assert await query.answer([article()], is_personal=True, cache_time=0)
    with pytest.raises(BadRequest, match=r"^Query is too old"):
        await query.answer([article()])
    result = {
        "message": {"text": "x"},
        "reply_markup": {"inline_keyboard": [[{"text": "More", "callback_data": "topic:open:1"}]]},
    }
    message = begun.people.choose(YOUNG, result, chat_id=GROUP)
    begun.people.press(TEACHER, message["message_id"], "topic:open:1", chat_id=GROUP)
    pressed = (await begun.bot.get_updates())[-1].callback_query
    assert pressed is not None
    assert pressed.inline_message_id is not None
    assert await pressed.edit_message_text("opened") is True
    assert begun.sandbox.world.chats[GROUP].messages[message["message_id"]].raw["text"] == "opened"


@pytest.mark.parametrize(
    ("results", "fault"),
    [
        ([article("1"), article("1")], "Result_id_duplicate"),
        ([article("x" * 65)], "Result_id_invalid"),
        ([article(text=" ")], "Message_empty"),
        ([article(text="x" * 4097)], "Message is too long"),
        ([article(text="<p>")], "Can't parse entities"),
    ],
)
async def test_broken_inline_results_are_refused(
    begun: Rig, results: list[InlineQueryResultArticle], fault: str
) -> None:
    query_id = begun.people.ask_inline(YOUNG, "x")
    with pytest.raises(BadRequest, match=f"^{fault}"):
        await begun.bot.answer_inline_query(query_id, results)


async def test_more_than_fifty_inline_results_are_refused(begun: Rig) -> None:
    begun.people.ask_inline(YOUNG, "x")
    answer = await begun.call(
        "answerInlineQuery", inline_query_id="1", results=[article(str(n)).to_dict() for n in range(51)]
    )
    assert answer.json()["description"] == "Bad Request: RESULTS_TOO_MUCH"


@pytest.mark.parametrize(("personal", "asked_again"), [(True, True), (False, False)])
async def test_an_inline_answer_is_kept_for_everybody_unless_it_is_personal(
    begun: Rig, personal: object, asked_again: object
) -> None:
    query_id = begun.people.ask_inline(YOUNG, "x")
    await begun.bot.answer_inline_query(query_id, [article()], is_personal=bool(personal))
    begun.sandbox.queue.pending.clear()
    begun.people.ask_inline(MOTHER, "x")
    assert bool(begun.sandbox.queue.pending) is bool(asked_again)
    begun.sandbox.queue.pending.clear()
    begun.people.ask_inline(YOUNG, "x")
    assert not begun.sandbox.queue.pending
    await begun.post("clock", {"advance_seconds": 301})
    begun.people.ask_inline(YOUNG, "x")
    assert begun.sandbox.queue.pending


async def test_commands_are_kept_by_scope_and_language_and_the_narrowest_is_shown(rig: Rig) -> None:
    english, japanese = [BotCommand("tips", "A tip")], [BotCommand("tips", "ヒント")]
    await rig.bot.set_my_commands(english, BotCommandScopeDefault())
    await rig.bot.set_my_commands(japanese, BotCommandScopeAllPrivateChats(), language_code="ja")
    assert list(await rig.bot.get_my_commands(BotCommandScopeAllPrivateChats(), "ja")) == japanese
    assert await rig.bot.get_my_commands(BotCommandScopeAllPrivateChats()) == ()
    state = (await rig.http.get("/sandbox/state")).json()
    shown = {chat["id"]: chat["commands"] for chat in state["chats"]}
    assert shown[MOTHER][str(MOTHER)][0]["description"] == "ヒント"
    assert shown[YOUNG][str(YOUNG)][0]["description"] == "A tip"
    await rig.bot.set_my_commands([BotCommand("quiz", "Quiz")], BotCommandScopeChat(YOUNG))
    await rig.bot.delete_my_commands(BotCommandScopeDefault())
    state = (await rig.http.get("/sandbox/state")).json()
    shown = {chat["id"]: chat["commands"] for chat in state["chats"]}
    assert shown[YOUNG][str(YOUNG)][0]["command"] == "quiz"
    assert shown[GROUP][str(TEACHER)] == []


@pytest.mark.parametrize(
    ("commands", "fault"),
    [
        ([{"command": "Tips", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "tips", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "tips", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": f"c{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_broken_commands_are_refused(rig: Rig, commands: list[dict[str, str]], fault: str) -> None:
    answer = await rig.call("setMyCommands", commands=commands)
    assert answer.json()["description"] == f"Bad Request: {fault}"


async def test_descriptions_have_a_length_and_a_language(rig: Rig) -> None:
    await rig.bot.set_my_description("Hello")
    await rig.bot.set_my_description("こんにちは", "ja")
    await rig.bot.set_my_short_description("Short")
    assert (await rig.bot.get_my_description("ja")).description == "こんにちは"
    assert (await rig.bot.get_my_description("fr")).description == "Hello"
    assert (await rig.bot.get_my_short_description()).short_description == "Short"
    with pytest.raises(BadRequest, match=r"^Bot_description_too_long$"):
        await rig.bot.set_my_description("x" * 513)
    with pytest.raises(BadRequest, match=r"^Bot_short_description_too_long$"):
        await rig.bot.set_my_short_description("x" * 121)
    with pytest.raises(BadRequest, match=r"^Invalid language code specified$"):
        await rig.bot.set_my_description("x", "english")


async def test_the_menu_button_can_be_set(rig: Rig) -> None:
    assert await rig.bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert isinstance(await rig.bot.get_chat_menu_button(), MenuButtonCommands)


async def test_chats_and_members_can_be_asked_for(rig: Rig) -> None:
    assert (await rig.bot.get_chat(MOTHER)).first_name == "陽子"
    assert (await rig.bot.get_chat(GROUP)).title == "Year 9 families"
    assert (await rig.bot.get_chat_member(GROUP, TEACHER)).status == "creator"
    assert (await rig.bot.get_chat_member(GROUP, YOUNG)).status == "member"
    assert (await rig.bot.get_chat_member(GROUP, rig.bot.id)).status == "member"
    assert [member.user.id for member in await rig.bot.get_chat_administrators(GROUP)] == [TEACHER]
    assert await rig.bot.get_chat_member_count(GROUP) == 4
    with pytest.raises(BadRequest, match=r"^There are no administrators in the private chat$"):
        await rig.bot.get_chat_administrators(MOTHER)
    with pytest.raises(BadRequest, match=r"^Participant_id_invalid$"):
        await rig.bot.get_chat_member(GROUP, 99)
