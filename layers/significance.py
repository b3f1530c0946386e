"""Tests of rates: two counts, paired differences, and many tests at once (METHOD 5)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LEAST_DIFFERENCES = 6  # fewer are too short to test: even all alike, p would be 2 / 32
EXACT_DIFFERENCES = 12  # 4 096 flips; above, flips are drawn
DRAWS = 999  # p = (1 + hits) / 1000
TIE = 1e-7  # probabilities and sums nearer than this, relatively, are equal (as in scipy's binomtest)
CHUNK = 4_000_000  # outcomes looked at in one go


def binomial_p(count: Any, total: Any, share: Any) -> NDArray[np.float64]:
    """Return two-sided exact p values of `count` out of `total` where `share` is expected.

    The conditional test of two Poisson rates (Przyborowski & Wilenski 1940): given the total, the count on
    one side is binomial. p is the probability of all outcomes no likelier than the one seen.

    Parameters
    ----------
    count, total
        Whole numbers, by test; 0 of 0 gives 1.
    share
        Expected share of the total, above 0 and below 1.
    """
    from scipy.stats import binom  # noqa: PLC0415  # takes seconds to load, and most processes never ask

    count = np.asarray(count, dtype=np.int64)
    total = np.asarray(total, dtype=np.int64)
    share = np.asarray(share, dtype=np.float64)
    p_values = np.ones(len(count))
    # In chunks by the number of outcomes, so that memory stays bounded however many lamps there are.
    chunk = np.cumsum(total + 1) // CHUNK
    for number in np.unique(chunk):
        tests = np.flatnonzero(chunk == number)
        size = total[tests] + 1
        owner = np.repeat(np.arange(len(tests)), size)
        outcome = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        chance = binom.pmf(outcome, total[tests][owner], share[tests][owner])
        seen = binom.pmf(count[tests], total[tests], share[tests])
        as_rare = chance <= seen[owner] * (1 + TIE)
        p_values[tests] = np.bincount(owner, weights=np.where(as_rare, chance, 0.0), minlength=len(tests))
    return np.minimum(p_values, 1.0)


def sign_flip_p(differences: NDArray[np.float64], name: str) -> tuple[float, int, int]:
    """Return the two-sided p value of paired differences under flips of their signs.

    Parameters
    ----------
    differences
        Side a minus side b, by segment.
    name
        Names the test: its draws are the same in every run, on every machine, whoever computes it.

    Returns
    -------
    p, hits, flips
        Flips whose sum is at least as far from 0 as the sum seen: of all 2^n up to 12 differences, where
        p = hits / flips; else of 999 drawn ones, where p = (1 + hits) / (1 + flips).
    """
    seen = abs(differences.sum())
    least = seen - TIE * np.abs(differences).sum()
    if len(differences) <= EXACT_DIFFERENCES:
        sums = np.abs(_all_signs(len(differences)) @ differences)
        hits = int(np.count_nonzero(sums >= least))
        return hits / len(sums), hits, len(sums)
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    signs = np.random.default_rng(seed).integers(0, 2, size=(DRAWS, len(differences))) * 2 - 1
    hits = int(np.count_nonzero(np.abs(signs @ differences) >= least))
    return (1 + hits) / (1 + DRAWS), hits, DRAWS


def benjamini_hochberg(p_values: Sequence[float] | pd.Series, family: Any) -> pd.DataFrame:
    """Return p values adjusted for the number of tests, family by family.

    Parameters
    ----------
    p_values
        One a test.
    family
        Which tests belong together, e.g. the pair.

    Returns
    -------
    adjusted
        In the order given: `p_adjusted`, `rank` (1 is the smallest p; ties in the order given), `tests`
        (in the family), and what it was adjusted by, p_adjusted = min(1, by_p × tests / by_rank): `by_p` and
        `by_rank`, of the same test or one of a higher rank.

    References
    ----------
    Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57:289.
    """
    table = pd.DataFrame({"p": np.asarray(p_values, dtype=np.float64), "family": np.asarray(family)})
    groups = table.groupby("family", sort=False)["p"]
    table["rank"] = groups.rank(method="first").astype(np.int64)
    table["tests"] = groups.transform("size").astype(np.int64)
    table["p_adjusted"] = table["p"] * table["tests"] / table["rank"]
    # The adjusted p of a rank is the smallest of its own and all higher ranks'.
    falling = table.sort_values("rank", ascending=False)
    smallest = falling.groupby("family", sort=False)["p_adjusted"].cummin()
    own = falling[["p", "rank"]].where(falling["p_adjusted"] == smallest)
    table[["by_p", "by_rank"]] = own.groupby(falling["family"], sort=False).ffill()
    table["p_adjusted"] = smallest.clip(upper=1.0)
    return table[["p_adjusted", "rank", "tests", "by_p", "by_rank"]]


def _all_signs(count: int) -> NDArray[np.int8]:
    """Return every choice of `count` signs, one a row."""
    bits = np.arange(2**count)[:, None] >> np.arange(count) & 1
    return (bits * 2 - 1).astype(np.int8)
