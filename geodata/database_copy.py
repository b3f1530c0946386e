"""Copies of the database: one SQLite file each, whatever keeps it; made whole, checked, brought back."""

from __future__ import annotations

import os
import sqlite3
import uuid
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geodata.database_errors import DatabaseError, told_of_database
from geodata.database_tables import ALL, CHANGES
from geodata.migrations.running import MIGRATIONS, run_migrations
from geodata.store import told_of_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.database import Database

_ROWS = 1000  # carried at a time


def backup(database: Database, target: Path) -> Path:
    """Write the database as it stands to the file `target`; others may go on writing meanwhile.

    Raises
    ------
    DatabaseError
        If there is nothing yet, or the database or the file refuses.
    """
    if not database.exists:
        raise DatabaseError(f"{database.name} does not exist yet: nothing was taken up so far")
    if target.exists():
        raise DatabaseError(f"{target} exists already; choose another name for the copy")
    with database.reading() as connection:
        _copy(connection, target, database.name)
    return target


def keep_copy(connection: sa.Connection, root: Path, name: str, why: str) -> Path:
    """Write a copy into the folder `root` before something happens to the database; return its path."""
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    target = root / f"ledger-{why}-{at}.sqlite"
    _copy(connection, target, name)
    return target


def restore(database: Database, source: Path) -> Path | None:
    """Put what the copy `source` holds in place of what the database holds; return where that was kept.

    The copy is checked first. It may come from SQLite or PostgreSQL, and from an earlier version of the
    program; a damaged SQLite file makes way for it.

    Raises
    ------
    DatabaseError
        If the copy is none or damaged, or the database refuses; nothing was changed then.
    """
    with _checked(source, database.root) as engine:
        aside = _set_aside(database)
        with database.writing() as connection:
            kept = aside
            if kept is None and _rows_of(connection):
                # By a connection that writes nothing, while this one keeps others from writing: SQLite
                # waits for ever to copy what the copying connection itself may be changing.
                with database.reading() as reader:
                    kept = keep_copy(reader, database.root, database.name, "before-restore")
            with engine.connect() as copy, _history_open(connection):
                for table in reversed(ALL):
                    connection.execute(sa.delete(table))
                for table in ALL:
                    _carry(copy, connection, table)
    return kept


def _copy(connection: sa.Connection, target: Path, name: str) -> None:
    """Write what `connection` sees to `target`, which appears only when it is whole and on the disk."""
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    with told_of_refusal(str(target.parent)):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with told_of_database(str(target)):
            if connection.dialect.name == "sqlite":
                raw = connection.connection.driver_connection
                with closing(sqlite3.connect(beside)) as out:
                    raw.backup(out)  # type: ignore[union-attr]
            else:
                _carry_all(connection, beside, name)
            with closing(sqlite3.connect(beside)) as out:
                out.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
                _require_whole(out, target)
        with told_of_refusal(str(target.parent)):
            _sync(beside)
            beside.replace(target)
            _sync(target.parent)
    finally:
        beside.unlink(missing_ok=True)


def _carry_all(connection: sa.Connection, beside: Path, name: str) -> None:
    """Write a SQLite file with the tables and rows of a PostgreSQL, of the same version."""
    revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    tables = sa.MetaData()
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(beside)))
    with engine.begin() as out:
        run_migrations(out, name, MIGRATIONS, str(revision))
        tables.reflect(out)
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                _carry(connection, out, table)
    engine.dispose()


def _carry(source: sa.Connection, target: sa.Connection, table: sa.Table) -> None:
    """Add all rows of a table of one database to another."""
    rows = source.execute(sa.select(table).order_by(*table.primary_key)).mappings()
    for part in rows.partitions(_ROWS):
        target.execute(sa.insert(table), [dict(row) for row in part])
    if table is CHANGES and target.dialect.name == "postgresql":
        # Rows that bring their numbers leave the counter where it was.
        target.execute(
            sa.text(
                "SELECT setval(pg_get_serial_sequence('changes', 'number'), "
                "(SELECT coalesce(max(number), 0) + 1 FROM changes), false)"
            )
        )


@contextmanager
def _checked(source: Path, root: Path) -> Iterator[sa.Engine]:
    """Give the copy `source`, found whole and brought to this version, in a file of its own."""
    if not source.is_file():
        raise DatabaseError(f"{source} is no file; name a copy made by: bordergap ledger WORKSPACE backup")
    beside = root / f".ledger-restore-{uuid.uuid4().hex}"
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(beside)))
    try:
        with told_of_database(str(source)):
            with (
                closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy,
                closing(sqlite3.connect(beside)) as own,
            ):
                _require_whole(copy, source)
                copy.backup(own)
                own.execute("PRAGMA journal_mode=DELETE")
            with engine.begin() as connection:
                if not sa.inspect(connection).has_table("alembic_version"):
                    raise DatabaseError(f"{source} holds no ledger; name a copy of one")
                run_migrations(connection, str(source), MIGRATIONS)
        yield engine
    finally:
        engine.dispose()
        beside.unlink(missing_ok=True)


def _require_whole(connection: sqlite3.Connection, path: Path) -> None:
    """Raise DatabaseError for a file that SQLite finds damaged."""
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    torn = connection.execute("PRAGMA foreign_key_check").fetchone()
    if found != ("ok",) or torn is not None:
        raise DatabaseError(f"{path} is damaged; take another copy")


def _set_aside(database: Database) -> Path | None:
    """Rename a damaged SQLite file, so that a new one takes its place; return its new name."""
    if database.store != "sqlite" or not database.path.exists():
        return None
    try:
        with closing(sqlite3.connect(database.path)) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",):
                return None
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.split("_")[1] not in {"CORRUPT", "NOTADB"}:
            with told_of_database(database.name):
                raise
    database.close()
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = database.root / f"ledger-damaged-{at}.sqlite"
    with told_of_refusal(database.root.name):
        database.path.rename(aside)
        for ending in ("-wal", "-shm"):
            beside = Path(f"{database.path}{ending}")
            if beside.exists():
                beside.rename(f"{aside}{ending}")
    return aside


def _rows_of(connection: sa.Connection) -> int:
    return sum(int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0) for table in ALL)


@contextmanager
def _history_open(connection: sa.Connection) -> Iterator[None]:
    """Let the history be replaced inside; the transaction makes that seen by nobody."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("ALTER TABLE changes DISABLE TRIGGER USER"))
        yield
        connection.execute(sa.text("ALTER TABLE changes ENABLE TRIGGER USER"))
        return
    asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'changes'"
    triggers = connection.execute(sa.text(asked)).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def _sync(path: Path) -> None:
    """Have the system write `path` (file or folder) to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
