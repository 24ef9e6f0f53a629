"""Draw the house: which room stands on which, from the import contracts and the real imports.

    python -m tools.house        writes docs/images/house.svg, and the list of rooms in docs/house.md

Rows are the layers of the contracts in pyproject.toml. An arrow that a longer way implies is left out: half of them remain and
say the same. A number counts the modules of the lower room which the upper one uses: how wide the door is. One more module
that goes through the same door changes nothing, so a new channel needs no new picture.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "house.svg"
PAGE = ROOT / "docs" / "house.md"
BEGIN, END = "<!-- rooms: written by make house -->\n", "<!-- end of rooms -->\n"

WIDTH, MARGIN, PAD = 1000, 14, 14  # pixels, as are all lengths below
HEIGHT, LETTER = 30, 8.0  # of a box; width of a letter
GAP, BETWEEN = 38, 24  # between rows, between boxes
STRAIGHT = 5  # how much more an arrow wants to run straight on than a box to its neighbours
PASSES = 24  # of drawing each box to the middle of its neighbours; more change nothing that can be seen

Edges = dict[tuple[str, str], int]


def contracts(kind: str) -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [c for c in settings["tool"]["importlinter"]["contracts"] if c["type"] == kind]


def layers(package: str) -> list[list[str]]:
    """The rows of a package, the topmost first."""
    (rows,) = (c["layers"] for c in contracts("layers") if c["containers"] == [package])
    return [[name.strip() for name in row.split("|")] for row in rows]


def core() -> set[str]:
    """The rooms that know no framework and no platform."""
    (found,) = (c for c in contracts("forbidden") if c["name"].startswith("The core"))
    return {name.removeprefix("bot.") for name in found["source_modules"]}


def doors(graph: grimp.ImportGraph, package: str) -> Edges:
    """(upper, lower) → how many modules of the lower room the upper one uses."""
    prefix, used = package + ".", {}
    for module in (m for m in graph.modules if m.startswith(prefix)):
        for other in graph.find_modules_directly_imported_by(module):
            upper, lower = (m.removeprefix(prefix).partition(".")[0] for m in (module, other))
            if other.startswith(prefix) and upper != lower:
                used.setdefault((upper, lower), set()).add(other)
    return {rooms: len(used[rooms]) for rooms in sorted(used)}


def essential(edges: Edges) -> Edges:
    """Without the arrows that a longer way implies."""

    def reaches(start: str, goal: str) -> bool:
        return start == goal or any(reaches(lower, goal) for upper, lower in edges if upper == start)

    def implied(upper: str, lower: str) -> bool:
        return any(reaches(other, lower) for above, other in edges if above == upper and other != lower)

    return {(upper, lower): count for (upper, lower), count in edges.items() if not implied(upper, lower)}


@dataclass(eq=False)
class Node:
    """A box, or without a name the place where an arrow passes a row. `x` is its middle, `y` its upper edge."""

    name: str = ""
    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    y: float = 0.0
    above: list[Node] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)

    def wanted(self) -> float:
        """Where the node would stand if it were alone in its row."""
        around = self.above + self.below
        weights = [1 if self.name or other.name else STRAIGHT for other in around]
        return sum(o.x * w for o, w in zip(around, weights, strict=True)) / sum(weights) if around else self.x

    def port(self, others: Sequence[Node], other: Node) -> float:
        """Where the arrow from or to `other` touches this box; arrows do not cross at a box."""
        place = sorted(others, key=lambda o: o.x).index(other)
        return self.x + self.width * ((place + 1) / (len(others) + 1) - 0.5)


@dataclass
class Drawing:
    """Boxes in rows, and each arrow as the nodes that it runs through."""

    rows: list[list[Node]]
    arrows: list[tuple[list[Node], int]]
    width: float
    height: float = 0.0

    def settle(self) -> None:
        for turn in range(PASSES):
            for row in self.rows if turn % 2 else self.rows[::-1]:
                row.sort(key=Node.wanted)
                apart(row, [node.wanted() for node in row], self.width)
        self.height = 0.0
        for row in self.rows:
            tall = max(n.height for n in row)
            for node in row:
                node.height = node.height if node.name else tall
                node.y = self.height + (tall - node.height) / 2
            self.height += tall + GAP
        self.height -= GAP


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def apart(row: list[Node], wanted: list[float], width: float) -> None:
    """Give each node the place next to the wanted one at which none touches its neighbour (least squares, in order)."""
    offsets = [0.0]
    for left, right in pairwise(row):
        offsets.append(offsets[-1] + (left.width + right.width) / 2 + BETWEEN)
    pools: list[list[float]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        pools.append([place - offset])
        while len(pools) > 1 and mean(pools[-2]) > mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    low, high = row[0].width / 2, width - row[-1].width / 2 - offsets[-1]
    free = [min(max(mean(pool), low), high) for pool in pools for _ in pool]
    for node, place, offset in zip(row, free, offsets, strict=True):
        node.x = place + offset


def arrange(names: list[list[str]], edges: Edges, width: float, sizes: dict[str, tuple[float, float]]) -> Drawing:
    boxes: dict[str, Node] = {}
    rows = []
    for line in names:
        rows.append([Node(name, *sizes.get(name, (len(name) * LETTER + 24, HEIGHT))) for name in line])
        boxes |= {node.name: node for node in rows[-1]}
    level = {node.name: number for number, row in enumerate(rows) for node in row}
    arrows = []
    for (upper, lower), count in edges.items():
        path = [boxes[upper]]
        for number in range(level[upper] + 1, level[lower]):
            path.append(Node())
            rows[number].append(path[-1])
        path.append(boxes[lower])
        for above, below in pairwise(path):
            above.below.append(below)
            below.above.append(above)
        arrows.append((path, count))
    for row in rows:
        apart(row, [width / 2] * len(row), width)
    (drawing := Drawing(rows, arrows, width)).settle()
    return drawing


def arrow(path: list[Node], count: int) -> str:
    """A line that leaves and meets each box upright, and its number at the tip."""
    bends, shown = [], ""
    for above, below in pairwise(path):
        x1, y1 = above.port(above.below, below), above.y + above.height
        x2, y2 = below.port(below.above, above), below.y - (3 if below.name else 0)
        middle = (y1 + y2) / 2
        bends.append(f"{x1:.0f} {y1:.0f}C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}")
        shown = f'<text class="count" x="{x2 + 6:.0f}" y="{y2 - 4:.0f}">{count}</text>'
    return f'<path d="M{"L".join(bends)}" marker-end="url(#tip)"/>{shown}'


def box(node: Node, kind: str) -> str:
    left, top = node.x - node.width / 2, node.y
    frame = f'<rect class="{kind}" x="{left:.0f}" y="{top:.0f}" width="{node.width:.0f}" height="{node.height:.0f}" rx="5"/>'
    return f'{frame}<text x="{node.x:.0f}" y="{top + 20:.0f}">{node.name}</text>'


def drawn(drawing: Drawing, kinds: dict[str, str], default: str) -> list[str]:
    named = [n for row in drawing.rows for n in row if n.name]
    return [arrow(*a) for a in drawing.arrows] + [box(n, kinds.get(n.name, default)) for n in named]


STYLE = """
text{font:14px sans-serif;text-anchor:middle;fill:#1b2733}.count{font-size:11px;text-anchor:start;fill:#47586b}
.says{text-anchor:start;font-size:12px}path{fill:none;stroke:#73869b;stroke-width:1.3}#tip path{fill:#73869b;stroke:none}
rect{stroke:#4a5d73}.ground{fill:#fff;stroke:none}.core{fill:#dcefe0}.edge{fill:#e6ebf1}.services{fill:#fff6dc}.room{fill:#ffe5a3}
"""
TIP = """<marker id="tip" viewBox="0 0 6 6" refX="3" refY="3" markerWidth="6" markerHeight="6" orient="auto">
<path d="M0 0L6 3L0 6Z"/></marker>"""
KINDS = {"core": "core: plain Python", "services": "use cases: only they open a transaction", "edge": "edges and adapters"}


def legend() -> list[str]:
    sample = '<rect class="{kind}" y="{y}" width="14" height="14"/><text class="says" x="20" y="{under}">{says}</text>'
    return [sample.format(kind=k, says=says, y=20 * row, under=20 * row + 12) for row, (k, says) in enumerate(KINDS.items())]


def picture() -> str:
    graph = grimp.build_graph("bot", cache_dir=None)  # a cache in the working folder would be one more file to ignore
    inner = arrange(layers("bot.services"), essential(doors(graph, "bot.services")), 600, {})
    size = (inner.width + 2 * PAD, inner.height + 2 * PAD + 22)
    outer = arrange(layers("bot"), essential(doors(graph, "bot")), WIDTH - 2 * MARGIN, {"services": size})
    (services,) = (n for row in outer.rows for n in row if n.name == "services")
    kinds = dict.fromkeys(core(), "core") | {"services": "services"}
    left, top = services.x - size[0] / 2 + PAD, services.y + PAD + 22
    moved = f'<g transform="translate({left:.0f} {top:.0f})">'
    lines = [*legend(), *drawn(outer, kinds, "edge"), moved, *drawn(inner, {}, "room"), "</g>"]
    tall = outer.height + 2 * MARGIN
    measures = f'width="{WIDTH}" height="{tall:.0f}" viewBox="0 0 {WIDTH} {tall:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {measures} role="img">'
    title = "<title>The packages of bot and the rooms of its services; each stands on those that its arrows point to</title>"
    ground = f'<rect class="ground" width="{WIDTH}" height="{tall:.0f}"/><g transform="translate({MARGIN} {MARGIN})">'
    return "\n".join([head, title, f"<style>{STYLE}</style>{TIP}", ground, *lines, "</g></svg>", ""])


def sentence(module: str) -> str:
    """The first sentence of a package's or a module's docstring. Raises SystemExit if it has none."""
    path = ROOT / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0].split())
    if not text:
        raise SystemExit(f"{path.relative_to(ROOT)} has no docstring: say in a sentence what the room is for")
    return text.partition(". ")[0].rstrip(".")


def page(before: str) -> str:
    """The page with its list of rooms written anew."""
    head, tail = before.partition(BEGIN)[0], before.partition(END)[2]
    lines = ["| room | what it is for |", "| --- | --- |"]
    for package, rows in (("bot", layers("bot")), ("bot.services", layers("bot.services"))):
        for name in (name for row in rows for name in row):
            lines.append(f"| `{package}.{name}` | {sentence(f'{package}.{name}')} |")
    return head + BEGIN + "\n".join(lines) + "\n" + END + tail


def main() -> None:
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
