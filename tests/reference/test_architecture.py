from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest

from tests.reference.architecture import PICTURE, ROOT, House, Imports, picture, ranks, read_house, reduced

DIAMOND = {
    "top": frozenset({"left", "right", "low"}),
    "left": frozenset({"low"}),
    "right": frozenset({"low"}),
    "low": frozenset[str](),
}


@pytest.fixture(scope="module")
def house() -> House:
    return read_house()


def drawn_in(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own picture


def reach(imports: Imports, room: str) -> set[str]:
    return set(imports[room]).union(*(reach(imports, other) for other in imports[room]))


def test_the_picture_is_what_the_imports_say_now(house: House) -> None:
    assert PICTURE.read_text("utf-8") == picture(house), "`make reference` draws it anew"


def test_an_arrow_that_a_longer_way_says_is_left_out_and_no_other() -> None:
    assert reduced(DIAMOND) == DIAMOND | {"top": frozenset({"left", "right"})}


def test_from_every_room_the_arrows_reach_exactly_what_the_imports_reach(house: House) -> None:
    imports = house.imports
    assert len(imports) > 10
    for room in imports:
        assert reach(reduced(imports), room) == reach(imports, room) >= imports[room]


def test_every_arrow_points_down(house: House) -> None:
    arrows = reduced(house.imports)
    rank = ranks(arrows)
    assert all(rank[room] < rank[other] for room in arrows for other in arrows[room])


def test_a_circle_of_imports_is_named() -> None:
    with pytest.raises(ValueError, match=r"circle.*a, b"):
        ranks({"a": frozenset({"b"}), "b": frozenset({"a"})})


def test_boxes_do_not_overlap_and_lie_in_the_picture(house: House) -> None:
    svg = drawn_in(picture(house))
    spans: dict[float, list[float]] = {}
    for box in svg.iter("{http://www.w3.org/2000/svg}rect"):
        if box.get("rx") == "6":
            spans.setdefault(float(box.attrib["y"]), []).append(float(box.attrib["x"]))
    assert sum(map(len, spans.values())) == len(house.imports)
    for row in spans.values():
        row.sort()
        assert row[0] >= 0
        assert row[-1] + 168 <= float(svg.attrib["width"])
        assert all(right - left > 168 for left, right in itertools.pairwise(row))


def test_a_room_is_coloured_by_what_it_knows_and_a_new_import_is_an_arrow() -> None:
    before = House(DIAMOND, {})
    told = House(DIAMOND, {"low": frozenset({"telegram"})})
    more = House(DIAMOND | {"left": frozenset({"right"})}, {})
    assert len({picture(before), picture(told), picture(more)}) == 3


def test_the_table_of_rooms_in_contributing_leaves_out_none(house: House) -> None:
    rows = re.findall(r"^\| (`(?:bot|content)/.*?) \|", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    named = {room.replace("/", ".") for row in rows for room in re.findall(r"`([\w/]+?)(?:\.py|/)`", row)}
    assert set(house.imports) - named == set()
