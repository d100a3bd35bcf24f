"""The command line. Each command is one module of `bot.commands`, loaded only when it is called."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from bot.commands.errors import UsageError
from content.faults import PackError

FINE, FAULTY_INPUT, WRONG_CALL = 0, 1, 2
"""Exit codes: 0 fine, 1 the input has faults, 2 the call or the settings are wrong."""

COMMANDS = {
    "sandbox": "the bot on a local Bot API with a chat page; no account, no network",
    "run": "the bot on Telegram (polling, or webhook when BOT_WEBHOOK_URL is set)",
    "ask": "one answer on the terminal, or many with --jsonl",
    "evaluate": "figures of understanding with intervals",
    "check": "validate content packs",
    "poster": "a page to hang up: whom to call, and a QR code that opens the bot at a topic",
    "content": "the pack as a workbook for editors, and back",
    "db": "migrate, back up or copy the database",
    "doctor": "what is wrong with this deployment, and what to do",
    "simulate": "who gets a tip when in the coming days; nothing is sent",
    "telegram": "set up commands, descriptions and webhook at Telegram",
}


class Command(Protocol):
    """What a module of `bot.commands` offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it and return the exit code. Raises UsageError or PackError with a sentence for people."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]  # argparse promises not to return; we raise
        raise UsageError(f"{self.prog}: {message}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Errors are one sentence on standard error, never a traceback."""
    # Durations of python-telegram-bot are timedeltas everywhere, as they will be in its next major version.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments else ""
    if name in {"", "-h", "--help"}:
        sys.stdout.write(_overview())
        return FINE if name else WRONG_CALL
    if name == "--version":
        from importlib.metadata import version  # noqa: PLC0415  # only this option needs it

        sys.stdout.write(f"mamori {version('mamori')}\n")
        return FINE
    if name not in COMMANDS:
        sys.stderr.write(f"mamori: there is no command '{name}'; the commands are {', '.join(COMMANDS)}\n")
        return WRONG_CALL
    command = cast(Command, import_module(f"bot.commands.{name}"))
    parser = _Parser(prog=f"mamori {name}", description=COMMANDS[name])
    command.configure(parser)
    try:
        return command.run(parser.parse_args(arguments[1:]))
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_CALL
    except PackError as error:
        sys.stderr.write(f"{error}\n")
        return FAULTY_INPUT
    except KeyboardInterrupt:
        return FINE
    except BrokenPipeError:
        # Whoever read our output has gone (`mamori ... | head`): that is not an error of ours.
        sys.stderr.close()
        return FINE


def _overview() -> str:
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:{width}}  {does}" for name, does in COMMANDS.items()]
    return "usage: mamori COMMAND [...]\n\n" + "\n".join(lines) + "\n\n`mamori COMMAND --help` says more.\n"


if __name__ == "__main__":
    sys.exit(main())
