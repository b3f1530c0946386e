"""The database of ledger and programme: SQLite in the workspace, or PostgreSQL by address; migrated."""

from __future__ import annotations

import json
import os
import re
import threading
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import filelock
import sqlalchemy as sa
from sqlalchemy import event

from geodata.database_errors import DatabaseError, masked, told_of_database
from geodata.store import read_json, told_of_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "ledger.sqlite"
ADDRESS = "BORDERGAP_DATABASE"  # environment variable; it has a password, and no file of ours holds one
ID_FILE = "ledger.json"  # whose ledger this is, in a database that several workspaces share
REVISION = "0003"  # of the last of geodata/migrations
BUSY_MS = 10_000  # to wait for another writer
POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
_ID = re.compile("[0-9a-f]{32}")
_LOCK = ".ledger.lock"
_WRITES = "bordergap_writes"
_ADVISORY = 0x626F7264  # "bord": locks of PostgreSQL are numbers

Store = Literal["sqlite", "postgresql"]


class Database:
    """Where the records of the workspace in folder `root` are kept; opened, and migrated, when first used.

    Safe in threads, and over a fork: a child makes connections of its own. A change counts when `writing`
    has ended: it is on the disk then (SQLite with WAL and `synchronous=FULL`, PostgreSQL with
    `synchronous_commit`), and before, nothing of it is.

    Parameters
    ----------
    root
        Folder of the workspace.
    address
        Of a PostgreSQL, such as `postgresql://name:password@host/database`; unless given that of the
        environment variable BORDERGAP_DATABASE; an empty one: SQLite in the folder.
    """

    def __init__(self, root: Path, address: str | None = None) -> None:
        self.root = root
        self._address = (os.environ.get(ADDRESS) if address is None else address) or None
        self._engine: sa.Engine | None = None
        self._owner = 0  # process that made the engine
        self._guard = threading.RLock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Let other processes have it by its folder; the address stays in the environment."""
        return (Database, (self.root,))

    @property
    def store(self) -> Store:
        """Which kind of database it is."""
        return "postgresql" if self._address else "sqlite"

    @property
    def path(self) -> Path:
        """The file of SQLite."""
        return self.root / FILE

    @property
    def name(self) -> str:
        """What messages call it; no password in it."""
        return masked(self._address) if self._address else f"{self.root.name}/{FILE}"

    @property
    def exists(self) -> bool:
        """Whether anything may be kept yet: nothing is made only to find it empty."""
        return self._address is not None or self.path.exists()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state throughout.

        Raises
        ------
        DatabaseError
            If it cannot be reached or read.
        """
        with told_of_database(self.name), self._opened().connect() as connection:
            if self._address:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give the only writer's connection; all it does appears at the end, or, after an error, nothing.

        Raises
        ------
        DatabaseError
            If it cannot be reached or written, or another writer keeps it.
        """
        engine = self._opened().execution_options(**{_WRITES: True})
        with told_of_database(self.name), engine.begin() as connection:
            if self._address:
                # Writers take turns, as in SQLite: the same rules hold on both, and no two can deadlock.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY, self._number())))
            yield connection

    def close(self) -> None:
        """Let go of all connections; the next use opens it again."""
        with self._guard:
            if self._engine is not None:
                self._engine.dispose(close=self._owner == os.getpid())
            self._engine = None

    # --- opening ----------------------------------------------------------------------------------------

    def _opened(self) -> sa.Engine:
        with self._guard:
            if self._engine is not None and self._owner == os.getpid():
                return self._engine
            self.close()
            with told_of_database(self.name):
                engine = self._new_engine()
                try:
                    self._migrate(engine)
                except BaseException:
                    engine.dispose()
                    raise
            self._engine, self._owner = engine, os.getpid()
            return engine

    def _new_engine(self) -> sa.Engine:
        if self._address is None:
            return _sqlite_engine(self.path)
        return _postgres_engine(self._address, self._schema())

    def _migrate(self, engine: sa.Engine) -> None:
        """Bring the tables to this version of the program, one process at a time, a copy kept before."""
        if self._revision(engine) == REVISION:
            return
        with self._alone():
            before = self._revision(engine)
            if before == REVISION:
                return
            # Alembic takes half a second to load, and is needed once in the life of a ledger.
            from geodata.database_copy import keep_copy  # noqa: PLC0415
            from geodata.migrations.running import MIGRATIONS, run_migrations  # noqa: PLC0415

            if before is not None:
                with engine.connect() as connection:
                    keep_copy(connection, self.root, self.name, f"before-{REVISION}")
            with engine.execution_options(**{_WRITES: True}).begin() as connection:
                if self._address:
                    lock = sa.func.pg_advisory_xact_lock(_ADVISORY, self._number())
                    connection.execute(sa.select(lock))
                    connection.execute(sa.schema.CreateSchema(self._schema(), if_not_exists=True))
                run_migrations(connection, self.name, MIGRATIONS)

    def _revision(self, engine: sa.Engine) -> str | None:
        """Return of which version the tables are, None where there are none."""
        with engine.connect() as connection, connection.begin():
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes on this folder from migrating, or making the id, at the same time."""
        with told_of_refusal(self.root.name):
            try:
                lock = filelock.FileLock(self.root / _LOCK, timeout=BUSY_MS / 1000)
                lock.acquire()
            except filelock.Timeout as error:
                raise DatabaseError(
                    f"{self.name} is being brought to this version by another bordergap; try again"
                ) from error
        try:
            yield
        finally:
            lock.release()

    # --- PostgreSQL -------------------------------------------------------------------------------------

    def _schema(self) -> str:
        return f"bordergap_{self._workspace_id()}"

    def _number(self) -> int:
        """Return the number of this workspace's lock: 31 bits of its id."""
        return int(self._workspace_id()[:8], 16) & 0x7FFFFFFF

    def _workspace_id(self) -> str:
        """Return the id of this workspace in a shared database, made when first asked for."""
        path = self.root / ID_FILE
        if not path.exists():
            with self._alone(), told_of_refusal(self.root.name):
                if not path.exists():
                    beside = path.with_name(f".{ID_FILE}.new")
                    beside.write_text(json.dumps({"workspace": uuid.uuid4().hex}), encoding="utf-8")
                    beside.replace(path)
        found = str(read_json(path).get("workspace", ""))
        if _ID.fullmatch(found) is None:
            raise DatabaseError(f"{path} has no id of 32 hexadecimal letters; restore it from a copy")
        return found


def _sqlite_engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_MS / 1000}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # A writer says so at once: one that only finds out later cannot wait its turn, and fails.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(address: str, schema: str) -> sa.Engine:
    try:
        url = sa.make_url(address)
    except sa.exc.ArgumentError as error:
        raise DatabaseError(
            f"{ADDRESS} is no address; write postgresql://name:password@host/database"
        ) from error
    if url.drivername not in POSTGRES:
        raise DatabaseError(f"{ADDRESS} names {url.drivername!r}; it must begin with postgresql://")
    try:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,  # a server that was started anew in between is no error
            connect_args={
                "connect_timeout": BUSY_MS // 1000,
                "application_name": "bordergap",
                # synchronous_commit: what is acknowledged is on the disk.
                "options": f"-c search_path={schema} -c synchronous_commit=on "
                f"-c lock_timeout={BUSY_MS} -c timezone=UTC",
            },
        )
    except ModuleNotFoundError as error:
        raise DatabaseError("PostgreSQL needs its driver; run: pip install 'bordergap[postgres]'") from error
