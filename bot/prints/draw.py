"""A paper as PDF. The same paper gives the same bytes."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer, Table
from reportlab.platypus import Paragraph as Words

from bot.prints.fonts import japanese_font, plain_font
from bot.prints.model import Blanks, Block, Code, Heading, Paper, Paragraph, Points

_INK, _SOFT, _BLUE = HexColor("#1b1f24"), HexColor("#565d66"), HexColor("#00598f")
_MARGIN = 18 * mm
_HEAD, _FOOT = 16 * mm, 22 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_BOX, _DOT = "\u25a1", "\u2022"
_STEP = 0.75
"""Points by which text shrinks from one try to the next."""
_QUIET_ZONE = 4
"""Modules of white around a QR code that readers need."""


def draw_paper(paper: Paper) -> bytes:
    """Return the paper as a PDF of A4 pages."""
    return _draw(paper)[0]


def draw_on_one_page(paper: Paper, smallest: float = 9.0) -> bytes:
    """Return the paper as a PDF of one page, its text made smaller until it fits, but never below `smallest` points."""
    while True:
        drawn, pages = _draw(paper)
        smaller = paper.size - _STEP
        if pages <= 1 or smaller < smallest:
            return drawn
        paper = replace(paper, size=smaller)


def _draw(paper: Paper) -> tuple[bytes, int]:
    stream = io.BytesIO()
    document = BaseDocTemplate(stream, pagesize=A4, title=paper.title, lang=paper.language, invariant=True)
    look = _Look(paper)

    def foot(canvas: Canvas, _: object) -> None:
        words = Words(look.marked(paper.footer), look.style("footer"))
        _, height = words.wrap(_WIDTH, _FOOT)
        words.drawOn(canvas, _MARGIN, _FOOT - 4 * mm - height)

    frame = Frame(_MARGIN, _FOOT, _WIDTH, A4[1] - _HEAD - _FOOT, *(0, 0, 0, 0))
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=foot))
    document.build(list(_story(paper, look)))
    return stream.getvalue(), int(document.page)


class _Look:
    """Fonts and styles for the language and the size of one paper."""

    def __init__(self, paper: Paper) -> None:
        self.wide = paper.language in {"ja", "zh", "ko"}
        self.font, self.bold = ("Japanese", "Japanese") if paper.language == "ja" else ("Plain", "Bold")
        for name in (self.font, self.bold):
            if name not in pdfmetrics.getRegisteredFontNames():
                file = japanese_font() if name == "Japanese" else plain_font(bold=name == "Bold")
                pdfmetrics.registerFont(TTFont(name, file))
        size = paper.size
        self._styles = {
            "title": self._style(size * 1.9, self.bold, after=size * 0.6, color=_BLUE),
            "heading": self._style(size * 1.18, self.bold, before=size * 0.75, after=size * 0.15, color=_BLUE),
            "text": self._style(size, self.font, after=size * 0.3),
            "item": self._style(size, self.font, after=size * 0.12, indent=size * 1.5),
            "small": self._style(size * 0.82, self.font, after=size * 0.3, color=_SOFT),
            "footer": self._style(7, self.font, color=_SOFT),
        }

    def style(self, name: str) -> ParagraphStyle:
        return self._styles[name]

    def marked(self, text: str) -> str:
        """Return the text in the library's markup, with everything that is not ours escaped."""
        return _BOLD.sub(rf'<font name="{self.bold}">\1</font>', html.escape(text, quote=False)).replace("\n", "<br/>")

    def _style(
        self, size: float, font: str, *, before: float = 0, after: float = 0, indent: float = 0, color: HexColor = _INK
    ) -> ParagraphStyle:
        return ParagraphStyle(
            font,
            fontName=font,
            fontSize=size,
            leading=size * 1.4,
            spaceBefore=before,
            spaceAfter=after,
            leftIndent=indent,
            bulletFontName=font,
            bulletFontSize=size,
            textColor=color,
            wordWrap="CJK" if self.wide else None,
        )


def _story(paper: Paper, look: _Look) -> Iterator[Flowable]:
    yield Words(look.marked(paper.title), look.style("title"))
    held: list[Flowable] = []
    for block in paper.blocks:
        drawn = list(_flowables(block, look, paper.size))
        if isinstance(block, Heading):
            held = drawn
            continue
        yield KeepTogether([*held, *drawn])  # a heading never stands alone at the foot of a page
        held = []
    yield from held


def _flowables(block: Block, look: _Look, size: float) -> Iterator[Flowable]:
    match block:
        case Heading(text):
            yield Words(look.marked(text), look.style("heading"))
        case Paragraph(text, small):
            yield Words(look.marked(text), look.style("small" if small else "text"))
        case Points(items, boxes):
            sign = _BOX if boxes else _DOT
            yield from (Words(look.marked(item), look.style("item"), bulletText=sign) for item in items)
        case Blanks(labels):
            yield Spacer(0, size * 2.2)
            yield _blanks(labels, look)
        case Code(address, text, side):
            beside = Words(look.marked(text), look.style("text"))
            yield Table(
                [[_code(address, side * mm), beside]],
                colWidths=[side * mm, None],
                style=[_FLUSH, _MIDDLE],
                hAlign="LEFT",
            )


_FLUSH = ("LEFTPADDING", (0, 0), (0, -1), 0)
_ALL_FLUSH = ("LEFTPADDING", (0, 0), (-1, -1), 0)
_MIDDLE = ("VALIGN", (0, 0), (-1, -1), "MIDDLE")


def _blanks(labels: tuple[str, ...], look: _Look) -> Table:
    """Return one row of labels, each under a rule, with gaps between them."""
    gap = 8 * mm
    width = (_WIDTH - gap * (len(labels) - 1)) / len(labels)
    cells: list[object] = []
    widths: list[float] = []
    rules: list[tuple[object, ...]] = [_ALL_FLUSH]
    for label in labels:
        if cells:
            cells.append("")
            widths.append(gap)
        rules.append(("LINEABOVE", (len(cells), 0), (len(cells), 0), 0.6, _SOFT))
        cells.append(Words(look.marked(label), look.style("small")))
        widths.append(width)
    return Table([cells], colWidths=widths, style=rules)


def _code(address: str, side: float) -> Drawing:
    widget = QrCodeWidget(address, barLevel="M", barBorder=_QUIET_ZONE, barWidth=side, barHeight=side)
    drawing = Drawing(side, side)
    drawing.add(widget)
    return drawing
