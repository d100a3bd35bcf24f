"""How the bot gets its updates: by asking for them, or by webhook."""

from __future__ import annotations

from bot.sandbox.errors import ApiError
from bot.sandbox.inputs import Inputs
from bot.sandbox.state import Sandbox
from bot.sandbox.updates import DEFAULT_KINDS, Update
from bot.sandbox.webhook import check_target
from bot.sandbox.world import Json

_LONGEST_POLL = 50


async def get_updates(sandbox: Sandbox, inputs: Inputs) -> list[Update]:
    """Return waiting updates from `offset` on, waiting up to `timeout` seconds for the first one."""
    if sandbox.webhook.target is not None:
        raise ApiError(
            409,
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first",
        )
    sandbox.queue.allow(inputs.structure("allowed_updates", "allowed updates"))
    seconds = min(max(inputs.integer("timeout", 0), 0), _LONGEST_POLL)
    return await sandbox.queue.fetch(inputs.integer("offset", 0), inputs.integer("limit", 100), seconds)


async def set_webhook(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Deliver updates to an address on this machine; an empty one is the same as deleteWebhook."""
    url = inputs.text("url")
    if not url:
        return await delete_webhook(sandbox, inputs)
    target = check_target(url, inputs.text("secret_token"), inputs.integer("max_connections", 40))
    await sandbox.webhook.stop()
    sandbox.queue.allow(inputs.structure("allowed_updates", "allowed updates"))
    if inputs.flag("drop_pending_updates"):
        sandbox.queue.pending.clear()
    sandbox.webhook.start(target)
    return True


async def delete_webhook(sandbox: Sandbox, inputs: Inputs) -> bool:
    """Stop delivering; what waits can be fetched with getUpdates."""
    await sandbox.webhook.stop()
    if inputs.flag("drop_pending_updates"):
        sandbox.queue.pending.clear()
    return True


def get_webhook_info(sandbox: Sandbox, inputs: Inputs) -> Json:  # noqa: ARG001  every method has the same shape
    """Return where updates go and how that fares."""
    info = sandbox.webhook.info()
    if sandbox.queue.allowed != DEFAULT_KINDS:
        info["allowed_updates"] = sorted(sandbox.queue.allowed)
    return info


METHODS = (get_updates, set_webhook, delete_webhook, get_webhook_info)
