"""Common scales: where values of one unit stand next to each other, and the round values beside them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from layers import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.wording import Lang

# Round values along a scale of ratios: so many decades it has at most, these in each of them.
STEPS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.7, (1, 1.5, 2, 3, 4, 5, 7)),
    (1.6, (1, 2, 5)),
    (2.4, (1, 3)),
    (math.inf, (1,)),
)
ZEROS = 0.08  # of a scale of ratios: kept for zeros, which have no ratio


class Scale(NamedTuple):
    """Where values stand between 0 and 1, by their ratios or as they are."""

    low: float
    high: float
    logarithmic: bool

    def place(self, value: float | None) -> float | None:
        """Return the place of a value; 0 for a zero that has no logarithm, None for an unknown value."""
        if value is None:
            return None
        if not self.logarithmic:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return 0.0
        return ZEROS + (1 - ZEROS) * math.log(value / self.low) / math.log(self.high / self.low)


def scale_of(values: Sequence[float], unit: str) -> Scale:
    """Return the scale all of `values` fit on: shares from 0 to 1, else by ratio where none is below 0."""
    if unit == "share" and all(0 <= value <= 1 for value in values):
        return Scale(0.0, 1.0, logarithmic=False)
    positive = [value for value in values if value > 0]
    if not positive or min(values) < 0:
        low, high = min([0.0, *values]), max([0.0, *values])
        return Scale(low, high if high > low else low + 1.0, logarithmic=False)
    # Never closer than a fifth, so that a difference of a per cent does not look like one of a hundred.
    low, high = min(positive) / 1.1, max(positive) * 1.1
    return Scale(low, max(high, low * 2.0), logarithmic=True)


def ticks(scale: Scale, unit: str, lang: Lang) -> list[dict[str, Any]]:
    """Return a few round values along a scale."""
    if not scale.logarithmic:
        values = [scale.low + (scale.high - scale.low) * part / 4 for part in range(5)]
    else:
        decades = math.log10(scale.high / scale.low)
        steps = next(steps for least, steps in STEPS if decades < least)
        powers = range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)
        values = [step * 10.0**power for power in powers for step in steps]
        values = [value for value in values if scale.low <= value <= scale.high]
    return [{"at": scale.place(value), "text": _said(value, unit, lang)} for value in values]


def _said(value: float, unit: str, lang: Lang) -> str:
    if unit == "share":
        return wording.percent(value)
    return wording.amount(value, lang) if unit == "people" else wording.number(value)
