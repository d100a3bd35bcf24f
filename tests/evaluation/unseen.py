"""How well a writer is understood whose lines nobody has fitted or chosen anything on.

    python -m tests.evaluation.unseen m

leaves the lines of one writer out of the bank, fits all heads and thresholds on the rest (minutes of CPU), and prints
the table of `mamori evaluate` for the lines left out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from bot.understanding.bar import Bar
from bot.understanding.encoder import load_encoder
from bot.understanding.engine import Engine
from bot.understanding.evaluate import LOOK_ALIKE, LabelledQuestion, judge, measure, render_report
from bot.understanding.fit import fit
from bot.understanding.loading import BASE_PACK
from bot.understanding.slots import read_figure
from content.bank import OUT, Bank, load_bank
from content.load import load_pack
from content.model import BankLine, Urgency
from tests.statistics_pack import base_lexicon


def part(bank: Bank, writer: str) -> tuple[Bank, list[LabelledQuestion]]:
    """Return the bank without the lines of a writer, and those lines as labelled questions."""
    both = list(zip(bank.lines, bank.places, strict=True))
    kept = [(line, place) for line, place in both if line.writer != writer]
    left_out = [(line, place) for line, place in both if line.writer == writer]
    rest = replace(bank, lines=tuple(line for line, _ in kept), places=tuple(place for _, place in kept))
    return rest, [_question(line, f"{file}:{row}") for line, (file, row) in left_out]


def _question(line: BankLine, place: str) -> LabelledQuestion:
    outside = line.topics[0].startswith(OUT)
    if line.urgency is Urgency.EMERGENCY:
        kind = "urgent"
    elif PurePosixPath(place).name.startswith("calm-"):
        kind = LOOK_ALIKE
    else:
        kind = line.topics[0].removeprefix(OUT) if outside else "in-scope"
    topics = () if outside else line.topics
    return LabelledQuestion(place, line.language, line.text, topics, line.urgency, line.style, kind)


def main(arguments: Sequence[str]) -> int:
    """Print the table for one writer; return 2 when there is no such writer."""
    pack = load_pack()
    rest, questions = part(load_bank([BASE_PACK], pack.topics), arguments[0] if arguments else "")
    if not questions:
        sys.stderr.write("name a writer of the bank by the letter at the end of its files\n")
        return 2
    encoder, texts = load_encoder(), {code: language.topics for code, language in pack.languages.items()}
    fitted = fit(rest, pack.topics, encoder, texts, Bar())
    lexicon = base_lexicon()
    engine = Engine(fitted, encoder, lambda text, topic: read_figure(text, lexicon, topic))
    sys.stdout.write(render_report(measure(judge(engine, questions))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
