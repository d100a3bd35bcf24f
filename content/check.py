"""All that an editor must know before publishing: the rules that bind the files of a pack together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from content.checks.advice import check_advice
from content.checks.agreement import check_agreement
from content.checks.figures import check_figures, check_slots
from content.checks.helplines import check_helplines
from content.checks.numbers_in_text import check_numbers_in_text
from content.checks.questions import check_questions
from content.checks.quiz import check_quiz
from content.checks.readability import check_readability
from content.checks.texts import check_texts
from content.checks.tips import check_tips
from content.checks.wording import check_wording
from content.coverage import check_coverage
from content.faults import Fault, PackError, Severity
from content.load import BASE_PACK, Loaded, load_with_faults
from content.model import WORLD, Pack

Check = Callable[[Loaded, date], Iterable[Fault]]

CHECKS: tuple[Check, ...] = (
    check_texts,
    check_tips,
    check_quiz,
    check_agreement,
    check_wording,
    check_helplines,
    check_figures,
    check_advice,
    check_numbers_in_text,
    check_readability,
    check_coverage,
)
"""Every rule about a whole pack. To add one: one module in `content/checks`, one entry here."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome: faults and warnings in the order of files and lines, and what was loaded when a pack could be made.

    `unread` tells that some entry could not be read: then only what the files say about themselves is listed.
    """

    loaded: Loaded | None
    faults: tuple[Fault, ...]
    unread: bool = False

    @property
    def pack(self) -> Pack | None:
        """The pack, when one could be made."""
        return self.loaded.pack if self.loaded else None


def check_packs(overlays: Sequence[Path], *, today: date, base: Path = BASE_PACK) -> Checked:
    """Check the base pack with overlays laid over it. Never raises for anything an editor wrote.

    An entry that cannot be read is missing everywhere else: what follows from that would hide what is to be mended.
    """
    try:
        loaded = load_with_faults(overlays, base)
    except PackError as error:
        return Checked(None, error.faults)
    if any(fault.severity is Severity.FAULT for fault in loaded.faults):
        return Checked(loaded, loaded.faults, unread=True)
    return Checked(loaded, _all_faults(loaded, [base, *overlays], today))


def _all_faults(loaded: Loaded, folders: Sequence[Path], today: date) -> tuple[Fault, ...]:
    found = set(loaded.faults)
    for check in CHECKS:
        found.update(check(loaded, today))
    found.update(check_questions(folders, loaded.pack))
    found.update(check_slots(folders, loaded.pack))
    return tuple(sorted(found))


def count_table(pack: Pack) -> str:
    """Return the table of what the pack holds by language, as text.

    A figure counts where its measure has words, a helpline where it has a name.
    """
    header = ("language", "topics", "tips", "quiz", "starters", "figures", "helplines")
    rows: list[tuple[str, ...]] = [header]
    lines_of = [line for lines in pack.helplines.values() for line in lines.values()]
    for code, language in sorted(pack.languages.items()):
        counts = (
            len(language.topics),
            len(language.tips),
            len(language.quiz),
            sum(len(texts) for texts in language.starters.values()),
            sum(figure.measure in language.figures.measures for figure in pack.figures.values()),
            sum(code in line.name for line in lines_of),
        )
        rows.append((code, *(str(count) for count in counts)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    worldwide = len(pack.helplines.get(WORLD, {}))
    lines.append("")
    lines.append(f"figures: {len(pack.figures)}, series: {len(pack.series)}, sources: {len(pack.sources)}")
    lines.append(f"helplines: {len(lines_of)} in {len(pack.countries)} countries, {worldwide} of them worldwide")
    return "\n".join(lines)
