"""Kill writers of the ledger at every kind of moment, and count: no acknowledged write lost, none doubled.

python tests/benchmarks/ledger_kills.py --kills 500 [--postgres ADDRESS]

Each writer is a fork of one warm process: it changes entries, acknowledges each change on a pipe, and dies by
SIGKILL, either at a named point of its n-th change or after a random time. Then the ledger is opened anew,
and the change that was under way is sent again with its key, as a browser would.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import sqlalchemy as sa
from shapely.geometry import Point
from sqlalchemy import event

from geodata.database import Database
from geodata.database_tables import CHANGES, RECORDS
from geodata.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

GAPS = 5
MOST_CHANGES = 200  # of one writer
LONGEST_S = 0.12  # until a random kill
POINTS = ("begin", "read", "record", "history", "answer", "commit", "committed", "acknowledged")


@dataclass
class Count:
    """What the kills did."""

    kills: int = 0
    acknowledged: int = 0
    under_way: int = 0  # sent again after the kill
    kept_unacknowledged: int = 0  # of those, already on the disk: the key kept them from being doubled
    lost: int = 0
    doubled: int = 0
    points: dict[str, int] = field(default_factory=dict)


def gaps() -> gpd.GeoDataFrame:
    """Return the gaps that are taken up."""
    rows = {
        "gap_id": [f"g{number}" for number in range(GAPS)],
        "pairing_id": "1--2",
        "kind": "service_wall",
        "side": "a",
        "what": "school",
    }
    return gpd.GeoDataFrame(rows, geometry=[Point(106, 29)] * GAPS, crs="EPSG:4326")


def kill(count: int, root: Path, address: str, seed: int = 1) -> Count:
    """Kill `count` writers one after the other and return what was found.

    Parameters
    ----------
    address
        Of a PostgreSQL; empty: SQLite in `root`.
    """
    luck = random.Random(seed)  # noqa: S311 - moments, no secrets
    table = gaps()

    def opened() -> Ledger:
        return Ledger(Database(root, address), lambda: table)

    first = opened()
    first.change("g0", {"notes": "before"}, version=0, author="test", key=uuid.uuid4().hex)
    first.database.close()
    told = Count()
    written: list[str] = []  # what was acknowledged, by its text
    for number in range(count):
        point = POINTS[number // 2 % len(POINTS)] if number % 2 else None
        acknowledged, last = _one(opened, point, luck)
        told.points[point or "any time"] = told.points.get(point or "any time", 0) + 1
        told.kills += 1
        told.acknowledged += len(acknowledged)
        written += acknowledged
        if last is not None and last not in acknowledged:
            told.under_way += 1
            ledger = opened()
            gap_id, text, version = last.split("|")
            if any(last == each.new for each in ledger.history(gap_id)):
                told.kept_unacknowledged += 1
            ledger.change(gap_id, {"notes": last}, version=int(version), author="test", key=text)
            ledger.database.close()
            written.append(last)
    return _compared(opened(), written, told)


def _one(
    opened: Callable[[], Ledger], point: str | None, luck: random.Random
) -> tuple[list[str], str | None]:
    """Let one writer work until it is killed; return what it acknowledged, and what it began last."""
    reading, writing = os.pipe()
    at, after_s = luck.randrange(1, 4), luck.uniform(0, LONGEST_S)
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            _write(opened(), writing, point, at)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        if point is None:
            select.select([pipe], [], [])  # it has begun
            time.sleep(after_s)
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = [line.rstrip("\n") for line in pipe if line.endswith("\n")]
    begun = [line[1:] for line in lines if line.startswith("?")]
    return [line[1:] for line in lines if line.startswith("!")], begun[-1] if begun else None


def _write(ledger: Ledger, pipe: int, point: str | None, at: int) -> None:
    """Change entries and acknowledge each; die at `point` of the change number `at`."""
    state = {"change": 0}

    def die(here: str) -> None:
        if here == point and state["change"] >= at:
            os.kill(os.getpid(), signal.SIGKILL)

    ledger.entries()
    _watch(ledger.database, die)
    for number in range(MOST_CHANGES):
        state["change"] = number + 1
        entry = ledger.entry(f"g{number % GAPS}")
        assert entry is not None
        key = uuid.uuid4().hex
        text = f"{entry.gap_id}|{key}|{entry.version}"
        os.write(pipe, f"?{text}\n".encode())
        ledger.change(entry.gap_id, {"notes": text}, version=entry.version, author="test", key=key)
        die("committed")
        os.write(pipe, f"!{text}\n".encode())
        die("acknowledged")


def _watch(database: Database, die: Callable[[str], None]) -> None:
    """Call `die` at each step of a change."""
    engine = database._opened()  # noqa: SLF001 - to be there between two statements
    inserts = {"records": "record", "changes": "history", "answers": "answer"}

    @event.listens_for(engine, "before_cursor_execute")
    def _before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("BEGIN IMMEDIATE") or "pg_advisory" in statement:
            die("begin")
        for table, here in inserts.items():
            if statement.startswith((f"INSERT INTO {table}", f"UPDATE {table}")):
                die(here)
        if statement.startswith("SELECT answers"):
            die("read")

    @event.listens_for(engine, "commit")
    def _commit(_connection: Any) -> None:
        die("commit")


def _compared(ledger: Ledger, written: list[str], told: Count) -> Count:
    """Count what is missing and what stands twice; look at versions and at the file itself."""
    of_notes = sa.select(CHANGES.c.new).where(CHANGES.c.field == "notes")
    with ledger.database.reading() as connection:
        kept = [str(row.new)[1:-1] for row in connection.execute(of_notes)]
        of = sa.select(RECORDS.c.uid, RECORDS.c.version)
        versions = {row.uid: row.version for row in connection.execute(of)}
        changes: dict[str, int] = {}
        for uid, field_name in connection.execute(sa.select(CHANGES.c.uid, CHANGES.c.field)):
            changes[uid] = changes.get(uid, 0) + (field_name == "notes")
        if ledger.database.store == "sqlite":
            assert connection.scalar(sa.text("PRAGMA integrity_check")) == "ok"
    assert versions == changes  # a record without its history, or the other way round, is half a write
    ledger.database.close()
    told.lost = len(set(written) - set(kept))
    told.doubled = len(kept) - len(set(kept))
    return told


def main() -> None:
    """Kill, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--postgres", default="", help="address of an empty database; unless given, SQLite")
    asked = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        told = kill(asked.kills, Path(folder), asked.postgres)
    seconds = time.perf_counter() - start
    print(f"{'PostgreSQL' if asked.postgres else 'SQLite'}, {seconds:.0f} s: {told}")  # noqa: T201
    raise SystemExit(told.lost + told.doubled)


if __name__ == "__main__":
    main()
