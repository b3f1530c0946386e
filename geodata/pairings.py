"""Pairings: members looked at together, found from geometry or named by the workspace (METHOD 1)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.borders import pairing_id_of
from geodata.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TABLE_COLUMNS = ("pairing_id", "kind", "name", "members", "inner")
PAIR_COLUMNS = ("pairing_id", "member_a", "member_b")
LEAST_MEMBERS = {"adjacent": 2, "counterpart": 2, "group": 3}


@dataclass(frozen=True)
class Pairings:
    """All pairings of a workspace, and the pairs of members they come down to.

    Parameters
    ----------
    table
        One row a pairing: `pairing_id`, `kind`, `name` (null where it has none), `members` (list of lists of
        district ids), `inner` (ids of the rows of `pairs` it consists of: its own, or, of a group, those of
        its members' borders).
    pairs
        `pairing_id`, `member_a`, `member_b` (a < b in string order): two members each; whether they share a
        border is for geometry to say.
    members
        Member id -> ids of its districts.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame
    members: dict[str, list[str]]


def member_id_of(districts: Sequence[str]) -> str:
    """Return the id of a member: its district ids, sorted, joined with `+`."""
    return "+".join(sorted(districts))


def resolve_pairings(
    named: pd.DataFrame | None, adjacent: pd.DataFrame, districts: Sequence[str], *, only: bool
) -> Pairings:
    """Return the pairings of a workspace.

    Parameters
    ----------
    named
        Canonical layer `pairings`, or None.
    adjacent
        Pairs of districts that touch along a line or overlap: `member_a`, `member_b` (district ids).
    districts
        All district ids.
    only
        Whether `named` replaces the adjacent pairs instead of standing beside them. The borders inside a
        group exist all the same.

    Returns
    -------
    pairings
        Those named first, in their order; then the adjacent ones, sorted. A named pairing takes the place of
        the adjacent one of the same two members.

    Raises
    ------
    SourceError
        Naming each row of `named` that cannot be used, with reason and remedy.
    """
    rows = _checked(named, set(districts)) if named is not None else []
    touching = {frozenset(two) for two in zip(adjacent["member_a"], adjacent["member_b"], strict=True)}
    members = {name: ids for row in rows for name, ids in zip(row["ids"], row["members"], strict=True)}
    pairs: dict[frozenset[str], list[str]] = {}
    for row in rows:
        if row["kind"] != "group":
            pairs.setdefault(frozenset(row["ids"]), []).append(row["pairing_id"])
    made = {
        frozenset(two)
        for row in rows
        if row["kind"] == "group"
        for two in combinations(row["ids"], 2)
        if any(frozenset(across) in touching for across in product(*(members[name] for name in two)))
    }
    if not only:
        made |= touching
        members |= {name: [name] for two in touching for name in two}
    adjacent_rows = [_adjacent(sorted(two), members) for two in sorted(made - pairs.keys(), key=sorted)]
    _refuse_taken_ids(rows, adjacent_rows)
    for row in adjacent_rows:
        pairs[frozenset(row["ids"])] = [row["pairing_id"]]
    for row in rows:
        twos = combinations(row["ids"], 2)
        row["inner"] = (
            [pairs[frozenset(two)][0] for two in twos if frozenset(two) in pairs]
            if row["kind"] == "group"
            else [row["pairing_id"]]
        )
    flat = [(pairing, *sorted(two)) for two, ids in pairs.items() for pairing in ids]
    return Pairings(
        table=pd.DataFrame([*rows, *adjacent_rows], columns=list(TABLE_COLUMNS), dtype=object),
        pairs=pd.DataFrame(flat, columns=list(PAIR_COLUMNS), dtype=object),
        members=members,
    )


def _adjacent(ids: Sequence[str], members: Mapping[str, list[str]]) -> dict[str, Any]:
    pairing = pairing_id_of(*ids)
    return {
        "pairing_id": pairing,
        "kind": "adjacent",
        "name": None,
        "members": [members[name] for name in ids],
        "ids": list(ids),
        "inner": [pairing],
    }


def _refuse_taken_ids(rows: Sequence[Mapping[str, Any]], adjacent: Sequence[Mapping[str, Any]]) -> None:
    """Raise SourceError where a named pairing has the id that geometry gives to other members."""
    made = {row["pairing_id"]: row["ids"] for row in adjacent}
    problems = [
        f"row {number}, {row['pairing_id']!r}: "
        f"the adjacent pairing of {' and '.join(made[row['pairing_id']])} has this id; choose another"
        for number, row in enumerate(rows, start=1)
        if row["pairing_id"] in made
    ]
    if problems:
        raise SourceError("pairings", problems)


def _checked(named: pd.DataFrame, districts: set[str]) -> list[dict[str, Any]]:
    """Return the named pairings as plain rows with `ids` (member ids); all problems at once."""
    problems: list[str] = []
    rows = []
    for number, row in enumerate(named.to_dict("records"), start=1):
        members = [sorted({str(district) for district in member}) for member in row["members"]]
        said = f"row {number}, {row['pairing_id']!r}"
        problems += [f"{said}: {problem}" for problem in _problems(row, members, districts)]
        name = row["name"] if isinstance(row.get("name"), str) else None
        ids = [member_id_of(member) for member in members]
        rows.append(
            {
                "pairing_id": str(row["pairing_id"]),
                "kind": row["kind"],
                "name": name,
                "members": members,
                "ids": ids,
            }
        )
    if problems:
        raise SourceError("pairings", problems)
    return rows


def _problems(row: Mapping[Any, Any], members: Sequence[Sequence[str]], districts: set[str]) -> list[str]:
    problems = []
    least = LEAST_MEMBERS[str(row["kind"])]
    if len(members) < least or (row["kind"] != "group" and len(members) != least):
        wanted = "three or more members" if row["kind"] == "group" else "two members"
        problems.append(
            f"a pairing of kind {row['kind']} has {wanted}, not {len(members)}; correct `members` or `kind`"
        )
    if any(not member for member in members):
        problems.append("a member without districts; name at least one district id for each member")
    listed = [district for member in members for district in member]
    problems += [
        f"district {district!r} is in two members; keep it in one"
        for district in sorted({district for district in listed if listed.count(district) > 1})
    ]
    problems += [
        f"district {district!r} is not in the layer `districts`; correct the id or add the district"
        for district in sorted(set(listed) - districts)
    ]
    return problems
