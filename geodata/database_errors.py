"""What a database refuses, said so that a person can act on it; passwords never in it."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geodata.errors import BordergapError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSWORD = re.compile(r"(?P<before>://[^:/@\s]*:)[^@\s]*(?P<after>@)|(?P<word>password=)\S+", re.IGNORECASE)

_BUSY = "is being changed by another bordergap for too long; nothing was changed, try again"
_FULL = "has no room left on its disk; nothing was changed, make room and try again"
_READ_ONLY = "cannot be written; nothing was changed, get the right to write in its folder and try again"
_DAMAGED = "is damaged; bring back a copy with: bordergap ledger WORKSPACE restore COPY"
_DISK = "was refused by the disk; nothing was changed, look after the disk and try again"
_UNREACHABLE = "cannot be reached; see that it runs, and that address, name and password are right"
_UNSURE = "broke off; whether the change was kept is open, sending it again does not double it"
# First part of the name of a result of SQLite (its documentation, "Result and Error Codes").
_SQLITE = {
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_CANTOPEN": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_IOERR": _DISK,
}
# SQLSTATE (PostgreSQL's documentation, "Error Codes").
_POSTGRES = {
    "55P03": _BUSY,
    "40P01": _BUSY,
    "53100": _FULL,
    "25006": _READ_ONLY,
    "42501": _READ_ONLY,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "58030": _DISK,
    "53300": "has too many connections; nothing was changed, try again",
    "57P01": _UNSURE,
    "57P02": _UNSURE,
    "57P03": _UNREACHABLE,
}


class DatabaseError(BordergapError):
    """A database that cannot be reached, read or written; the message has no password."""


def masked(text: str) -> str:
    """Return `text` with the passwords of addresses in it left out."""
    return _PASSWORD.sub(
        lambda found: f"{found['word']}***" if found["word"] else f"{found['before']}***{found['after']}",
        text,
    )


@contextmanager
def told_of_database(name: str) -> Iterator[None]:
    """Turn what a driver says into a message about the database `name`."""
    try:
        yield
    except sa.exc.TimeoutError as error:
        raise DatabaseError(f"{name} {_BUSY}") from error
    except sa.exc.DBAPIError as error:
        if isinstance(error, sa.exc.IntegrityError | sa.exc.ProgrammingError | sa.exc.DataError):
            raise  # a mistake of ours, no state of the world
        # The driver's error is left out of the chain: a trace of it could show the address.
        raise DatabaseError(f"{name} {_reason(error.orig, lost=error.connection_invalidated)}") from None
    except (UnicodeDecodeError, json.JSONDecodeError):  # what is kept is text, and values as JSON
        raise DatabaseError(f"{name} {_DAMAGED}") from None
    except sqlite3.Error as error:  # while a connection is prepared
        raise DatabaseError(f"{name} {_reason(error)}") from None


def _reason(cause: BaseException | None, *, lost: bool = False) -> str:
    sqlite = getattr(cause, "sqlite_errorname", None)
    if sqlite is not None:
        family = "_".join(sqlite.split("_")[:2])
        return _SQLITE.get(family, f"cannot be used ({cause}); nothing was changed")
    if isinstance(cause, sqlite3.OperationalError):
        return _DAMAGED  # "Could not decode to UTF-8": told without the name of a result
    state = getattr(cause, "sqlstate", None)
    if state in _POSTGRES:
        return _POSTGRES[state]
    if state is None or state.startswith(("08", "28", "3D")):
        return _UNSURE if lost else _UNREACHABLE
    return f"cannot be used ({masked(str(cause)).strip()}); nothing was changed"
