"""Accounts: who there is, what they may do and where."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from geodata import passwords
from geodata.account import (
    LONGEST_NAME,
    AccountError,
    account_of,
    account_row,
    name_key,
    once_until,
    regions_text,
    require_name,
)
from geodata.account_tables import ACCOUNTS, SESSIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.account import Account, Role, Sees
    from geodata.database import Database


class Accounts:
    """Reads and changes the accounts in a workspace's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Return whether there are accounts; without any, nobody has to log in."""
        if not self._database.exists:
            return False
        with self._database.reading() as connection:
            return connection.scalar(sa.select(ACCOUNTS.c.id).limit(1)) is not None

    def all(self) -> list[Account]:
        """Return the accounts by name."""
        if not self._database.exists:
            return []
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(ACCOUNTS).order_by(ACCOUNTS.c.name_key)).mappings()
            return [account_of(row) for row in rows]

    def named(self, name: str) -> Account:
        """Return the account of that name.

        Raises
        ------
        UsageError
            If there is none.
        """
        for account in self.all():
            if name_key(account.name) == name_key(name):
                return account
        raise AccountError(
            "unknown", f"no account {name!r}; list them with: bordergap account WORKSPACE list"
        )

    def add(
        self,
        name: str,
        role: Role,
        *,
        password: str | None,
        once: bool = False,
        regions: Sequence[str] | None = None,
        sees: Sees = "all",
    ) -> Account:
        """Make an account and return it; with `once` its password is replaced at the first login.

        Raises
        ------
        AccountError
            If the name is taken or cannot be.
        UsageError
            If the password is too easy to guess.
        """
        require_name(name)
        if password is not None:
            passwords.require_good(password, name)
        row = account_row(name, role, regions, sees, None if password is None else passwords.hashed(password))
        row["once_until"] = once_until(once=once)
        with self._database.writing() as connection:
            if _id_of(connection, name) is not None:
                raise AccountError("taken", f"there is an account {name!r} already; take another name")
            connection.execute(sa.insert(ACCOUNTS), [row])
        return account_of(row)

    def change(
        self,
        name: str,
        *,
        role: Role | None = None,
        regions: Sequence[str] | Literal["as before"] | None = "as before",
        sees: Sees | None = None,
    ) -> Account:
        """Change what an account may do; it counts from the next request on."""
        account = self.named(name)
        values: dict[str, Any] = {} if role is None else {"role": role}
        if regions != "as before":
            values["regions"] = regions_text(regions)
        if sees is not None:
            values["sees"] = sees
        with self._database.writing() as connection:
            if role not in (None, "administrator"):
                _require_other_administrator(connection, account.id)
            if values:
                connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(values))
        return self.named(name)

    def remove(self, name: str) -> Account:
        """Remove an account, and end its sessions; its name stays in the history."""
        account = self.named(name)
        with self._database.writing() as connection:
            others = connection.scalar(
                sa.select(sa.func.count()).select_from(ACCOUNTS).where(ACCOUNTS.c.id != account.id)
            )
            if others:  # the last one may go: the workspace is for one machine again
                _require_other_administrator(connection, account.id)
            connection.execute(sa.delete(ACCOUNTS).where(ACCOUNTS.c.id == account.id))
        return account

    def close(self, name: str) -> Account:
        """Take an account out of use, and end its sessions; all else of it stays, and it can be reopened."""
        account = self.named(name)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.writing() as connection:
            _require_other_administrator(connection, account.id)
            connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(closed=now))
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account_id == account.id))
        return self.named(name)

    def reopen(self, name: str) -> Account:
        """Let an account that was closed be used again."""
        account = self.named(name)
        with self._database.writing() as connection:
            connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(closed=None))
        return self.named(name)

    def set_password(
        self,
        name: str,
        password: str,
        *,
        once: bool = False,
        old: str | None = None,
        keep: str | None = None,
    ) -> bool:
        """Give an account another password, and end its sessions, but for the one with the digest `keep`.

        Parameters
        ----------
        once
            It only serves to choose one of its own at the next login.
        old
            The password that it takes the place of; None for whatever there is.

        Returns
        -------
        is_set
            Whether `old` was the password until the new one came.
        """
        account = self.named(name)
        passwords.require_good(password, account.name)
        same = ACCOUNTS.c.id == account.id
        if old is not None:
            found = self._found(name, old)
            if found is None:
                return False
            same = sa.and_(same, ACCOUNTS.c.password == found[1])
        values = {"password": passwords.hashed(password), "once_until": once_until(once=once)}
        with self._database.writing() as connection:
            if not connection.execute(sa.update(ACCOUNTS).where(same).values(values)).rowcount:
                return False  # somebody was faster
            others = SESSIONS.c.digest != (keep or "")
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account_id == account.id, others))
        return True

    def checked(self, name: str, password: str) -> Account | None:
        """Return the account of that name and password, None where either is wrong: as slowly."""
        found = self._found(name, password)
        return None if found is None else found[0]

    def _found(self, name: str, password: str) -> tuple[Account, str] | None:
        """Return an account and the hash of its password, which is right."""
        with self._database.reading() as connection:
            row = (
                connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.name_key == name_key(name)))
                .mappings()
                .first()
            )
        kept: str | None = None if row is None else row["password"]
        is_right = passwords.is_right(kept, password)
        if not is_right or row is None or kept is None or row["closed"] is not None:
            return None
        if row["once_until"] is not None and row["once_until"] <= time.time():
            return None
        if passwords.is_outdated(kept):
            before, kept = kept, passwords.hashed(password)
            with self._database.writing() as connection:
                same = sa.and_(ACCOUNTS.c.id == row["id"], ACCOUNTS.c.password == before)
                connection.execute(sa.update(ACCOUNTS).where(same).values(password=kept))
        return account_of(row), kept

    def of_subject(
        self, issuer: str, subject: str, name: str, role: Role, regions: Sequence[str] | None
    ) -> Account:
        """Return the account of a person whom OpenID Connect knows; made at the first login.

        The role, and regions where the provider tells them, are those of this login.
        """
        values: dict[str, Any] = {"role": role}
        if regions is not None:
            values |= {"regions": regions_text(regions), "sees": "own"}
        with self._database.writing() as connection:
            same = sa.and_(ACCOUNTS.c.issuer == issuer, ACCOUNTS.c.subject == subject)
            if connection.scalar(sa.select(ACCOUNTS.c.id).where(same)) is None:
                own = _free_name(connection, name)
                row = account_row(own, role, None, "all", None)
                connection.execute(sa.insert(ACCOUNTS), [{**row, "issuer": issuer, "subject": subject}])
            connection.execute(sa.update(ACCOUNTS).where(same).values(values))
            return account_of(connection.execute(sa.select(ACCOUNTS).where(same)).mappings().one())


def _require_other_administrator(connection: sa.Connection, account_id: str) -> None:
    """Raise UsageError where nobody but this account could let others in."""
    lets_in = sa.and_(ACCOUNTS.c.role == "administrator", ACCOUNTS.c.closed.is_(None))
    found = sa.select(ACCOUNTS.c.id).where(lets_in)
    is_own, is_other = ACCOUNTS.c.id == account_id, ACCOUNTS.c.id != account_id
    if connection.scalar(found.where(is_own)) and connection.scalar(found.where(is_other)) is None:
        raise AccountError("last", "this is the last administrator; make another account administrator first")


def _id_of(connection: sa.Connection, name: str) -> str | None:
    found: str | None = connection.scalar(
        sa.select(ACCOUNTS.c.id).where(ACCOUNTS.c.name_key == name_key(name))
    )
    return found


def _free_name(connection: sa.Connection, name: str) -> str:
    """Return the name a provider tells as one that can be and is not taken."""
    told = re.sub(r"[^\w.@+ -]", "", name)[:LONGEST_NAME].strip()
    told = told if any(map(str.isalnum, told)) else "person"
    own, number = told, 2
    while _id_of(connection, own) is not None:
        own, number = f"{told} {number}", number + 1
    return own
