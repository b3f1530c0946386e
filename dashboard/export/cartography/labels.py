"""Where labels stand so that none covers another: candidates by preference, the important ones first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BESIDE_LINE = 0.6  # what covering a point of a line costs, in steps of preference
OFF_PAPER = 1e6
CELL = 2.0  # points of paper
TIE_DIGITS = 6


@dataclass(frozen=True)
class Wanted:
    """A box to be placed.

    Parameters
    ----------
    width, height
        Of the box, points of paper.
    centres
        (n, 2) places its middle may have, points of paper.
    costs
        (n,) how little each is liked; the order of `centres` without.
    needed
        It is placed even where it covers others.
    on_lines
        What covering a point of a line costs, in steps of preference.
    """

    width: float
    height: float
    centres: NDArray[np.float64]
    costs: NDArray[np.float64] | None = None
    needed: bool = False
    on_lines: float = BESIDE_LINE


@dataclass
class Board:
    """Paper on which boxes are placed one after the other.

    Parameters
    ----------
    width, height
        Of the paper, points; nothing is placed over its edge.
    lines
        (n, 2) points of lines that had better stay free.
    """

    width: float
    height: float
    lines: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    taken: list[NDArray[np.float64]] = field(default_factory=list)  # left, bottom, right, top

    def take(self, boxes: Sequence[Sequence[float]] | NDArray[np.float64]) -> None:
        """Keep boxes (left, bottom, right, top) free of labels."""
        self.taken += list(np.asarray(boxes, dtype=float).reshape(-1, 4))

    def __post_init__(self) -> None:
        """Count the points of lines by cells of the paper, so that any box knows its own at once."""
        shape = (int(self.width / CELL) + 2, int(self.height / CELL) + 2)
        cells = np.clip((self.lines / CELL).astype(int), 0, np.array(shape) - 1)
        counts = np.zeros(shape)
        np.add.at(counts, (cells[:, 0], cells[:, 1]), 1)
        self._sums = np.pad(counts.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))

    def place(self, wanted: Wanted) -> int | None:
        """Return which of its places a box gets, and take it; None where all are taken."""
        boxes = _boxes(wanted)
        costs = wanted.costs if wanted.costs is not None else np.arange(len(boxes), dtype=float)
        covered = _overlap(boxes, np.array(self.taken).reshape(-1, 4))
        inside = (boxes[:, :2] >= 0).all(axis=1)
        inside &= (boxes[:, 2] <= self.width) & (boxes[:, 3] <= self.height)
        total = costs + wanted.on_lines * self._points_in(boxes)
        free = inside & (covered == 0)
        if not free.any():
            if not wanted.needed or not len(boxes):
                return None
            total = total + covered + np.where(inside, 0.0, OFF_PAPER)
            free = np.ones(len(boxes), dtype=bool)
        best = int(np.argmin(np.where(free, np.round(total, TIE_DIGITS), np.inf)))
        self.taken.append(boxes[best])
        return best

    def _points_in(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by box how many points of lines it covers, by whole cells."""
        limit = np.tile(np.array(self._sums.shape) - 1, 2)
        cells = np.clip(np.hstack([np.floor(boxes[:, :2] / CELL), np.ceil(boxes[:, 2:] / CELL)]), 0, limit)
        left, bottom, right, top = cells.astype(int).T
        sums = self._sums
        found = sums[right, top] - sums[left, top] - sums[right, bottom] + sums[left, bottom]
        return np.asarray(found, dtype=float)


def around(
    place: tuple[float, float], reach: tuple[float, float], rings: Sequence[float]
) -> NDArray[np.float64]:
    """Return places around one: right, left, above, below and the corners, for each ring further away.

    Parameters
    ----------
    reach
        Half the sum of both boxes' width and height.
    rings
        How many points further away each ring is.
    """
    steps = np.array([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)], dtype=float)
    steps[4:] *= 0.85
    return np.concatenate([np.add(place, steps * np.add(reach, ring)) for ring in rings])


def _boxes(wanted: Wanted) -> NDArray[np.float64]:
    half = np.array([wanted.width / 2, wanted.height / 2])
    centres = np.asarray(wanted.centres, dtype=float).reshape(-1, 2)
    return np.hstack([centres - half, centres + half])


def _overlap(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by box the area it shares with others."""
    if not len(others):
        return np.zeros(len(boxes))
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=2).sum(axis=1))
