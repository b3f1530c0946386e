"""pairings.json: members looked at together, by agreement or by choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.errors import SourceError
from geodata.ingest.json_stream import read_json_text
from geodata.ingest.normalise import Prepared
from geodata.intake import IntakeRecord
from geodata.model import LAYERS
from geodata.tables import canonical_frame

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

_LAYER = LAYERS["pairings"]
_KINDS = next(column.allowed for column in _LAYER.columns if column.name == "kind") or ()
_PAIR = 2


def read_pairings(path: Path, name: str, district_ids: AbstractSet[str]) -> Prepared:
    """Return the pairings of a file: a list of rows, or `{"only": true, "pairings": [...]}`.

    A row has `kind`, `members` (lists of district ids; a single id may stand without its list) and, if it
    is not to be made of the members' ids, `pairing_id`. All rows count or none: a pairing with a member
    left out would say something else.

    Raises
    ------
    SourceError
        Naming each row that is none, or has a district that is not in `district_ids`.
    """
    document = read_json_text(path, name)
    only = False
    if isinstance(document, dict):
        only = document.get("only", False)
        document = document.get("pairings")
        if not isinstance(only, bool):
            raise SourceError(name, [f"only: {only!r} does not fit; give true or false"])
    if not isinstance(document, list):
        raise SourceError(
            name, ['it is no list of pairings; write [...] or {"only": true, "pairings": [...]}']
        )
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for number, given in enumerate(document, start=1):
        row, wrong = _row(given, district_ids)
        identity = row.get("pairing_id")
        if identity in seen:
            wrong.append(f"pairing_id {identity!r} is already taken by row {seen[identity]}; give it its own")
        elif identity is not None:
            seen[identity] = number
        problems += [f"row {number}: {problem}" for problem in wrong]
        rows.append(row)
    if problems:
        raise SourceError(name, problems)
    record = IntakeRecord("pairings", source=name, rows_read=len(rows), accepted=len(rows))
    frame = pd.DataFrame(rows, columns=list(_LAYER.column_names), dtype=object)
    return Prepared(canonical_frame(frame, _LAYER), record, pd.DataFrame(), only=only)


def _row(given: Any, district_ids: AbstractSet[str]) -> tuple[dict[str, Any], list[str]]:
    """Return a row of the layer and what is wrong with it."""
    if not isinstance(given, dict):
        return {}, [f"{str(given)[:60]!r} is no pairing; give kind and members"]
    problems = [
        f"{key} is no column of pairings; leave it out" for key in given if key not in _LAYER.column_names
    ]
    if given.get("kind") not in _KINDS:
        problems.append(f"kind {str(given.get('kind'))[:60]!r} is not known; give one of {', '.join(_KINDS)}")
    members, wrong = _members(given.get("members"), str(given.get("kind")))
    problems += wrong
    problems += [
        f"district {district!r} is not among the districts; correct the id or import its boundary"
        for member in members
        for district in member
        if district not in district_ids
    ]
    row = {
        key: None if given.get(key) is None else str(given[key])
        for key in ("kind", "name", "name_en", "since", "source")
    }
    made = "--".join("+".join(member) for member in members)
    return {**row, "pairing_id": str(given.get("pairing_id") or made), "members": members}, problems


def _members(given: Any, kind: str) -> tuple[list[list[str]], list[str]]:
    """Return the members, their ids in order (METHOD 1), and what is wrong with them."""
    if not isinstance(given, list):
        return [], ["it has no members; list the district ids of each"]
    members = []
    for member in given:
        ids = member if isinstance(member, list) else [member]
        if not ids or not all(isinstance(one, str | int) and not isinstance(one, bool) for one in ids):
            return [], [f"member {str(member)[:60]!r} is no list of district ids; write them as texts"]
        members.append(sorted({str(one) for one in ids}))
    flat = [district for member in members for district in member]
    problems = [
        f"district {district!r} is in two of its members; leave one"
        for district in sorted({district for district in flat if flat.count(district) > 1})
    ]
    if kind == "group" and len(members) <= _PAIR:
        problems.append(f"a group has three members or more, not {len(members)}; call two a counterpart")
    if kind in {"adjacent", "counterpart"} and len(members) != _PAIR:
        problems.append(f"{kind} has two members, not {len(members)}; call more a group")
    # Two members come in their order, a before b; a group's order is its own.
    return (sorted(members, key="+".join) if len(members) == _PAIR else members), problems
