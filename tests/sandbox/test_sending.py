from __future__ import annotations

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.sandbox.pictures import fake_photo
from tests.sandbox.conftest import GROUP, MOTHER, TEACHER, YOUNG, Rig

PICTURE = fake_photo(24, 16)
OTHER_PICTURE = fake_photo(16, 24)


def keyboard(data: str = "topic:open:1") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data=data)]])


async def test_a_text_arrives_with_its_html_as_entities(begun: Rig) -> None:
    sent = await begun.bot.send_message(
        YOUNG,
        "😀 <b>bold</b> &lt;3 /tips",
        parse_mode=ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.text == "😀 bold <3 /tips"
    assert [(entity.type, entity.offset, entity.length) for entity in sent.entities] == [
        ("bold", 3, 4),
        ("bot_command", 11, 5),
    ]
    assert sent.link_preview_options == LinkPreviewOptions(is_disabled=True)


async def test_a_text_of_exactly_4096_units_passes_and_one_more_is_too_long(begun: Rig) -> None:
    await begun.bot.send_message(YOUNG, "😀" * 2048)
    await begun.bot.send_message(YOUNG, "<b>" + "x" * 4096 + "</b>", parse_mode=ParseMode.HTML)
    with pytest.raises(BadRequest, match=r"^Message is too long$"):
        await begun.bot.send_message(YOUNG, "😀" * 2048 + "x")


@pytest.mark.parametrize("text", ["   ", "<b> </b>", "\n\n", "\u202e"])
async def test_a_text_without_a_visible_sign_is_empty(begun: Rig, text: str) -> None:
    with pytest.raises(BadRequest, match=r"^Message text is empty$"):
        await begun.bot.send_message(YOUNG, text, parse_mode=ParseMode.HTML)


async def test_broken_html_is_refused_in_telegrams_words(begun: Rig) -> None:
    with pytest.raises(BadRequest) as refused:
        await begun.bot.send_message(YOUNG, "é<br>", parse_mode=ParseMode.HTML)
    assert refused.value.message == 'Can\'t parse entities: unsupported start tag "br" at byte offset 2'


async def test_a_caption_of_1024_units_passes_and_one_more_is_too_long(begun: Rig) -> None:
    await begun.bot.send_photo(YOUNG, PICTURE, caption="x" * 1024)
    with pytest.raises(BadRequest, match=r"^Message caption is too long$"):
        await begun.bot.send_photo(YOUNG, PICTURE, caption="x" * 1025)


async def test_a_picture_can_be_sent_again_by_its_file_id_and_fetched(begun: Rig) -> None:
    first = await begun.bot.send_photo(
        YOUNG, PICTURE, caption="<i>chart</i>", parse_mode=ParseMode.HTML, has_spoiler=True
    )
    assert (first.photo[-1].width, first.photo[-1].height) == (24, 16)
    assert first.has_media_spoiler
    again = await begun.bot.send_photo(YOUNG, first.photo[-1].file_id)
    assert again.photo == first.photo
    stored = await begun.bot.get_file(again.photo[-1].file_id)
    assert bytes(await stored.download_as_bytearray()) == PICTURE


async def test_what_is_no_picture_or_no_file_is_refused(begun: Rig) -> None:
    with pytest.raises(BadRequest, match=r"^Image_process_failed$"):
        await begun.bot.send_photo(YOUNG, b"not a picture")
    with pytest.raises(BadRequest, match=r"^Wrong file identifier/http url specified$"):
        await begun.bot.send_photo(YOUNG, "AgACunknown")
    with pytest.raises(BadRequest, match=r"^Photo_invalid_dimensions$"):
        await begun.bot.send_photo(YOUNG, fake_photo(420, 2))
    document = await begun.bot.send_document(YOUNG, b"%PDF-1.7", filename="poster.pdf")
    assert document.document is not None
    with pytest.raises(BadRequest, match=r"^Can't use file of type document as photo$"):
        await begun.bot.send_photo(YOUNG, document.document.file_id)


async def test_a_document_keeps_its_name(begun: Rig) -> None:
    sent = await begun.bot.send_document(YOUNG, b"%PDF-1.7", filename="poster.pdf", caption="Print it")
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("poster.pdf", 8, "Print it")


async def test_callback_data_is_64_bytes_at_most(begun: Rig) -> None:
    await begun.bot.send_message(YOUNG, "x", reply_markup=keyboard("あ" * 21 + "x"))
    with pytest.raises(BadRequest, match=r"^Button_data_invalid$"):
        await begun.bot.send_message(YOUNG, "x", reply_markup=keyboard("あ" * 22))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("tel:+81110", "Wrong port number specified in the url"),
        ("ftp://example.org", "Unsupported url protocol"),
        ("http://localhost:80", "Wrong http url"),
        ("a b.com", "Wrong http url"),
    ],
)
async def test_a_button_leads_only_where_telegram_lets_it(begun: Rig, url: str, reason: str) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Call", url=url)]])
    with pytest.raises(BadRequest) as refused:
        await begun.bot.send_message(YOUNG, "x", reply_markup=markup)
    assert refused.value.message.lower() == f"inline keyboard button url '{url}' is invalid: {reason}".lower()


async def test_a_button_that_does_nothing_is_refused(begun: Rig) -> None:
    answer = await begun.call(
        "sendMessage", chat_id=YOUNG, text="x", reply_markup={"inline_keyboard": [[{"text": "A"}]]}
    )
    assert answer.status_code == 400
    assert answer.json()["description"].endswith("Text buttons are unallowed in the inline keyboard")


@pytest.mark.parametrize("markup", ["{", "[]", '{"inline_keyboard": 3}', '{"inline_keyboard": [3]}', '{"x": 1}'])
async def test_a_malformed_keyboard_is_refused(begun: Rig, markup: str) -> None:
    answer = await begun.call("sendMessage", chat_id=YOUNG, text="x", reply_markup=markup)
    assert answer.status_code == 400


async def test_more_than_a_hundred_buttons_are_refused(begun: Rig) -> None:
    rows = [[InlineKeyboardButton("x", callback_data="x")] for _ in range(101)]
    with pytest.raises(BadRequest, match=r"^Reply markup is too long$"):
        await begun.bot.send_message(YOUNG, "x", reply_markup=InlineKeyboardMarkup(rows))


async def test_a_location_can_be_asked_for_in_private_only(begun: Rig) -> None:
    markup = ReplyKeyboardMarkup([[KeyboardButton("Where I am", request_location=True)]])
    await begun.bot.send_message(YOUNG, "x", reply_markup=markup)
    assert begun.sandbox.world.chats[YOUNG].keyboard is not None
    with pytest.raises(BadRequest, match="private chats only"):
        await begun.bot.send_message(GROUP, "x", reply_markup=markup)


async def test_a_chat_is_found_open_and_willing_or_the_bot_is_told_why_not(rig: Rig) -> None:
    with pytest.raises(BadRequest, match=r"^Chat not found$"):
        await rig.bot.send_message(99, "x")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await rig.bot.send_message(MOTHER, "x")
    rig.people.start(MOTHER)
    await rig.bot.send_message(MOTHER, "x")
    rig.people.block(MOTHER)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await rig.bot.send_message(MOTHER, "x")
    rig.people.block(MOTHER, blocked=False)
    rig.sandbox.world.people[MOTHER].deactivated = True
    with pytest.raises(Forbidden, match="user is deactivated"):
        await rig.bot.send_message(MOTHER, "x")


async def test_a_group_that_was_left_lost_its_rights_or_moved_says_so(rig: Rig) -> None:
    group = rig.sandbox.world.chats[GROUP]
    group.can_send = False
    with pytest.raises(BadRequest, match=r"^Not enough rights to send text messages to the chat$"):
        await rig.bot.send_message(GROUP, "x")
    group.can_send = True
    new_id = rig.people.upgrade(TEACHER, GROUP)
    with pytest.raises(ChatMigrated) as moved:
        await rig.bot.send_message(GROUP, "x")
    assert moved.value.new_chat_id == new_id
    await rig.bot.send_message(new_id, "x")
    await rig.bot.leave_chat(new_id)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await rig.bot.send_message(new_id, "x")


async def test_a_reply_names_an_existing_message_or_allows_for_its_absence(begun: Rig) -> None:
    first = await begun.bot.send_message(YOUNG, "first")
    reply = await begun.bot.send_message(YOUNG, "second", reply_parameters=ReplyParameters(first.message_id))
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "first"
    with pytest.raises(BadRequest, match=r"^Message to be replied not found$"):
        await begun.bot.send_message(YOUNG, "x", reply_parameters=ReplyParameters(999))
    await begun.bot.send_message(YOUNG, "x", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))


async def test_the_typing_sign_wants_a_known_action(begun: Rig) -> None:
    assert await begun.bot.send_chat_action(YOUNG, "typing")
    with pytest.raises(BadRequest, match=r"^Wrong parameter action in request$"):
        await begun.bot.send_chat_action(YOUNG, "dancing")


async def test_an_edit_replaces_text_and_takes_a_keyboard_away_that_is_not_repeated(begun: Rig) -> None:
    sent = await begun.bot.send_message(YOUNG, "one", reply_markup=keyboard())
    edited = await begun.bot.edit_message_text("two", YOUNG, sent.message_id)
    assert isinstance(edited, Message)
    assert (edited.text, edited.reply_markup) == ("two", None)
    assert edited.edit_date is not None


async def test_an_edit_that_changes_nothing_is_refused(begun: Rig) -> None:
    sent = await begun.bot.send_message(YOUNG, "<b>one</b>", parse_mode=ParseMode.HTML, reply_markup=keyboard())
    with pytest.raises(BadRequest, match=r"^Message is not modified: specified new message content and reply markup"):
        await begun.bot.edit_message_text(
            "<b>one</b> ", YOUNG, sent.message_id, parse_mode=ParseMode.HTML, reply_markup=keyboard()
        )
    with pytest.raises(BadRequest, match=r"^Message is not modified"):
        await begun.bot.edit_message_reply_markup(YOUNG, sent.message_id, reply_markup=keyboard())
    assert await begun.bot.edit_message_reply_markup(YOUNG, sent.message_id)


async def test_an_edit_fits_what_stands_there(begun: Rig) -> None:
    text = await begun.bot.send_message(YOUNG, "one")
    photo = await begun.bot.send_photo(YOUNG, PICTURE)
    theirs = begun.people.say(YOUNG, "mine")[0]["message_id"]
    with pytest.raises(BadRequest, match=r"^There is no text in the message to edit$"):
        await begun.bot.edit_message_text("x", YOUNG, photo.message_id)
    with pytest.raises(BadRequest, match=r"^There is no caption in the message to edit$"):
        await begun.bot.edit_message_caption(YOUNG, text.message_id, caption="x")
    with pytest.raises(BadRequest, match=r"^Message can't be edited$"):
        await begun.bot.edit_message_text("x", YOUNG, theirs)
    with pytest.raises(BadRequest, match=r"^Message to edit not found$"):
        await begun.bot.edit_message_text("x", YOUNG, 999)


async def test_picture_and_caption_are_swapped_in_place(begun: Rig) -> None:
    sent = await begun.bot.send_photo(YOUNG, PICTURE, caption="2017")
    media = InputMediaPhoto(OTHER_PICTURE, caption="<b>2018</b>", parse_mode=ParseMode.HTML)
    edited = await begun.bot.edit_message_media(media, YOUNG, sent.message_id, reply_markup=keyboard())
    assert isinstance(edited, Message)
    assert (edited.caption, edited.photo[-1].width) == ("2018", 16)
    captioned = await begun.bot.edit_message_caption(YOUNG, sent.message_id, caption="2019")
    assert isinstance(captioned, Message)
    assert (captioned.caption, captioned.caption_entities) == ("2019", ())


async def test_messages_are_deleted_within_48_hours_of_the_sandboxs_clock(begun: Rig) -> None:
    sent = await begun.bot.send_message(YOUNG, "one")
    theirs = begun.people.say(YOUNG, "mine")[0]["message_id"]
    old = await begun.bot.send_message(YOUNG, "old")
    assert await begun.bot.delete_message(YOUNG, sent.message_id)
    with pytest.raises(BadRequest, match=r"^Message to delete not found$"):
        await begun.bot.delete_message(YOUNG, sent.message_id)
    assert await begun.bot.delete_messages(YOUNG, [sent.message_id, theirs])
    await begun.post("clock", {"advance_seconds": 48 * 3600 + 1})
    with pytest.raises(BadRequest, match=r"^Message can't be deleted for everyone$"):
        await begun.bot.delete_message(YOUNG, old.message_id)
    with pytest.raises(BadRequest, match=r"^Message can't be deleted for everyone$"):
        await begun.bot.delete_messages(YOUNG, [old.message_id])


async def test_in_a_group_the_bot_deletes_only_its_own_messages(rig: Rig) -> None:
    theirs = rig.people.say(TEACHER, "hello", chat_id=GROUP)[0]["message_id"]
    with pytest.raises(BadRequest, match=r"^Message can't be deleted$"):
        await rig.bot.delete_message(GROUP, theirs)
    rig.sandbox.world.chats[GROUP].bot_is_administrator = True
    assert await rig.bot.delete_message(GROUP, theirs)
