"""How well questions about numbers are answered, by the real engine and the real reply.

    python -m tests.evaluation.figures [--wrong]

prints the table of `docs/understanding.md`; `--wrong` also prints each question that was not answered right.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.replies.answer import answer
from bot.replies.model import Reply
from bot.replies.wording import Words
from bot.understanding.engine import Engine
from bot.understanding.loading import load_engine
from bot.understanding.slots import read_figure
from content.lexicon import Lexicon
from content.model import Pack
from content.profile import Profile
from tests.statistics_pack import base_lexicon, base_pack

FILE = Path(__file__).with_name("figures.jsonl")
ABSENT = "absent"
"""The `kind` of questions whose number is not in the pack."""
_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_HEADING = re.compile(r"(?m)^<b>[^<]*</b>$")
_NUMBER = re.compile(r"(?<![\d,.])\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `numbers` must all stand in the answer, none: the pack does not have what is asked for."""

    id: str
    language: str
    writer: str
    kind: str
    text: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the reply to a question states: `numbers` in their order (without what stands below the answer).

    `first` are those of the first line that is no heading; `states` tells whether it states any figure at all.
    """

    asked: Asked
    numbers: tuple[str, ...]
    first: tuple[str, ...]
    states: bool
    plain: str

    @property
    def right(self) -> bool:
        """Tell whether every number asked for is stated, or for one that does not exist that none is."""
        if not self.asked.numbers:
            return not self.states
        return self.states and set(self.asked.numbers) <= set(self.numbers)

    @property
    def leads(self) -> bool:
        """Tell whether the first line of the answer that is no heading states a number that was asked for."""
        return self.right and bool(set(self.first) & set(self.asked.numbers))


def read_asked(file: Path = FILE) -> list[Asked]:
    """Return the questions of the file, in its order."""
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return [
        Asked(one["id"], one["lang"], one["writer"], one["kind"], one["text"], tuple(one["answer"])) for one in lines
    ]


def engine_with_figures(lexicon: Lexicon) -> Engine:
    """Return the engine as it is shipped, with what reads questions about numbers."""
    return load_engine(figure_reader=lambda text, topic: read_figure(text, lexicon, topic))


def tell(engine: Engine, pack: Pack, asked: Asked) -> Told:
    """Ask the question and return what is stated, in Japanese for a Japanese question and in English for others."""
    language = "ja" if asked.language == "ja" else "en"
    reply = answer(pack, engine.understand(asked.text), Profile(language=language), _NOW)
    body, states = _stated(reply, Words(pack, language))
    lines = [line for line in _HEADING.sub("", reply.parts[0]).splitlines() if _NUMBER.search(line)]
    first = tuple(_NUMBER.findall(lines[0])) if lines else ()
    return Told(asked, tuple(_NUMBER.findall(body)), first, states, reply.plain)


def _stated(reply: Reply, words: Words) -> tuple[str, bool]:
    """Return the text of the answer without what stands below it, and whether it states numbers at all."""
    end = words("stats.limits" if reply.picture else "stats.who", text="\0").split("\0")[0].replace("**", "")
    body, found, _ = reply.plain.partition(end.strip())
    return body, bool(found) or reply.picture is not None


def interval(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share in per cent after Wilson, which is no point for 0 of many either."""
    z, share = 1.96, hits / total
    middle = share + z * z / (2 * total)
    half = z * (share * (1 - share) / total + z * z / (4 * total * total)) ** 0.5
    scale = 100 / (1 + z * z / total)
    return max(0.0, (middle - half) * scale), min(100.0, (middle + half) * scale)


def table(told: Sequence[Told]) -> str:
    """Return the rates as a Markdown table."""
    there = [one for one in told if one.asked.numbers]
    absent = [one for one in told if not one.asked.numbers]
    lines = ["| figure | of | % | 95 % interval | questions |", "|---|---|---|---|---|"]

    def add(name: str, group: str, part: Sequence[Told], test: Callable[[Told], bool]) -> None:
        hits = sum(map(test, part))
        low, high = interval(hits, len(part))
        percent = 100 * hits / len(part)
        lines.append(f"| {name} | {group} | {percent:.1f} | {low:.0f}-{high:.0f} | {len(part)} |")

    add("right", "all", there, lambda one: one.right)
    for code in sorted({one.asked.language for one in there}):
        add("right", f"language {code}", [one for one in there if one.asked.language == code], lambda one: one.right)
    for kind in sorted({one.asked.kind for one in there}):
        add("right", f"kind {kind}", [one for one in there if one.asked.kind == kind], lambda one: one.right)
    add("leads with it", "all", there, lambda one: one.leads)
    add("a number for one that is not there", "all", absent, lambda one: not one.right)
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Print the table; with `--wrong` the questions behind it."""
    pack = base_pack()
    engine = engine_with_figures(base_lexicon())
    told = [tell(engine, pack, asked) for asked in read_asked()]
    sys.stdout.write(table(told) + "\n")
    if "--wrong" in arguments:
        for one in told:
            if not one.right:
                first = " / ".join(one.plain.splitlines()[:6])
                sys.stdout.write(f"\n{one.asked.id} {one.asked.text} -> {one.asked.numbers}\n   {first}\n")
        for one in told:
            if one.right and one.asked.numbers and not one.leads:
                sys.stdout.write(f"\nlater: {one.asked.id} {one.asked.text} {one.asked.numbers}: {one.numbers[:8]}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
