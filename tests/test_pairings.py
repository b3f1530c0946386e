"""Pairings: adjacent ones from geometry, named ones in their place or beside them, groups."""

import pandas as pd
import pytest

from geodata.errors import SourceError
from geodata.pairings import Pairings, resolve_pairings

#  +---+---+---+
#  | A | B | C |   A touches B, B touches C
#  +---+---+---+
TOUCHING = pd.DataFrame({"member_a": ["A", "B"], "member_b": ["B", "C"]})


def resolve(*rows: tuple[str, str, list[list[str]]], only: bool = False) -> Pairings:
    named = pd.DataFrame(rows, columns=["pairing_id", "kind", "members"]).assign(name=None) if rows else None
    return resolve_pairings(named, TOUCHING, ["A", "B", "C"], only=only)


def test_all_adjacent_pairs_exist() -> None:
    found = resolve()

    assert found.table["pairing_id"].tolist() == ["A--B", "B--C"]
    assert found.pairs[["member_a", "member_b"]].to_numpy().tolist() == [["A", "B"], ["B", "C"]]


def test_a_named_pairing_takes_the_place_of_the_adjacent_one() -> None:
    found = resolve(("friends", "counterpart", [["B"], ["A"]]))

    assert found.table["pairing_id"].tolist() == ["friends", "B--C"]
    assert found.pairs.to_numpy().tolist() == [["friends", "A", "B"], ["B--C", "B", "C"]]


def test_only_leaves_no_other_pairs() -> None:
    found = resolve(("far", "counterpart", [["A"], ["C"]]), only=True)

    assert found.table["pairing_id"].tolist() == ["far"]


def test_a_member_may_be_several_districts() -> None:
    found = resolve(("joint", "counterpart", [["C", "B"], ["A"]]))

    assert found.members["B+C"] == ["B", "C"]
    assert found.pairs.set_index("pairing_id").loc["joint"].tolist() == ["A", "B+C"]
    assert "A--B" in set(found.table["pairing_id"])


@pytest.mark.parametrize("only", [False, True])
def test_a_group_consists_of_its_inner_borders(*, only: bool) -> None:
    found = resolve(("metropolis", "group", [["A"], ["B"], ["C"]]), only=only)

    group = found.table.set_index("pairing_id").loc["metropolis"]
    assert group["inner"] == ["A--B", "B--C"]  # A and C do not touch
    assert sorted(found.pairs["pairing_id"]) == ["A--B", "B--C"]


def test_a_group_shares_the_pairs_that_are_named() -> None:
    found = resolve(
        ("friends", "counterpart", [["A"], ["B"]]), ("metropolis", "group", [["A"], ["B"], ["C"]])
    )

    assert found.table.set_index("pairing_id").loc["metropolis", "inner"] == ["friends", "B--C"]


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SourceError) as caught:
        resolve(
            ("one", "counterpart", [["A"], ["X"]]),
            ("two", "counterpart", [["A"], ["A"]]),
            ("three", "group", [["A"], ["B"]]),
        )

    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "row 1, 'one'",
        "row 2, 'two'",
        "row 3, 'three'",
    ]
    assert "'X' is not in the layer `districts`" in str(caught.value)


def test_the_id_of_an_adjacent_pairing_is_taken() -> None:
    with pytest.raises(SourceError, match=r"row 1, 'A--B': the adjacent pairing of A and B has this id"):
        resolve(("A--B", "counterpart", [["A"], ["C"]]))

    assert resolve(("A--B", "counterpart", [["A"], ["B"]])).table["pairing_id"].tolist() == ["A--B", "B--C"]
