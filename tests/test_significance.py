"""The tests of rates against other people's."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from layers.significance import benjamini_hochberg, binomial_p, sign_flip_p

differences = st.lists(st.integers(-5, 5), min_size=1, max_size=9).map(lambda values: np.array(values, float))


@given(st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_binomial_p_is_scipys(counts: tuple[int, int], share: float) -> None:
    count, total = counts
    expected = binomtest(count, total, share).pvalue if total else 1.0

    (p_value,) = binomial_p([count], [total], [share])

    assert p_value == pytest.approx(expected, rel=1e-9)


def test_many_binomial_tests_at_once_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.significance.CHUNK", 50)
    rng = np.random.default_rng(1)
    total = rng.integers(1, 40, 60)
    count = rng.integers(0, total + 1)

    p_values = binomial_p(count, total, np.full(60, 0.3))

    assert p_values == pytest.approx([binomtest(k, n, 0.3).pvalue for k, n in zip(count, total, strict=True)])


@given(differences)
def test_all_flips_are_tried(values: np.ndarray) -> None:
    sums = [abs(np.dot(signs, values)) for signs in product((-1, 1), repeat=len(values))]
    hits = sum(value >= abs(values.sum()) for value in sums)

    assert sign_flip_p(values, "any") == (hits / len(sums), hits, len(sums))


def test_drawn_flips_are_the_same_in_every_run_and_near_the_exact_share() -> None:
    values = np.arange(-4, 10) / 7  # 14 differences: 16 384 flips
    sums = [abs(np.dot(signs, values)) for signs in product((-1, 1), repeat=len(values))]
    exact = np.mean(np.array(sums) >= abs(values.sum()) - 1e-9)

    p_value, hits, flips = sign_flip_p(values, "A--B street_lamp")

    assert (p_value, hits, flips) == sign_flip_p(values, "A--B street_lamp")
    assert p_value == (1 + hits) / 1000
    assert flips == 999
    assert p_value == pytest.approx(exact, abs=0.05)
    assert sign_flip_p(-values, "A--B street_lamp")[0] == p_value


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from("xyz")), min_size=1, max_size=30))
def test_adjustment_is_scipys_family_by_family(tests: list[tuple[float, str]]) -> None:
    p_values, family = (np.array(column) for column in zip(*tests, strict=True))

    adjusted = benjamini_hochberg(p_values, family)

    for name in set(family):
        own = family == name
        expected = false_discovery_control(p_values[own])
        assert adjusted.loc[own, "p_adjusted"].to_numpy() == pytest.approx(expected)
        assert (adjusted.loc[own, "tests"] == own.sum()).all()
        assert sorted(adjusted.loc[own, "rank"]) == list(range(1, own.sum() + 1))


def test_no_tests_give_nothing() -> None:
    assert benjamini_hochberg([], []).empty
    assert len(binomial_p([], [], [])) == 0
