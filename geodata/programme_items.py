"""Items of the programme: imported rows, and what people have added and changed since, as one list."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.programme import REMOVED, Programme
from geodata.programme_kinds import KINDS, checked
from geodata.records import Problem, Record, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from geodata.database import Database
    from geodata.records import Ask, Cause, Change, Conflict, Fields

_ID = re.compile(r"[\w.:+-]{1,200}")
PLACE, PROVENANCE = "place", "provenance"  # fields that an imported row brings, and nobody changes
_ABOUT = {"kind", "pairing_id", REMOVED}  # fields that are no fields of a kind


@dataclass(frozen=True)
class Item:
    """One item as it stands.

    Parameters
    ----------
    item_id, pairing_id
        Its own id, and that of the pairing whose members do it together.
    version
        What a change must name; 0: as it was imported, nobody has changed it.
    values
        By the names of the fields of its kind, `kind` among them; None where nothing is said.
    place
        Longitude and latitude, None without a place.
    provenance
        Of an imported row; None for what people have written.
    changed, changed_by
        The last change: UTC, ISO; and who.
    """

    item_id: str
    pairing_id: str
    version: int
    values: Mapping[str, Any]
    place: tuple[float, float] | None
    provenance: str | None
    changed: str | None
    changed_by: str | None

    @property
    def kind(self) -> str:
        """One of `KINDS`; an imported row may have another."""
        return str(self.values["kind"])

    @property
    def is_removed(self) -> bool:
        """Whether somebody has taken it from the list."""
        return bool(self.values.get(REMOVED))


class ProgrammeItems:
    """The items of a workspace, imported rows and those kept in its database together.

    Parameters
    ----------
    imported
        Returns the layer `programme` as it was imported; None where there is none.
    members
        Returns the ids of the members of a pairing, none for one that is not there.
    """

    def __init__(
        self,
        database: Database,
        imported: Callable[[], pd.DataFrame | None],
        members: Callable[[str], Sequence[str]],
    ) -> None:
        self._imported = imported
        self._members = members
        self._programme = Programme(database, self._check, self._fresh)

    def items(self, *, removed: bool = False) -> list[Item]:
        """Return all items, imported ones in their order, then the others by pairing.

        Those that were removed only where asked for.
        """
        kept = {record.id: record for record in self._programme.items(removed=True)}
        imported = self._rows()
        order = [*imported, *(key for key in kept if key not in imported)]
        every = [item_of(kept.get(key) or Record(key, "", 0, imported[key])) for key in order]
        return [item for item in every if removed or not item.is_removed]

    def item(self, item_id: str) -> Item | None:
        """Return an item, a removed one too; None where there is none of that id."""
        record = self._programme.item(item_id)
        if record is None and item_id in (rows := self._rows()):
            record = Record(item_id, "", 0, rows[item_id])
        return None if record is None else item_of(record)

    def history(self, item_id: str) -> list[Change]:
        """Return every change of an item, the first one first."""
        return self._programme.history(item_id)

    def change(
        self, item_id: str, changes: Mapping[str, Any], *, version: int, author: str, key: str | None = None
    ) -> Item:
        """Change fields of an item and return it; what is returned is on the disk.

        Parameters
        ----------
        changes
            New values by the names of the fields of its kind. A new item names its `kind` and its
            `pairing_id` too; `removed` takes an item from the list, and brings it back.
        version
            Of the item that the change was decided on; 0 for a new or an imported one.
        author, key
            As for `Ledger.change`.

        Raises
        ------
        Conflict
            If somebody changed it meanwhile.
        Refused
            If values do not fit.
        DatabaseError
            If the database cannot be written.
        """
        return item_of(self._programme.change(item_id, changes, version=version, author=author, key=key))

    def change_many(
        self, asks: Sequence[Ask], *, author: str, key: str | None = None, cause: Cause = "person"
    ) -> list[Item | Conflict | Refused]:
        """Change several items at once, each wholly or not at all; see `Records.change`."""
        outcomes = self._programme.change_many(asks, author=author, key=key, cause=cause)
        return [item_of(each) if isinstance(each, Record) else each for each in outcomes]

    def values_at(self, versions: Mapping[str, int]) -> dict[str, Mapping[str, Any]]:
        """Return what items said in an earlier version, by id; what there never was is left out."""
        found = self._programme.values_at(versions)
        return {item_id: fields for item_id, fields in found.items() if "kind" in fields}

    def _check(self, record: Record, changes: Mapping[str, Any]) -> Fields:
        """Return the values to keep; kind and pairing stay as they were when the item began."""
        is_new = "kind" not in record.fields
        about = {**changes, **{name: record.fields[name] for name in _ABOUT if name in record.fields}}
        kind, pairing_id = str(about.get("kind")), str(about.get("pairing_id"))
        own = {name: value for name, value in changes.items() if name not in _ABOUT}
        problems = []
        if is_new and not _ID.fullmatch(record.id):
            problems.append(Problem("id", "unknown", "an id has letters, digits and .:+- alone"))
        if is_new and not self._members(pairing_id):
            problems.append(Problem("pairing_id", "unknown", "there is no such pairing; name another one"))
        if is_new and not own.get("title"):
            problems.append(Problem("title", "required", "it is empty; fill it in"))
        if not isinstance(changes.get(REMOVED, False), bool):
            problems.append(Problem(REMOVED, "no_choice", "write true or false"))
        if problems:
            raise Refused(record.id, problems)
        # An imported row may be of a kind that has no form: it can be removed, and brought back.
        values = checked(record.id, kind, own, self._members(pairing_id)) if own else {}
        begun = {"kind": kind, "pairing_id": pairing_id} if is_new else {}
        gone = {REMOVED: changes[REMOVED]} if REMOVED in changes else {}
        return {**begun, **values, **gone}

    def _fresh(self, ids: Collection[str]) -> dict[str, Fields]:
        rows = self._rows()
        return {each: rows[each] for each in ids if each in rows}

    def _rows(self) -> dict[str, Fields]:
        layer = self._imported()
        if layer is None:
            return {}
        # Few rows, each put together from what it says.
        return {str(row["item_id"]): _imported_fields(row) for row in layer.to_dict("records")}


def item_of(record: Record) -> Item:
    """Return a record of the kind item as an item."""
    fields = record.fields
    place = fields.get(PLACE)
    return Item(
        item_id=record.id,
        pairing_id=str(fields["pairing_id"]),
        version=record.version,
        values=fields,
        place=None if place is None else (place[0], place[1]),
        provenance=fields.get(PROVENANCE),
        changed=record.changed,
        changed_by=record.changed_by,
    )


def known_kinds(found: Collection[str]) -> list[str]:
    """Return kinds in the order of `KINDS`; those that are in it no more come last."""
    return [kind for kind in KINDS if kind in found] + sorted(set(found) - set(KINDS))


def _imported_fields(row: Mapping[Any, Any]) -> Fields:
    fields = {str(name): _known(value) for name, value in row.items() if name not in ("item_id", "geometry")}
    fields["shares"] = _shares(fields.get("shares"))
    point = row.get("geometry")
    fields[PLACE] = None if point is None or point.is_empty else [float(point.x), float(point.y)]
    return fields


def _known(value: Any) -> Any:
    """Return a value of a table as plain JSON; None where it is unknown."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, str | bool | int | float):
        return value
    return [str(each) for each in value]


def _shares(told: Any) -> Any:
    """Return shares as an object; text that is none stays as it is."""
    try:
        shares = json.loads(told) if isinstance(told, str) else told
    except ValueError:
        return told
    return shares if isinstance(shares, dict) else told
