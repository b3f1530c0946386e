"""A database of an earlier version: brought to this one as a whole, with a copy kept, or left as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from geodata.accounts import Accounts
from geodata.database import REVISION, Database
from geodata.migrations import running
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return a workspace whose database is of the first version, with a row of it."""
    root = Workspace.create(tmp_path / "atlas").path
    engine = sa.create_engine(f"sqlite:///{root / 'ledger.sqlite'}")
    with engine.begin() as connection:
        running.run_migrations(connection, "ledger.sqlite", running.MIGRATIONS, "0001")
        connection.exec_driver_sql("INSERT INTO facts (name, value) VALUES ('kept', 'yes')")
    engine.dispose()
    return root


def rows(path: Path, statement: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def test_an_old_database_is_brought_to_this_version_and_a_copy_kept(old: Path) -> None:
    database = Database(old)
    assert Accounts(database).all() == []
    database.close()

    assert rows(old / "ledger.sqlite", "SELECT version_num FROM alembic_version") == [(REVISION,)]
    assert rows(old / "ledger.sqlite", "SELECT value FROM facts WHERE name = 'kept'") == [("yes",)]
    (copy,) = old.glob("ledger-before-*.sqlite")
    assert rows(copy, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert rows(copy, "SELECT value FROM facts WHERE name = 'kept'") == [("yes",)]


def test_a_migration_that_stops_half_way_leaves_what_was_there(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = sa.schema.CreateTable, []

    def stopping(table: sa.Table, *more: object, **named: object) -> sa.schema.CreateTable:
        made.append(table.name)
        if len(made) == 3:
            raise KeyboardInterrupt
        return make(table, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("alembic.ddl.impl.schema.CreateTable", stopping)
    with pytest.raises(KeyboardInterrupt):
        Accounts(Database(old)).all()
    monkeypatch.undo()

    assert len(made) == 3
    assert rows(old / "ledger.sqlite", "SELECT version_num FROM alembic_version") == [("0001",)]
    assert rows(old / "ledger.sqlite", "SELECT name FROM sqlite_master WHERE name = 'accounts'") == []
    database = Database(old)
    assert Accounts(database).all() == []  # the next one does it
    database.close()
