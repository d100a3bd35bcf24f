"""What forbidden advice is called when an editor is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum


class Rule(Enum):
    """A kind of forbidden advice. `message` says what is wrong and what to write instead."""

    BLAME = "blames the child or the reader: only the one who did it is to blame"
    PAY = "advises to pay or to negotiate: we say do not pay, and if something was paid, stop, without blame"
    DELETE = "advises to delete a chat, an account or an app: we say delete nothing, it is proof"
    COPY = "advises to copy, keep or send an intimate picture: nobody does, not even as proof"
    PROMISE = "promises what nobody can promise (that pictures vanish, secrecy, no penalty)"
    POLICE = "is certain about what police or courts will do: say what they can do"
    FOR_EVER = "says that a picture stays for ever: that is not so and takes hope; services remove pictures"
    PHONE = "advises to punish, or to take the phone away: fear of it keeps children silent"
    CONFRONT = "advises to confront, write to or lure the person: that is for the police"
    PARENTS = "tells a young person only to ask their parents: name another adult or a helpline as well"

    @property
    def message(self) -> str:
        """The sentence for the editor."""
        return f"this {self.value}"


def compiled(rules: Mapping[Rule, Iterable[str]]) -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    """Return each rule with one pattern made of all of its own."""
    return tuple((rule, re.compile("|".join(f"(?:{one})" for one in patterns))) for rule, patterns in rules.items())
