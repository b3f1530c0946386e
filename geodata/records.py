"""Records that several people change: versions, a history only added to, no write doubled or lost unseen."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from geodata.database_tables import ANSWERS, CHANGES, FACTS, RECORDS
from geodata.errors import BordergapError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from geodata.database import Database

Kind = Literal["gap", "item"]
Presence = Literal["found", "gone", "returned", "moved"]
Cause = Literal["person", "import", "analysis", "restore"]
Fields = dict[str, Any]  # plain JSON values

MOST_KEY = 200  # letters of an idempotency key
MOST_AUTHOR = 200
_CHUNK = 500  # ids asked for in one statement; SQLite takes 32 766 parameters, older ones 999


@dataclasses.dataclass(frozen=True)
class Record:
    """One record as it stands; `version` 0: nobody has changed it yet, and it is not kept."""

    id: str
    pairing_id: str
    version: int
    fields: Fields
    seen: Fields = dataclasses.field(default_factory=dict)
    presence: Presence = "found"
    moved_from: str | None = None
    changed: str | None = None  # UTC, ISO
    changed_by: str | None = None
    uid: str = ""


@dataclasses.dataclass(frozen=True)
class Ask:
    """A change asked for: the new values of some fields, and the version they were decided on."""

    id: str
    changes: Mapping[str, Any]
    version: int


@dataclasses.dataclass(frozen=True)
class Change:
    """One field changed, once: a row of the history."""

    number: int
    version: int
    field: str
    old: Any
    new: Any
    author: str
    cause: Cause
    at: str


@dataclasses.dataclass(frozen=True)
class Problem:
    """Why a value cannot be taken: `code` for a translation, `text` in English, and its remedy."""

    field: str
    code: str
    text: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class Refused(BordergapError, ValueError):  # noqa: N818 - an answer, as much as an error
    """A change that does not fit; `problems` has all reasons at once."""

    def __init__(self, record_id: str, problems: Sequence[Problem]) -> None:
        self.id = record_id
        self.problems = tuple(problems)
        lines = "".join(f"\n  {problem.field}: {problem.text}" for problem in problems)
        super().__init__(f"{record_id} was not changed:{lines}")


class Conflict(BordergapError):  # noqa: N818
    """Somebody else changed the record meanwhile: `current` has what they wrote, `ask` what was wanted."""

    def __init__(self, current: Record, ask: Ask) -> None:
        self.current = current
        self.ask = ask
        super().__init__(
            f"{ask.id} was changed by {current.changed_by or 'somebody else'} meanwhile (version "
            f"{current.version}, not {ask.version}); nothing was overwritten, look at it and change it again"
        )


Outcome = Record | Conflict | Refused


class Records:
    """The records of one kind in a database.

    Parameters
    ----------
    kind
        Which of them.
    check
        Makes of a record and the changes asked for the values to keep, in their canonical form; raises
        `Refused` where they do not fit.
    fresh
        Makes the records, version 0, of ids that nobody has changed yet; those of no such thing are left out.
    """

    def __init__(
        self,
        database: Database,
        kind: Kind,
        check: Callable[[Record, Mapping[str, Any]], Fields],
        fresh: Callable[[Collection[str]], Mapping[str, Record]],
    ) -> None:
        self.database = database
        self.kind = kind
        self._check = check
        self._fresh = fresh

    def all(self) -> list[Record]:
        """Return all records kept, by pairing and id."""
        if not self.database.exists:
            return []
        with self.database.reading() as connection:
            return list(self.within(connection).values())

    def get(self, record_id: str) -> Record | None:
        """Return a record; version 0 where nobody has changed it yet, None where there is no such thing."""
        if self.database.exists:
            with self.database.reading() as connection:
                kept = self.within(connection, [record_id])
            if record_id in kept:
                return kept[record_id]
        return self._fresh([record_id]).get(record_id)

    def history(self, record_id: str) -> list[Change]:
        """Return all changes of a record, the first one first; those under an earlier id, too."""
        if not self.database.exists:
            return []
        of = sa.select(RECORDS.c.uid).where(RECORDS.c.kind == self.kind, RECORDS.c.id == record_id)
        asked = sa.select(CHANGES).where(CHANGES.c.uid.in_(of)).order_by(CHANGES.c.number)
        with self.database.reading() as connection:
            return [_change(row) for row in connection.execute(asked).mappings()]

    def fields_at(self, versions: Mapping[str, int]) -> dict[str, Fields]:
        """Return the fields of records in an earlier version, by id; what never was is left out."""
        fresh = self._fresh(list(versions))
        kept: dict[str, Record] = {}
        later: list[Mapping[Any, Any]] = []
        if self.database.exists:
            with self.database.reading() as connection:
                kept = self.within(connection, list(versions))
                unknown = [each for each in versions if each not in kept and each not in fresh]
                kept |= self._moved(connection, unknown)
                uids = sorted({record.uid for record in kept.values()})
                for start in range(0, len(uids), _CHUNK):
                    of = sa.select(CHANGES).where(CHANGES.c.uid.in_(uids[start : start + _CHUNK]))
                    later += connection.execute(of.order_by(CHANGES.c.number.desc())).mappings()
        undone = {record_id: dict(record.fields) for record_id, record in {**fresh, **kept}.items()}
        of_uid: dict[str, list[str]] = {}
        for record_id, record in kept.items():
            of_uid.setdefault(record.uid, []).append(record_id)
        for row in later:  # the last one first
            for record_id in of_uid[row["uid"]]:
                if row["version"] > versions[record_id] and row["field"] not in {"presence", "id"}:
                    undone[record_id][row["field"]] = json.loads(row["old"])
        return {
            record_id: fields
            for record_id, fields in undone.items()
            if versions[record_id] <= (kept[record_id].version if record_id in kept else 0)
        }

    def change(
        self,
        asks: Sequence[Ask],
        *,
        author: str,
        key: str | None = None,
        cause: Cause = "person",
    ) -> list[Outcome]:
        """Change records, each wholly or not at all, and return what became of each, in order.

        What is returned as changed is on the disk. What already has the values asked for stays as it is,
        whatever the version: nothing is overwritten.

        Parameters
        ----------
        author
            Who decides.
        key
            Made anew for each decision; the same one again, after an answer was lost, gives the same answer
            and writes nothing.

        Raises
        ------
        UsageError
            If the key was used for another change, an id is asked for twice, or no author is given.
        DatabaseError
            If the database cannot be written.
        """
        _require_sound(asks, author, key)
        digest = _digest(self.kind, asks, author)
        fresh = self._fresh([ask.id for ask in asks if ask.version == 0])
        with self.database.writing() as connection:
            if key is not None and (told := self._answered(connection, key, digest, asks)) is not None:
                return told
            now = utc_now()
            before = self._before(connection, asks, fresh)
            outcomes = [
                self._decide(ask, current, author, now) for ask, current in zip(asks, before, strict=True)
            ]
            written = [
                (current, outcome)
                for current, outcome in zip(before, outcomes, strict=True)
                if isinstance(outcome, Record) and current is not None and outcome is not current
            ]
            self.write(connection, written, author=author, cause=cause, now=now)
            if key is not None and written:
                answer = _dump([_outcome_json(outcome) for outcome in outcomes])
                connection.execute(
                    sa.insert(ANSWERS), {"key": key, "digest": digest, "answer": answer, "at": now}
                )
        return outcomes

    # --- within a transaction ---------------------------------------------------------------------------

    def within(self, connection: sa.Connection, ids: Collection[str] | None = None) -> dict[str, Record]:
        """Return the records kept, all or those of `ids`, by id; in the transaction of `connection`."""
        asked = sa.select(RECORDS).where(RECORDS.c.kind == self.kind)
        asked = asked.order_by(RECORDS.c.pairing_id, RECORDS.c.id)
        if ids is None:
            rows = list(connection.execute(asked).mappings())
        else:
            wanted = sorted(set(ids))
            rows = [
                row
                for start in range(0, len(wanted), _CHUNK)
                for row in connection.execute(
                    asked.where(RECORDS.c.id.in_(wanted[start : start + _CHUNK]))
                ).mappings()
            ]
        return {row["id"]: _record(row) for row in rows}

    def write(
        self,
        connection: sa.Connection,
        written: Sequence[tuple[Record, Record]],
        *,
        author: str,
        cause: Cause,
        now: str,
    ) -> None:
        """Keep records (as they were, as they are to be) and add what differs to the history."""
        new = [_row(after, self.kind) for before, after in written if before.version == 0]
        old = [
            {f"to_{name}": value for name, value in _row(after, self.kind).items()}
            for before, after in written
            if before.version > 0
        ]
        changes = [
            {**each, "author": author, "cause": cause, "at": now}
            for before, after in written
            for each in _differences(before, after)
        ]
        if new:
            connection.execute(sa.insert(RECORDS), new)
        if old:
            names = [column.name for column in RECORDS.c if column.name not in {"uid", "kind"}]
            connection.execute(
                sa.update(RECORDS)
                .where(RECORDS.c.uid == sa.bindparam("to_uid"))
                .values({name: sa.bindparam(f"to_{name}") for name in names}),
                old,
            )
        if changes:
            connection.execute(sa.insert(CHANGES), changes)

    def _before(
        self, connection: sa.Connection, asks: Sequence[Ask], fresh: Mapping[str, Record]
    ) -> list[Record | None]:
        """Return what each change is about: kept, under an id that moved meanwhile, or new."""
        ids = [ask.id for ask in asks]
        kept = self.within(connection, ids)
        moved = self._moved(connection, [each for each in ids if each not in kept and each not in fresh])
        return [kept.get(each) or fresh.get(each) or moved.get(each) for each in ids]

    def _moved(self, connection: sa.Connection, ids: Sequence[str]) -> dict[str, Record]:
        """Return the records that have had the `ids` earlier."""
        if not ids:
            return {}
        had = sa.select(CHANGES.c.uid, CHANGES.c.old).where(
            CHANGES.c.field == "id", CHANGES.c.old.in_([_dump(each) for each in ids])
        )
        uids = {json.loads(row["old"]): row["uid"] for row in connection.execute(had).mappings()}
        asked = sa.select(RECORDS).where(RECORDS.c.kind == self.kind, RECORDS.c.uid.in_(uids.values()))
        found = {row["uid"]: _record(row) for row in connection.execute(asked).mappings()}
        return {old: found[uid] for old, uid in uids.items() if uid in found}

    def _decide(self, ask: Ask, current: Record | None, author: str, now: str) -> Outcome:
        if current is None:
            problem = Problem("id", "unknown", "there is no such thing; look up the id again")
            return Refused(ask.id, [problem])
        try:
            values = self._check(current, ask.changes)
        except Refused as refused:
            # Of what somebody else changed meanwhile the conflict comes first.
            return Conflict(current, ask) if ask.version != current.version else refused
        if all(current.fields.get(name) == value for name, value in values.items()):
            return current
        if ask.version != current.version:
            return Conflict(current, ask)
        return Record(
            id=current.id,
            pairing_id=str(values.get("pairing_id") or current.pairing_id),
            version=current.version + 1,
            fields={**current.fields, **values},
            seen=current.seen,
            # Who changes it has seen that it came back, or moved.
            presence="gone" if current.presence == "gone" else "found",
            moved_from=current.moved_from,
            changed=now,
            changed_by=author,
            uid=current.uid or uuid.uuid4().hex,
        )

    def fact(self, name: str) -> str | None:
        """Return a fact about the database, None where it is not known."""
        if not self.database.exists:
            return None
        with self.database.reading() as connection:
            return fact_within(connection, name)

    def _answered(
        self, connection: sa.Connection, key: str, digest: str, asks: Sequence[Ask]
    ) -> list[Outcome] | None:
        """Return the answer given to `key` before, None where there was none."""
        row = connection.execute(sa.select(ANSWERS).where(ANSWERS.c.key == key)).mappings().first()
        if row is None:
            return None
        if row["digest"] != digest:
            raise UsageError("this key was used for another change; make a new key for each change")
        return [_outcome(values, ask) for values, ask in zip(json.loads(row["answer"]), asks, strict=True)]


def fact_within(connection: sa.Connection, name: str) -> str | None:
    """Return a fact about the database, in the transaction of `connection`."""
    found: str | None = connection.scalar(sa.select(FACTS.c.value).where(FACTS.c.name == name))
    return found


def keep_fact(connection: sa.Connection, name: str, value: str) -> None:
    """Keep a fact about the database in place of what was known."""
    connection.execute(sa.delete(FACTS).where(FACTS.c.name == name))
    connection.execute(sa.insert(FACTS), {"name": name, "value": value})


def utc_now() -> str:
    """Return the time in UTC, ISO, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _require_sound(asks: Sequence[Ask], author: str, key: str | None) -> None:
    if not author.strip() or len(author) > MOST_AUTHOR:
        raise UsageError(f"say who changes it, in 1 to {MOST_AUTHOR} letters")
    if key is not None and not 0 < len(key) <= MOST_KEY:
        raise UsageError(f"a key has 1 to {MOST_KEY} letters")
    ids = [ask.id for ask in asks]
    if len(set(ids)) != len(ids):
        raise UsageError("one change names a record twice; put its fields together")


def _digest(kind: str, asks: Sequence[Ask], author: str) -> str:
    said = _dump([kind, author, [[ask.id, dict(ask.changes), ask.version] for ask in asks]])
    return hashlib.sha256(said.encode()).hexdigest()


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _differences(before: Record, after: Record) -> list[dict[str, Any]]:
    """Return the rows of the history that lead from one state to the other."""
    pairs = [
        *((name, before.fields.get(name), value) for name, value in after.fields.items()),
        ("presence", before.presence, after.presence),
        ("id", before.id, after.id),
    ]
    return [
        {"uid": after.uid, "version": after.version, "field": name, "old": _dump(old), "new": _dump(new)}
        for name, old, new in pairs
        if old != new
    ]


def _row(record: Record, kind: Kind) -> dict[str, Any]:
    return {
        "uid": record.uid,
        "kind": kind,
        "id": record.id,
        "pairing_id": record.pairing_id,
        "version": record.version,
        "fields": _dump(record.fields),
        "seen": _dump(record.seen),
        "presence": record.presence,
        "moved_from": record.moved_from,
        "changed": record.changed,
        "changed_by": record.changed_by,
    }


def _record(row: Mapping[Any, Any]) -> Record:
    values = {name: row[name] for name in ("id", "pairing_id", "version", "presence", "moved_from", "uid")}
    return Record(
        **values,
        fields=json.loads(row["fields"]),
        seen=json.loads(row["seen"] or "{}"),
        changed=row["changed"],
        changed_by=row["changed_by"],
    )


def _change(row: Mapping[Any, Any]) -> Change:
    values = {name: row[name] for name in ("number", "version", "field", "author", "cause", "at")}
    return Change(**values, old=json.loads(row["old"]), new=json.loads(row["new"]))


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as it is remembered under its key."""
    if isinstance(outcome, Record):
        return {"record": vars(outcome)}
    if isinstance(outcome, Conflict):
        return {"conflict": vars(outcome.current)}
    return {"refused": [{**vars(problem), "values": dict(problem.values)} for problem in outcome.problems]}


def _outcome(values: Mapping[str, Any], ask: Ask) -> Outcome:
    if "record" in values:
        return Record(**values["record"])
    if "conflict" in values:
        return Conflict(Record(**values["conflict"]), ask)
    return Refused(ask.id, [Problem(**problem) for problem in values["refused"]])
