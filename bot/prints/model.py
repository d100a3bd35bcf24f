"""What stands on a paper, from top to bottom, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of what follows."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `**words**` are bold; `small` is for remarks."""

    text: str
    small: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Points:
    """A list, each item after a dot, or after a box to tick."""

    items: tuple[str, ...]
    boxes: bool = False
    kind: Literal["points"] = "points"


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to write on, side by side, each with a small word under it."""

    labels: tuple[str, ...]
    kind: Literal["blanks"] = "blanks"


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code that opens `address`, `side` millimetres wide, with words beside it."""

    address: str
    text: str
    side: float = 32.0
    kind: Literal["code"] = "code"


Block = Heading | Paragraph | Points | Blanks | Code


@dataclass(frozen=True, slots=True)
class Paper:
    """A document of A4 pages. `footer` stands at the foot of each; `size` is that of running text in points.

    `language` chooses the font and the way lines are broken.
    """

    language: str
    title: str
    blocks: tuple[Block, ...]
    footer: str = ""
    size: float = 11.0
