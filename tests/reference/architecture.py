"""The picture of the rooms: who imports whom, drawn from the imports; the same imports give the same bytes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from types import MappingProxyType
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).parent.parent.parent
PICTURE = ROOT / "docs" / "img" / "architecture.svg"

Imports = Mapping[str, frozenset[str]]
_LIBRARIES = MappingProxyType({"telegram": "#d8e9f8", "sqlalchemy": "#f8e6c8"})
_PLAIN = "#ffffff"
_LEGEND = (("knows Telegram", "#d8e9f8"), ("knows SQL", "#f8e6c8"), ("knows neither", _PLAIN))
_BOX, _ROW, _GAP, _LANE, _MARGIN = (168, 36), 84, 24, 12, 20
_STYLE = "font-family:system-ui,'Segoe UI',Helvetica,Arial,sans-serif;font-size:14px"


@dataclass(frozen=True)
class House:
    """The rooms, whom each imports, and which libraries of interest each knows at first hand."""

    imports: Imports
    knows: Imports


def read_house() -> House:
    """Read the imports of `bot` and `content`; a room is what stands at the first level of `bot`, or `content`."""
    graph = grimp.build_graph("bot", "content", include_external_packages=True, cache_dir=None)
    imports: dict[str, set[str]] = {}
    knows: dict[str, set[str]] = {}
    for module in sorted(graph.modules):
        room = _room(module)
        if room is None:
            continue
        imported = graph.find_modules_directly_imported_by(module)
        rooms = {other for name in imported if (other := _room(name)) is not None}
        imports.setdefault(room, set()).update(rooms - {room})
        knows.setdefault(room, set()).update(imported & _LIBRARIES.keys())
    return House(_frozen(imports), _frozen(knows))


def reduced(imports: Imports) -> Imports:
    """Leave out each arrow that a longer way already says; what can be reached from where stays the same."""
    return MappingProxyType(
        {
            room: frozenset(
                other for other in others if not any(other in _reach(imports, between) for between in others - {other})
            )
            for room, others in imports.items()
        }
    )


def ranks(imports: Imports) -> dict[str, int]:
    """Say how far below the top each room stands, so that every arrow points down.

    Raises ValueError when rooms import each other in a circle.
    """
    found: dict[str, int] = {}
    left = set(imports)
    for rank in itertools.count():
        if not left:
            return found
        free = left - {other for room in left for other in imports[room]}
        if not free:
            raise ValueError(f"these rooms import each other in a circle, or are below one: {', '.join(sorted(left))}")
        found |= dict.fromkeys(free, rank)
        left -= free
    raise AssertionError


def picture(house: House) -> str:
    """Return the rooms as an SVG, importers above what they import."""
    arrows = reduced(house.imports)
    chains, rows = _lanes(arrows, ranks(arrows))
    rows = _untangled(rows, chains)
    place = _places(rows)
    width = round(max(x + _width(node) / 2 for node, (x, _) in place.items()) + _MARGIN)
    height = _ROW * (len(rows) - 1) + _BOX[1] + 3 * _MARGIN + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" style="{_STYLE}">',
        "<title>The rooms of Mamori; an arrow says: imports</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#567"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        '<g fill="none" stroke="#567" stroke-width="1.4" marker-end="url(#tip)">',
        *(f'<path d="{_curve([place[node] for node in chain])}"/>' for chain in chains),
        "</g>",
        *(_box(room, place[room], house.knows.get(room, frozenset())) for room in sorted(house.imports)),
        *_legend(height),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _room(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] == "content":
        return "content"
    return ".".join(parts[:2]) if parts[0] == "bot" and len(parts) > 1 else None


def _frozen(sets: Mapping[str, Iterable[str]]) -> Imports:
    return MappingProxyType({name: frozenset(members) for name, members in sorted(sets.items())})


def _reach(imports: Imports, start: str) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        new = imports[waiting.pop()] - reached
        reached |= new
        waiting.extend(new)
    return reached


def _lanes(arrows: Imports, rank: Mapping[str, int]) -> tuple[list[list[str]], list[list[str]]]:
    """Give an arrow that passes rows a lane of its own in each: it runs beside the boxes and not through them."""
    rows: list[list[str]] = [[] for _ in range(max(rank.values(), default=0) + 1)]
    chains = []
    for room in sorted(arrows):
        rows[rank[room]].append(room)
        for other in sorted(arrows[room]):
            lanes = [f"{room}>{other}>{row}" for row in range(rank[room] + 1, rank[other])]
            for row, lane in enumerate(lanes, rank[room] + 1):
                rows[row].append(lane)
            chains.append([room, *lanes, other])
    return chains, rows


def _untangled(rows: list[list[str]], chains: Sequence[Sequence[str]]) -> list[list[str]]:
    """Order each row by where its neighbours stand, back and forth, and keep the order with the fewest crossings."""
    up, down = _neighbours(chains)
    best = rows
    for turn in range(24):
        near, order = (up, range(1, len(rows))) if turn % 2 == 0 else (down, range(len(rows) - 2, -1, -1))
        rows = [list(row) for row in rows]
        at = {node: place for row in rows for node, place in zip(row, _spread(row), strict=True)}
        for index in order:
            rows[index].sort(key=lambda node: mean([at[other] for other in near.get(node, ())] or [at[node]]))
            at.update(zip(rows[index], _spread(rows[index]), strict=True))
        best = min(best, rows, key=lambda some: _crossings(some, chains))
    return best


def _neighbours(chains: Sequence[Sequence[str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for above, below in (pair for chain in chains for pair in itertools.pairwise(chain)):
        up.setdefault(below, []).append(above)
        down.setdefault(above, []).append(below)
    return up, down


def _crossings(rows: Sequence[Sequence[str]], chains: Sequence[Sequence[str]]) -> int:
    at = {node: (index, place) for index, row in enumerate(rows) for place, node in enumerate(row)}
    steps = [(at[above], at[below]) for chain in chains for above, below in itertools.pairwise(chain)]
    return sum(
        a[0] == c[0] and (a[1] - c[1]) * (b[1] - d[1]) < 0 for (a, b), (c, d) in itertools.combinations(steps, 2)
    )


def _width(node: str) -> int:
    return _LANE if ">" in node else _BOX[0]


def _spread(row: Sequence[str]) -> list[float]:
    """Return the middle of each node of a row that is centred on 0."""
    widths = [_width(node) for node in row]
    left = -(sum(widths) + _GAP * (len(row) - 1)) / 2
    starts = itertools.accumulate(widths[:-1], lambda x, width: x + width + _GAP, initial=left)
    return [start + width / 2 for start, width in zip(starts, widths, strict=True)]


def _places(rows: Sequence[Sequence[str]]) -> dict[str, tuple[float, float]]:
    at = {node: (x, index) for index, row in enumerate(rows) for node, x in zip(row, _spread(row), strict=True)}
    shift = _MARGIN - min(x - _width(node) / 2 for node, (x, _) in at.items())
    return {node: (round(x + shift, 1), _MARGIN + _BOX[1] / 2 + _ROW * row) for node, (x, row) in at.items()}


def _curve(points: Sequence[tuple[float, float]]) -> str:
    steps = []
    for index, ((x, row), (to_x, to_row)) in enumerate(itertools.pairwise(points)):
        y, to_y = (
            row + _BOX[1] / 2,
            to_row - _BOX[1] / 2,
        )  # from lower edge to upper edge
        bend = (y + to_y) / 2
        steps.append(f"{'L' if index else 'M'}{x:g} {y:g}C{x:g} {bend:g} {to_x:g} {bend:g} {to_x:g} {to_y:g}")
    return "".join(steps)


def _box(room: str, place: tuple[float, float], knows: frozenset[str]) -> str:
    x, y = place
    width, height = _BOX
    fill = next((colour for library, colour in _LIBRARIES.items() if library in knows), _PLAIN)
    path = room.replace(".", "/")
    label = path if (ROOT / path).is_dir() else f"{path}.py"
    return (
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" rx="6" fill="{fill}"'
        f' stroke="#345"/><text x="{x:g}" y="{y + 5:g}" text-anchor="middle" fill="#123">{escape(label)}</text>'
    )


def _legend(height: int) -> Iterable[str]:
    for index, (said, colour) in enumerate(_LEGEND):
        x, y = _MARGIN + 150 * index, height - _MARGIN - 14
        yield f'<rect x="{x}" y="{y}" width="14" height="14" rx="3" fill="{colour}" stroke="#345"/>'
        yield f'<text x="{x + 22}" y="{y + 12}" fill="#123">{said}</text>'
