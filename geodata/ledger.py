"""Follow-up of gaps: who does what until when, what was done, and what became of the gap since."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from geodata.ledger_fields import FIELDS, Status, checked
from geodata.records import Ask, Conflict, Record, Records, Refused, fact_within, keep_fact, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import geopandas as gpd

    from geodata.database import Database
    from geodata.records import Cause, Change, Presence

STATUSES: tuple[Status, ...] = get_args(Status)
RECONCILED = "reconciled"  # fact: the end of the last run that the ledger was held against


@dataclass(frozen=True)
class Entry:
    """The follow-up of one gap; `version` 0: nobody has taken it up, all but `status` is empty.

    Parameters
    ----------
    gap_id, pairing_id
        Of the gap.
    version
        What a change must name, so that nobody overwrites what they have not seen.
    values
        By the names of `FIELDS`; None where nothing was said.
    gap
        The row of the table of gaps when the gap was last found, `lon` and `lat` with it: it stays legible
        when it is found no longer.
    presence
        Whether the last analysis found it: found; gone: no longer, to be confirmed as resolved; returned:
        found again; moved: found at another place of its border, under an id other than `moved_from`.
    changed, changed_by
        The last change by a person: UTC, ISO; and who.
    """

    gap_id: str
    pairing_id: str
    version: int
    values: Mapping[str, Any]
    gap: Mapping[str, Any]
    presence: Presence
    moved_from: str | None
    changed: str | None
    changed_by: str | None

    @property
    def status(self) -> Status:
        """Where its follow-up stands."""
        status: Status = self.values["status"]
        return status

    @property
    def to_confirm(self) -> bool:
        """Whether it is found no longer, and nobody has said yet that it is resolved."""
        return self.presence == "gone" and self.status not in {"resolved", "rejected"}


class Ledger:
    """The follow-up kept in a database.

    Parameters
    ----------
    gaps
        Returns the table of gaps in force; asked when somebody takes up a gap for the first time.
    """

    def __init__(self, database: Database, gaps: Callable[[], gpd.GeoDataFrame]) -> None:
        self.database = database
        self._gaps = gaps
        self._records = Records(database, "gap", checked, self._fresh)

    def entries(
        self,
        *,
        pairings: Collection[str] | None = None,
        statuses: Collection[Status] | None = None,
        presences: Collection[Presence] | None = None,
    ) -> list[Entry]:
        """Return the entries of gaps that were taken up, by pairing and id; all but for what is asked for."""
        return [
            entry
            for entry in map(entry_of, self._records.all())
            if (pairings is None or entry.pairing_id in pairings)
            and (statuses is None or entry.status in statuses)
            and (presences is None or entry.presence in presences)
        ]

    def entry(self, gap_id: str) -> Entry | None:
        """Return the entry of a gap, version 0 where nobody took it up; None where there is no such gap."""
        record = self._records.get(gap_id)
        return None if record is None else entry_of(record)

    def history(self, gap_id: str) -> list[Change]:
        """Return every change of an entry, the first one first."""
        return self._records.history(gap_id)

    def change(
        self,
        gap_id: str,
        changes: Mapping[str, Any],
        *,
        version: int,
        author: str,
        key: str | None = None,
    ) -> Entry:
        """Change fields of one entry and return it; what is returned is on the disk.

        Parameters
        ----------
        changes
            New values by the names of `FIELDS`; None or an empty text: nothing said.
        version
            Of the entry that the change was decided on; 0 for a gap that nobody took up.
        author
            Who decides.
        key
            Made anew for each decision. The same one again, after an answer was lost, gives the same answer
            and writes nothing.

        Raises
        ------
        Conflict
            If somebody changed it meanwhile; `current` has the record they wrote.
        Refused
            If values do not fit, or there is no such gap.
        DatabaseError
            If the database cannot be written.
        """
        (outcome,) = self.change_many([Ask(gap_id, changes, version)], author=author, key=key)
        if not isinstance(outcome, Entry):
            raise outcome
        return outcome

    def change_many(
        self, asks: Sequence[Ask], *, author: str, key: str | None = None, cause: Cause = "person"
    ) -> list[Entry | Conflict | Refused]:
        """Change several entries at once, each wholly or not at all; see `Records.change`."""
        outcomes = self._records.change(asks, author=author, key=key, cause=cause)
        return [entry_of(each) if isinstance(each, Record) else each for each in outcomes]

    def values_at(self, versions: Mapping[str, int]) -> dict[str, dict[str, Any]]:
        """Return what entries said in an earlier version, by gap; what there never was is left out.

        Parameters
        ----------
        versions
            By gap: which version.
        """
        start = {name: each.default for name, each in FIELDS.items()}
        found = self._records.fields_at(versions)
        return {gap_id: {**start, **fields} for gap_id, fields in found.items()}

    def reconciled(self) -> str | None:
        """Return the end of the last run that the ledger was held against."""
        return self._records.fact(RECONCILED)

    def reconcile(
        self,
        gaps: gpd.GeoDataFrame,
        run: str,
        decide: Callable[[pd.DataFrame, str | None], tuple[Mapping[str, str], Collection[str]]],
        author: str = "bordergap",
    ) -> dict[str, int]:
        """Hold the entries against the gaps a run has found; return how many are gone, returned, moved.

        Nobody writes meanwhile, and what people decided stays: of their fields only `status` changes, from
        resolved to confirmed, where a gap that was gone is found again.

        Parameters
        ----------
        gaps
            All gaps in force, with geometry (EPSG:4326).
        run
            When the run ended; the ledger is held against a run once.
        decide
            Given the gaps, as last seen, of entries that are not among `gaps`, and the run before, returns
            which of them are found under which other id, and the ids of those of which the run says nothing.
        """
        gaps = gaps.set_index("gap_id", drop=False)
        counts = {"gone": 0, "returned": 0, "moved": 0}
        with self.database.writing() as connection:
            last = fact_within(connection, RECONCILED)
            if last == run:
                return counts
            kept = self._records.within(connection)
            missing = [record for record in kept.values() if record.id not in gaps.index]
            moves: Mapping[str, str] = {}
            untold: Collection[str] = ()
            if missing:
                moves, untold = decide(pd.DataFrame([record.seen for record in missing]), last)
            found = {record.id: record.id for record in kept.values() if record.id in gaps.index}
            found |= {old: new for old, new in moves.items() if new not in kept}
            seen = seen_of(gaps.loc[list(found.values())])
            now = utc_now()
            written = []
            for record in kept.values():
                after = _after(record, found.get(record.id), seen, untold=record.id in untold)
                if after != record:
                    written.append((record, after))
                if after.presence != record.presence and after.presence in counts:
                    counts[after.presence] += 1
            self._records.write(connection, written, author=author, cause="analysis", now=now)
            keep_fact(connection, RECONCILED, run)
        return counts

    def _fresh(self, ids: Collection[str]) -> dict[str, Record]:
        if not ids:
            return {}
        gaps = self._gaps()
        values = {name: each.default for name, each in FIELDS.items()}
        return {
            gap_id: Record(gap_id, str(seen["pairing_id"]), 0, dict(values), seen)
            for gap_id, seen in seen_of(gaps[gaps["gap_id"].isin(ids)]).items()
        }


def entry_of(record: Record) -> Entry:
    """Return a record of the kind gap as an entry."""
    return Entry(
        gap_id=record.id,
        pairing_id=record.pairing_id,
        version=record.version,
        # A field that a later version of the program added is empty in what an earlier one kept.
        values={name: record.fields.get(name, each.default) for name, each in FIELDS.items()},
        gap=record.seen,
        presence=record.presence,
        moved_from=record.moved_from,
        changed=record.changed,
        changed_by=record.changed_by,
    )


def seen_of(gaps: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    """Return gaps as entries keep them: plain values by column, and a point of the gap, by id."""
    points = gaps.geometry.representative_point()
    rows = pd.DataFrame(gaps.drop(columns="geometry")).assign(lon=points.x.round(6), lat=points.y.round(6))
    return {row["gap_id"]: row for row in json.loads(rows.to_json(orient="records", double_precision=15))}


def _after(record: Record, found: str | None, seen: Mapping[str, dict[str, Any]], *, untold: bool) -> Record:
    """Return what becomes of an entry whose gap was found under the id `found`, or, with None, was not."""
    if found is None:
        return record if untold else replace(record, presence="gone")
    after = replace(record, seen=seen[found], pairing_id=str(seen[found]["pairing_id"]))
    if found != record.id:
        after = replace(after, id=found, moved_from=record.id, presence="moved")
    if record.presence != "gone":
        return after
    after = replace(after, presence="returned")
    if record.fields["status"] != "resolved":
        return after
    # Who had it resolved has another look: the version tells them, in case they are at it now.
    return replace(after, version=record.version + 1, fields={**record.fields, "status": "confirmed"})
