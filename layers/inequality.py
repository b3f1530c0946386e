"""How unequal members are: Theil, Gini, Krugman (METHOD 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

LEAST_MEMBERS = 2


def theil(values: NDArray[np.float64]) -> float:
    """Return the Theil T index: 0 where all are equal, ln n where one has everything.

    Of values not below 0, one a member, each with the same weight; NaN is left out. NaN for fewer than two
    members, for values below 0, and where nobody has anything.
    """
    share = _shares_of_mean(values)
    if share is None:
        return float("nan")
    positive = share[share > 0]
    return float(max(0.0, (positive * np.log(positive)).sum() / len(share)))


def gini(values: NDArray[np.float64]) -> float:
    """Return the Gini index: half the mean difference of any two, by the mean; else as `theil`."""
    share = _shares_of_mean(values)
    if share is None:
        return float("nan")
    return float(np.abs(share[:, None] - share[None, :]).mean() / 2)


def max_min(values: NDArray[np.float64]) -> float:
    """Return the largest value by the smallest; NaN where that is 0, else as `theil`."""
    share = _shares_of_mean(values)
    if share is None or share.min() == 0:
        return float("nan")
    return float(share.max() / share.min())


def krugman(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return half the sum of differences of shares: 0 the same mix, 1 nothing in common.

    Parameters
    ----------
    one, other
        Industry -> how much of it there is; NaN where a side has none at all.
    """
    totals = sum(one.values()), sum(other.values())
    if min(totals) <= 0:
        return float("nan")
    return (
        sum(
            abs(one.get(name, 0) / totals[0] - other.get(name, 0) / totals[1])
            for name in sorted({*one, *other})
        )
        / 2
    )


def _shares_of_mean(values: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return known values by their mean; None where no index is defined."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST_MEMBERS or known.min() < 0 or known.sum() == 0:
        return None
    return np.asarray(known / known.mean(), dtype=np.float64)
