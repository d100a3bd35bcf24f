from __future__ import annotations

import io
from dataclasses import replace

import pypdf
import pytest

from bot.prints.draw import draw_paper
from bot.prints.model import Blanks, Code, Heading, Paper, Paragraph, Points

PAPERS = {
    "en": Paper(
        "en",
        "Our paper",
        (
            Paragraph("We made **this** <together> & look at it again"),
            Heading("When"),
            Points(("At meals",)),
            Points(("one box",), boxes=True),
            Code("https://example.org/x?start=t_grooming", "Point the camera here"),
            Blanks(("Name", "Date")),
        ),
        "the foot",
    ),
    "ja": Paper(
        "ja",
        "わが家の約束",
        (Paragraph("家族で**一緒に**書きます"), Heading("いつ"), Points(("食事中",)), Blanks(("名前", "日付"))),
        "確認日",
    ),
}


def read(paper: Paper) -> tuple[pypdf.PdfReader, list[str]]:
    reader = pypdf.PdfReader(io.BytesIO(draw_paper(paper)))
    return reader, [page.extract_text() for page in reader.pages]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_word_is_on_the_page_as_text_that_can_be_searched(language: str) -> None:
    paper = PAPERS[language]
    reader, (page,) = read(paper)
    words = [paper.title, paper.footer]
    for block in paper.blocks:
        match block:
            case Heading(text) | Paragraph(text) | Code(_, text):
                words.append(text.replace("**", ""))
            case Points(items):
                words += items
            case Blanks(labels):
                words += labels
    for word in words:
        assert word in page
    assert reader.metadata is not None
    assert reader.metadata.title == paper.title


def test_the_fonts_travel_with_the_page() -> None:
    raw = draw_paper(PAPERS["ja"])
    assert raw.count(b"/FontDescriptor ") == raw.count(b"/FontFile2 ") > 0


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert draw_paper(PAPERS["en"]) == draw_paper(PAPERS["en"])


def test_a_long_paper_goes_on_with_its_foot_and_leaves_no_heading_behind() -> None:
    blocks = tuple(block for n in range(60) for block in (Heading(f"Part {n}."), Paragraph("word " * 40)))
    _, pages = read(replace(PAPERS["en"], blocks=blocks))
    assert len(pages) > 1
    for page in pages:
        assert "the foot" in page
        lines = [line.strip() for line in page.splitlines() if line.strip() and "the foot" not in line]
        assert not lines[-1].startswith("Part ")


def test_a_line_of_japanese_is_broken_inside_the_margins() -> None:
    _, (page,) = read(replace(PAPERS["ja"], blocks=(Paragraph("約束" * 100),)))
    lines = [line for line in page.splitlines() if "約束約束" in line]
    assert len(lines) > 3
    assert "".join(lines) == "約束" * 100
