"""What the bot may ask about chats, their members and files."""

from __future__ import annotations

from bot.sandbox.errors import bad_request, forbidden
from bot.sandbox.inputs import Inputs
from bot.sandbox.methods.sending import find_chat
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Chat, Json

_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def get_chat(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Return a chat in full."""
    chat = find_chat(sandbox, inputs)
    full: Json = {
        **sandbox.world.describe_chat(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        ),
    }
    if not chat.private:
        full["permissions"] = {"can_send_messages": chat.can_send}
    return full


def get_chat_member(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Return somebody's standing in a chat."""
    chat = _inside(sandbox, inputs)
    user_id = inputs.integer("user_id")
    if user_id == sandbox.world.bot["id"] or user_id in chat.people:
        return describe_member(sandbox, chat, user_id)
    if user_id in sandbox.world.people:
        return {"status": "left", "user": sandbox.world.people[user_id].as_user()}
    raise bad_request("PARTICIPANT_ID_INVALID")


def get_chat_administrators(sandbox: Sandbox, inputs: Inputs) -> list[Json]:
    """Return a group's owner and administrators; other bots are left out."""
    chat = _inside(sandbox, inputs)
    if chat.private:
        raise bad_request("there are no administrators in the private chat")
    found = [describe_member(sandbox, chat, user_id) for user_id in chat.administrators]
    if chat.bot_is_administrator:
        found.append(describe_member(sandbox, chat, sandbox.world.bot["id"]))
    return found


def get_chat_member_count(sandbox: Sandbox, inputs: Inputs) -> int:
    """Return how many are in a chat, the bot included."""
    chat = _inside(sandbox, inputs)
    return len(chat.people) + 1


def leave_chat(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Leave a group."""
    chat = _inside(sandbox, inputs)
    if chat.private:
        raise bad_request("chat member status can't be changed in private chats")
    chat.member = False
    sandbox.events.tell("reload")
    return True


def get_file(sandbox: Sandbox, inputs: Inputs) -> Json:
    """Return where a file can be fetched from."""
    stored = sandbox.files.find(inputs.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    return {
        "file_id": stored.file_id,
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.content),
        "file_path": stored.path,
    }


def describe_member(sandbox: Sandbox, chat: Chat, user_id: int) -> Json:
    """Return a ChatMember: creator, administrator or member."""
    bot = sandbox.world.bot
    user = bot if user_id == bot["id"] else sandbox.world.people[user_id].as_user()
    if chat.administrators[:1] == [user_id]:
        return {"status": "creator", "user": user, "is_anonymous": False}
    if user_id in chat.administrators or (user_id == bot["id"] and chat.bot_is_administrator):
        granted = {right: right in ("can_manage_chat", "can_delete_messages") for right in _RIGHTS}
        return {"status": "administrator", "user": user, **granted}
    return {"status": "member", "user": user}


def _inside(sandbox: Sandbox, inputs: Inputs) -> Chat:
    chat = find_chat(sandbox, inputs)
    if not chat.private and not chat.member:
        raise forbidden(f"bot was kicked from the {chat.type} chat")
    return chat


METHODS = (get_chat, get_chat_member, get_chat_administrators, get_chat_member_count, leave_chat, get_file)
