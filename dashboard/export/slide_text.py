"""Text of slides and the room it takes: boxes, runs, cells, and letters as large as they fit."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.export.cartography.lettering import broken, legible
from dashboard.maps.palette import SEVERITY, SIDE_A, SIDE_B

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE = 1.45  # height of a line of Chinese type, of its letters' size: of Noto, the highest in use
ROOM = 0.96  # of a line's width: other programs set a little wider
BOLD = 0.9  # of a line is left where letters are bold
CELL = (5.0, 3.0)  # points beside and above the text of a table's cell
SIDES = {"a": SIDE_A, "b": SIDE_B}
LETTERS = 4000  # of one text that are measured
INK = "#20302B"  # on pale colours


@dataclass(frozen=True)
class Box:
    """A place on a slide, points."""

    left: float
    top: float
    width: float
    height: float

    def columns(self, share: float, gap: float = 22.0) -> tuple[Box, Box]:
        """Return the left part of this share of the width and the rest."""
        left = (self.width - gap) * share
        return (
            Box(self.left, self.top, left, self.height),
            Box(self.left + left + gap, self.top, self.width - left - gap, self.height),
        )

    def rows(self, height: float, gap: float = 12.0) -> tuple[Box, Box]:
        """Return the upper part of this height and the rest."""
        rest = max(self.height - height - gap, 1.0)
        return (
            Box(self.left, self.top, self.width, height),
            Box(self.left, self.top + height + gap, self.width, rest),
        )


@dataclass(frozen=True)
class Run:
    """Letters of one look; `colour` as #RRGGBB, without one that of the theme's text."""

    text: str
    bold: bool = False
    colour: str | None = None
    quiet: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of a table; `fill` as #RRGGBB."""

    runs: tuple[Run, ...]
    align: str = "left"
    fill: str | None = None
    span: int = 1

    @property
    def text(self) -> str:
        """Return all its letters."""
        return "".join(run.text for run in self.runs)


def cell(text: str, align: str = "left", *, quiet: bool = False, bold: bool = False) -> Cell:
    """Return a cell of one look."""
    return Cell((Run(text, bold=bold, quiet=quiet),), align)


def severity_cell(severity: float, step: int, label: str = "") -> Cell:
    """Return a severity on its colour, in the ink that is read on it; `label` stands before it."""
    ink = "#FFFFFF" if step > 1 else INK
    return Cell((Run(f"{label}{severity:.1f}", bold=True, colour=ink),), "center", SEVERITY["light"][step])


def lines_of(text: str, size: float, width: float) -> int:
    """Return how many lines a text takes."""
    # What the type of the program cannot measure counts as a wide letter.
    known = "".join(
        "国" if unicodedata.category(letter) in {"So", "Cs", "Cn", "Co"} else letter for letter in text
    )
    return max(1, len(broken(legible(known, LETTERS), size, max(width * ROOM, size))))


def height_of(texts: Sequence[str], size: float, width: float, gap: float = 0.5) -> float:
    """Return the height of paragraphs, points; `gap` between them in lines."""
    lines = sum(lines_of(text, size, width) for text in texts)
    return (lines + gap * (len(texts) - 1)) * size * LINE


def size_for(texts: Sequence[str], box: Box, sizes: Sequence[float]) -> float:
    """Return the first of `sizes` (largest first) at which all texts fit into the box, else the last."""
    return next((size for size in sizes if height_of(texts, size, box.width) <= box.height), sizes[-1])


def cut(text: str, size: float, width: float, lines: int) -> str:
    """Return a text that takes no more than these lines; the end of a longer one is left out."""
    if lines_of(text, size, width) <= lines:
        return text
    kept = text
    while len(kept) > 1 and lines_of(f"{kept}…", size, width) > lines:
        kept = kept[: int(len(kept) * 0.9)]
    return f"{kept.rstrip()}…"


def row_height(row: Sequence[Cell], widths: Sequence[float], size: float) -> float:
    """Return the height of a table's row, points."""
    lines, place = 1, 0
    for content in row:
        width = sum(widths[place : place + content.span]) - 2 * CELL[0]
        lines = max(lines, lines_of(content.text, size, width))
        place += content.span
    return lines * size * LINE + 2 * CELL[1]


def rows_within(rows: Sequence[Sequence[Cell]], box: Box, shares: Sequence[float], size: float) -> int:
    """Return how many of the rows, from the first, fit into the box."""
    widths = [box.width * share / sum(shares) for share in shares]
    height, count = 0.0, 0
    for row in rows:
        height += row_height(row, widths, size)
        if height > box.height:
            break
        count += 1
    return count
