from __future__ import annotations

import pytest

from tests.bench.__main__ import BENCHES, LONGER
from tests.bench.report import PAGES, place

PAGE = "before\n<!-- one: begin -->\nold\n<!-- one: end -->\nafter\n<!-- two: begin -->\n<!-- two: end -->\n"


def test_figures_stand_between_their_marks_and_nothing_else_changes() -> None:
    assert place(PAGE, "one", "new \\1\n") == PAGE.replace("old", "new \\1")
    assert place(PAGE, "two", "new\n") == PAGE.replace("<!-- two: begin -->\n", "<!-- two: begin -->\nnew\n")
    assert place(PAGE, "three", "new\n") is None


@pytest.mark.parametrize("name", ["machine", *BENCHES, *LONGER])
def test_every_benchmark_has_its_place_in_one_page(name: str) -> None:
    places = [page.name for page in PAGES if place(page.read_text("utf-8"), name, "") is not None]
    assert len(places) == 1
