"""How two values differ, in words: by how much, how many times, and which of them is better."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from dashboard.i18n import Text
from layers import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.wording import Lang

Better = Literal["more", "less", ""]  # which way is better; nothing where neither is

ALIKE = 0.005  # of the larger value: less is no difference worth a word
TOLD_MIN = 0.05  # times are told to the tenth of a minute: less would be told as 0.0
TIMES = 1.1  # from this ratio on, "times as much" reads better than per cent more
MANY_TIMES = 10


class Difference(NamedTuple):
    """Two values told apart.

    Parameters
    ----------
    said
        In words.
    better
        0 or 1, the place of the better one; None where neither is, or nobody can tell.
    distance
        To sort by: the logarithm of the ratio, of shares their difference; -1 where a value is unknown.
    """

    said: str
    better: int | None
    distance: float


def difference(
    values: Sequence[float | None], names: Sequence[str], unit: str, better: Better, lang: Lang
) -> Difference:
    """Return how two `values` of `unit` differ, told by the `names` of those they belong to."""
    text = Text(lang)
    unknown = [place for place, value in enumerate(values) if value is None]
    if unknown:
        key = "compare.no_data" if len(unknown) == 1 else "compare.no_data_both"
        return Difference(text(key, name=names[unknown[0]]), None, -1.0)
    (low, lower), (high, higher) = sorted((value or 0.0, place) for place, value in enumerate(values))
    if high - low <= max(ALIKE * abs(high), TOLD_MIN if unit == "min" else 0.0):
        return Difference(text("compare.alike"), None, 0.0)
    winner = {"more": higher, "less": lower}.get(better)
    ahead = names[lower if better == "less" else higher]
    if unit == "share":
        points = wording.number(round(100 * (high - low), 1))
        return Difference(text("compare.points", name=ahead, points=points), winner, high - low)
    if unit == "min":
        quicker = text("compare.quicker", name=ahead, difference=wording.minutes(high - low, lang))
        return Difference(quicker, winner, math.log(high / low) if low > 0 else math.inf)
    if low <= 0:
        return Difference(text("compare.only", name=names[higher]), winner, math.inf)
    return Difference(_times(names[higher], high / low, text), winner, math.log(high / low))


def _times(name: str, ratio: float, text: Text) -> str:
    if ratio < TIMES:
        return text("compare.percent", name=name, percent=wording.percent(ratio - 1))
    times = f"{ratio:.0f}" if ratio >= MANY_TIMES else f"{ratio:.1f}"
    return text("compare.times", name=name, times=times)
