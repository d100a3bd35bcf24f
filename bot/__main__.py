"""The command line. Each command is one module of `bot.commands`, loaded only when it is called."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
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
        message = re.sub(r"invalid choice: (.*) \(choose from (.*)\)$", r"\1 is not one of \2", message)
        raise UsageError(f"{self.prog}: {message}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Errors are one sentence on standard error, never a traceback."""
    # Durations of python-telegram-bot are timedeltas everywhere, as they will be in its next major version.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    _stand_in_for_closed_streams()
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
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
        _forget_output()
        return FINE
    except OSError as error:
        # A full disk, a folder that may not be read: what a command did not foresee, and no fault of the program.
        _forget_output()
        what = error.strerror or str(error)
        sys.stderr.write(f"mamori: {error.filename}: {what}\n" if error.filename else f"mamori: {what}\n")
        return WRONG_CALL
    return code


def _run(arguments: Sequence[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in {"", "-h", "--help"}:
        sys.stdout.write(_overview())
        return FINE if name else WRONG_CALL
    if name == "--version":
        from importlib.metadata import version  # noqa: PLC0415  # only this option needs it

        sys.stdout.write(f"mamori {version('mamori')}\n")
        return FINE
    if name not in COMMANDS:
        raise UsageError(f"mamori: there is no command '{name}'; the commands are {', '.join(COMMANDS)}")
    command = cast(Command, import_module(f"bot.commands.{name}"))
    parser = _Parser(prog=f"mamori {name}", description=COMMANDS[name])
    command.configure(parser)
    return command.run(parser.parse_args(arguments[1:]))


def _stand_in_for_closed_streams() -> None:
    """Let a process that was started without output streams (`>&-`) write into nothing."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # as long as the process


def _forget_output() -> None:
    """Send what is still to be written into nothing, so that the end of the process does not fail over it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _overview() -> str:
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:{width}}  {does}" for name, does in COMMANDS.items()]
    return "usage: mamori COMMAND [...]\n\n" + "\n".join(lines) + "\n\n`mamori COMMAND --help` says more.\n"


if __name__ == "__main__":
    sys.exit(main())
