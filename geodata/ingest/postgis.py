"""A table or view of PostgreSQL, read in pieces: nothing is written there, and nothing waits for ever."""

from __future__ import annotations

import math
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.errors import SourceError, UsageError
from geodata.ingest.beside import tables_beside
from geodata.ingest.handover import BATCH_BYTES, BATCH_ROWS
from geodata.ingest.raw import RawSource, RawTable, shapes_from_wkb

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from geodata.ingest.punctual import Punctual

SCHEMES = ("postgresql://", "postgres://")
CONNECT_S = 10
STATEMENT_S = 120  # for the server to have one piece; a view that computes has to begin within it
ON_ITS_WAY_S = 60  # more for the piece to come whole
WHOLE_S = "BORDERGAP_POSTGIS_S"  # environment variable: for all pieces of a table together
_USUAL_WHOLE_S = 3_600.0  # as long as a file may take
_FIRST, _FETCHED = 20, 5_000  # rows that come in one answer: at first, and at most
_PIECE_BYTES = 8 << 20  # of geometry in one answer, so that a line of 50 kB a second is in time
_SHOWN = 30
# What an address may say: other keys name files of this machine, or run through other services.
_KNOWN = {"host", "port", "user", "password", "dbname", "sslmode", "connect_timeout"}
_SPATIAL = ("geometry", "geography")
_AS_THEY_ARE = ("int2", "int4", "int8", "float4", "float8", "bool", "_text", "_varchar")
_KINDS = ["r", "v", "m", "p", "f"]  # tables, views, materialised, partitioned, foreign

_TABLES = """
SELECT n.nspname, c.relname, c.oid
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = ANY (%s::"char"[]) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""
_COLUMNS = """
SELECT a.attname, t.typname
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_SYSTEM = "SELECT auth_name, auth_srid, srtext FROM {} WHERE srid = %s"
_EXTENSION = """
SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'postgis'
"""


@dataclass(frozen=True)
class _Table:
    """A table as the database's own catalog names it."""

    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]  # and their types
    home: str | None  # schema of PostGIS
    beside: tuple[str, ...]  # what else its schema holds

    @property
    def shape(self) -> str | None:
        """Return the first column of geometry."""
        return next((name for name, kind in self.columns if kind in _SPATIAL), None)


def longest() -> float:
    """Return how many seconds reading a table may take in all; UsageError for what is no such number."""
    told = os.environ.get(WHOLE_S)
    try:
        seconds = _USUAL_WHOLE_S if told is None else float(told)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise UsageError(f"{WHOLE_S} is {told!r}, no number of seconds; give one above 0, or unset it")
    return seconds


def is_address(source: object) -> bool:
    """Return whether a source is the address of a database."""
    return str(source).lower().startswith(SCHEMES)


def masked(address: str) -> str:
    """Return an address as messages and records show it: without its password."""
    parts = _parts(address)
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{parts.get('host', '')}{port}/{parts.get('dbname', '')}"


def read_postgis(address: str, table: str | None) -> RawSource:
    """Return the rows of a table or view, read when they are asked for.

    Parameters
    ----------
    address
        `postgresql://user@host:port/database`; a password is better in PGPASSWORD or ~/.pgpass.
    table
        `schema.table`, or a table's name where it is there once; looked up in the database's catalog.

    Raises
    ------
    SourceError
        If the database cannot be reached, or has no such table.
    UsageError
        If the address is none, or psycopg is not installed.
    """
    called = masked(address)
    with _connected(address, called) as connection:
        found = _found(connection, table, called)
    source = f"{called} {found.schema}.{found.name}"
    columns = tuple(name for name, kind in found.columns if kind not in (*_SPATIAL, "bytea", "raster"))
    left = [name for name, kind in found.columns if name not in columns and name != found.shape]
    notes = [f"columns of geometry or bytes left out: {', '.join(left)}"] if left else []
    return RawSource(
        source,
        columns,
        None,
        found.shape is not None,
        lambda: _batches(address, found, source),
        f"{found.schema}.{found.name}",
        notes=tuple(notes),
        left=tuple(tables_beside(found.beside)),
    )


def _parts(address: str) -> dict[str, str]:
    """Return what an address says, if it says nothing but where and who."""
    conninfo = _psycopg().conninfo
    try:
        parts = {key: str(value) for key, value in conninfo.conninfo_to_dict(address).items()}
    except _psycopg().ProgrammingError:
        # What the library says quotes the address, and with it the password.
        raise UsageError(
            "the address of the database cannot be read; write postgresql://user@host/database"
        ) from None
    unknown = sorted(set(parts) - _KNOWN)
    if unknown:
        raise UsageError(f"the address of a database cannot set {', '.join(unknown)}; leave it out")
    return parts


def _psycopg() -> Any:
    try:
        import psycopg  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        raise UsageError("PostgreSQL is read by psycopg; pip install 'bordergap[postgres]'") from error
    return psycopg


def _punctual(**said: Any) -> Punctual:
    from geodata.ingest.punctual import Punctual  # noqa: PLC0415  # an extra

    connection = Punctual.connect(**said)
    connection.answer_s = STATEMENT_S + ON_ITS_WAY_S
    return connection


@contextmanager
def _connected(address: str, called: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection that can only read, with a limit of time for each statement and for its answer.

    What the database refuses inside becomes a message without the password.
    """
    library = _psycopg()
    parts = {**_parts(address), "connect_timeout": CONNECT_S, "application_name": "bordergap"}
    limits = f"-c statement_timeout={STATEMENT_S * 1000} -c default_transaction_read_only=on -c search_path="
    try:
        with _punctual(**parts, options=limits, tcp_user_timeout=2000 * STATEMENT_S) as connection:
            connection.read_only = True
            connection.isolation_level = library.IsolationLevel.REPEATABLE_READ
            yield connection
            connection.rollback()
    except library.errors.QueryCanceled as error:
        problem = f"it does not answer within {STATEMENT_S} s; make the view a table, or give it an index"
        raise SourceError(called, [problem]) from error
    except library.errors.InsufficientPrivilege as error:
        raise SourceError(called, [f"{_first_line(error, parts)}; ask for the right to read it"]) from error
    except library.OperationalError as error:
        problem = f"{_first_line(error, parts)}; see that the server runs and can be reached, then try again"
        raise SourceError(called, [problem]) from error
    except library.Error as error:
        raise SourceError(called, [f"{_first_line(error, parts)}; correct the table or view"]) from error


def _first_line(error: Exception, parts: dict[str, Any]) -> str:
    """Return the first line of what a database says, without the password."""
    said = next(iter(str(error).strip().splitlines()), "the connection was lost")
    secret = parts.get("password")
    return said.replace(secret, "***") if secret else said


def _found(connection: psycopg.Connection[Any], table: str | None, called: str) -> _Table:
    """Return the table the user means, by the names of the database's own catalog."""
    tables = connection.execute(_TABLES, [_KINDS]).fetchall()
    names = [f"{schema}.{name}" for schema, name, _ in tables]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = ", ".join(names[:_SHOWN]) + more if names else "none that this user may read"
    if table is None:
        raise SourceError(called, [f"which table is meant is not clear; say --table, there are {listed}"])
    meant = [row for row, name in zip(tables, names, strict=True) if name == table]
    meant = meant or [row for row in tables if row[1] == table]
    if not meant:
        raise SourceError(called, [f"there is no table {table!r}; there are {listed}"])
    if len(meant) > 1:
        where = ", ".join(f"{schema}.{name}" for schema, name, _ in meant)
        raise SourceError(called, [f"{table!r} is there more than once; say {where}"])
    schema, name, oid = meant[0]
    columns = tuple((column, kind) for column, kind in connection.execute(_COLUMNS, [oid]).fetchall())
    home = connection.execute(_EXTENSION).fetchone()
    beside = tuple(f"{schema}.{other}" for where, other, _ in tables if where == schema and other != name)
    return _Table(schema, name, columns, None if home is None else home[0], beside)


def _query(table: _Table) -> Any:
    """Return the statement that reads a table: all names from the catalog, quoted."""
    from psycopg import sql  # noqa: PLC0415  # an extra

    wanted: list[sql.Composable] = []
    for name, kind in table.columns:
        if kind not in (*_SPATIAL, "bytea", "raster"):
            cast = sql.SQL("") if kind in _AS_THEY_ARE else sql.SQL("::pg_catalog.text")
            wanted.append(sql.Identifier(name) + cast)
    if table.shape is not None:
        home = sql.Identifier(table.home or "public")
        shape = sql.Identifier(table.shape) + sql.SQL("::{}.geometry").format(home)
        wanted.append(sql.SQL("{}.ST_AsBinary({})").format(home, shape))
        wanted.append(sql.SQL("{}.ST_SRID({})").format(home, shape))
    where = sql.Identifier(table.schema, table.name)
    return sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(wanted) if wanted else sql.SQL("1"), where)


def _batches(address: str, table: _Table, source: str) -> Iterator[RawTable]:
    """Yield the rows of a table as they come, some thousands a batch; all of one moment."""
    read = 0
    most_s = longest()
    end = time.monotonic() + most_s
    with _connected(address, source) as connection, connection.cursor(name="bordergap") as cursor:
        crs: dict[int, str | None] = {}
        first_srid: int | None = None
        cursor.execute(_query(table))
        pending: list[tuple[Any, ...]] = []
        size, wanted = 0, _FIRST
        while True:
            try:
                rows = cursor.fetchmany(wanted)
            except _psycopg().Error as error:
                raise _at_row(error, source, read + len(pending) + 1, _parts(address)) from error
            pending += rows
            if rows and time.monotonic() > end:
                problem = (
                    f"only {read + len(pending)} rows have come within {most_s:g} s; "
                    f"import a view of a part of it, or allow more seconds by {WHOLE_S}"
                )
                raise SourceError(source, [problem])
            piece = sum(len(row[-2] or b"") for row in rows) if table.shape else 0
            size += piece
            wanted = max(1, min(_FETCHED, _PIECE_BYTES * len(rows) // max(1, piece)))
            if rows and len(pending) < BATCH_ROWS and size < BATCH_BYTES:
                continue
            if not pending:
                return
            srids = [row[-1] for row in pending if table.shape and row[-1] is not None]
            first_srid = srids[0] if first_srid is None and srids else first_srid
            if first_srid is not None and first_srid not in crs:
                crs[first_srid] = _crs(connection, first_srid, table)
            yield _raw(pending, table, source, first=read, srid=first_srid, crs=crs.get(first_srid or 0))
            read += len(pending)
            pending, size = [], 0


def _at_row(error: Exception, source: str, row: int, parts: dict[str, Any]) -> SourceError:
    library = _psycopg()
    said = f"row {row} or one soon after it: {_first_line(error, parts)}"
    if isinstance(error, library.errors.QueryCanceled):
        late = f"no answer within {STATEMENT_S} s; make the view a table, or give it an index"
        return SourceError(source, [f"row {row} or one soon after it: {late}"])
    if isinstance(error, library.OperationalError):
        return SourceError(source, [f"{said}; the connection was lost, import it again"])
    return SourceError(source, [f"{said}; correct the row, or the view"])


def _raw(
    rows: list[tuple[Any, ...]], table: _Table, source: str, *, first: int, srid: int | None, crs: str | None
) -> RawTable:
    names = [name for name, kind in table.columns if kind not in (*_SPATIAL, "bytea", "raster")]
    frame = pd.DataFrame(
        {name: pd.Series([row[k] for row in rows], dtype=object) for k, name in enumerate(names)},
        index=pd.RangeIndex(len(rows)),
    )
    if table.shape is None:
        return RawTable(source, frame, first=first)
    shapes, spoiled = shapes_from_wkb(np.array([row[-2] for row in rows], dtype=object))
    for position, row in enumerate(rows):
        if row[-1] is not None and row[-1] != srid:
            spoiled.setdefault(
                position,
                f"its SRID is {row[-1]}, that of the first row {srid}; give all rows one (ST_Transform)",
            )
            shapes[position] = None
    return RawTable(source, frame, shapes, crs, spoiled, first=first)


def _crs(connection: psycopg.Connection[Any], srid: int, table: _Table) -> str | None:
    """Return the reference system an SRID stands for; None for 0, which says none."""
    from psycopg import sql  # noqa: PLC0415  # an extra

    if srid == 0:
        return None
    where = sql.Identifier(table.home or "public", "spatial_ref_sys")
    found = connection.execute(sql.SQL(_SYSTEM).format(where), [srid]).fetchone()
    if found is None:
        return f"EPSG:{srid}"
    authority, code, text = found
    return f"{authority}:{code}" if authority and code else str(text)
