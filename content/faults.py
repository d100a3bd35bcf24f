"""What is wrong with a pack, in sentences that an editor understands, with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """A fault stops publishing; a warning asks for a look."""

    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing to mend: the file as the editor knows it, the line (from 1), one sentence."""

    file: str
    line: int
    message: str
    severity: Severity = Severity.FAULT

    def __str__(self) -> str:
        """Return `file:line: fault: message`, the form that editors' tools can jump to."""
        return f"{self.file}:{self.line}: {self.severity}: {self.message}"


class PackError(Exception):
    """A pack that cannot be used. `faults` says why, each with file and line."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def shown(path: Path) -> str:
    """Return a path as short as it can be read: relative to the working folder when it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
