"""The reference pages, made from the code: what is not in the code cannot stand in them, and nothing is left out."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import cast

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.__main__ import COMMANDS, Command
from bot.handlers import commands
from bot.metrics import Metrics, Sources
from bot.replies.wording import Words
from bot.settings import PREFIX, Settings
from content.load import load_pack
from content.model import Pack

FOLDER = Path(__file__).parent.parent.parent / "docs" / "reference"
_MADE = "Made from the code by `make reference`; changes by hand are lost.\n"


def command_line() -> str:
    """Return the page of every `mamori` command with its arguments."""
    parts = ["# The command line\n", _MADE, "Exit codes: 0 fine, 1 the input has faults, 2 the call or the settings"]
    parts[-1] += " are wrong.\n"
    for name, does in COMMANDS.items():
        parser = argparse.ArgumentParser(prog=f"mamori {name}")
        cast(Command, import_module(f"bot.commands.{name}")).configure(parser)
        parts.append(f"## `mamori {name}`\n\n{_sentence(does)}\n")
        parts.extend(_arguments(parser, "###"))
    return "\n".join(parts)


def settings() -> str:
    """Return the page of every setting."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    said = (
        "Each is an environment variable, also read from `.env`. A secret may stand in a file named by `NAME_FILE`"
        " instead.\n"
    )
    return "\n".join(["# Settings\n", _MADE, said, "| setting | default | meaning |", "|---|---|---|", *rows, ""])


def metrics() -> str:
    """Return the page of every metric of `/metrics`; those of the process itself differ by system."""
    pack, shown = _pack(), Metrics()
    shown.watch(Sources(lambda: pack, lambda: datetime(2026, 1, 1, tzinfo=UTC), bool, int, int, float, float))
    families = [family for family in shown.registry.collect() if not family.name.startswith("process_")]
    rows = [
        f"| `{family.name}{'_total' if family.type == 'counter' else ''}` | {family.type} |"
        f" {_cell(family.documentation)} |"
        for family in sorted(families, key=lambda family: family.name)
    ]
    said = "No label can hold a person. On Linux, the usual `process_*` come in addition.\n"
    return "\n".join(["# Metrics\n", _MADE, said, "| metric | type | meaning |", "|---|---|---|", *rows, ""])


def telegram_commands() -> str:
    """Return the page of every command that the bot knows in a chat."""
    words = Words(_pack(), "en")
    lists = (("For everybody", commands()), ("For administrators of the bot", commands(for_administrators=True)))
    parts = ["# Commands in a chat\n", _MADE]
    for title, listed in lists:
        rows = [f"| `/{name}` | {_cell(words(key))} |" for name, key in listed.items()]
        parts += [f"## {title}\n", "| command | does |", "|---|---|", *rows, ""]
    return "\n".join(parts)


PAGES: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "command-line.md": command_line,
        "settings.md": settings,
        "metrics.md": metrics,
        "telegram-commands.md": telegram_commands,
    }
)


@cache
def _pack() -> Pack:
    return load_pack()


def _arguments(parser: argparse.ArgumentParser, level: str) -> Iterator[str]:
    rows = []
    for action in parser._actions:  # argparse shows its arguments nowhere else
        if isinstance(action, argparse._SubParsersAction):
            for name, nested in action.choices.items():
                yield f"{level} `{parser.prog} {name}`\n"
                about = nested.description or _help_of(action, name)
                if about:
                    yield f"{_sentence(about)}\n"
                yield from _arguments(nested, level + "#")
        elif action.dest != "help":
            called = ", ".join(action.option_strings) or _positional(action)
            rows.append(f"| `{called}` | {_cell(action.help or '')} |")
    if rows:
        yield "\n".join(["| argument | meaning |", "|---|---|", *rows, ""])


def _positional(action: argparse.Action) -> str:
    if action.choices and action.metavar is None:
        return " or ".join(map(str, action.choices))
    return str(action.metavar or action.dest)


def _help_of(action: argparse.Action, name: str) -> str:
    listed = cast("list[argparse.Action]", getattr(action, "_choices_actions", []))
    return next((choice.help or "" for choice in listed if choice.dest == name), "")


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or isinstance(value, SecretStr) or value in ("", ()):
        return ""
    return f"`{value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
