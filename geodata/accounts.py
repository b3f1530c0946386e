"""Accounts: who there is, what they may do and where."""

from __future__ import annotations

import json
import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

import sqlalchemy as sa

from geodata import passwords
from geodata.account_tables import ACCOUNTS, SESSIONS
from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.database import Database

Role = Literal["viewer", "editor", "administrator"]
Sees = Literal["all", "own"]
ROLES: tuple[Role, ...] = get_args(Role)
LONGEST_NAME = 64
_NAME = re.compile(r"[\w.@+-]+(?: [\w.@+-]+)*")


@dataclass(frozen=True)
class Account:
    """One account.

    Parameters
    ----------
    id, name
        `name` is what a person types; capitals make no difference.
    role
        What it may do: see; change ledger and programme, too; everything.
    regions
        Ids of districts and pairings where the role holds; None for everywhere.
    sees
        Whether all pairings may be seen, or its own alone.
    has_password
        Whether it logs in here; else by OpenID Connect, or not yet.
    """

    id: str
    name: str
    role: Role
    regions: tuple[str, ...] | None = None
    sees: Sees = "all"
    has_password: bool = True


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
        raise UsageError(f"no account {name!r}; list them with: bordergap account WORKSPACE list")

    def add(
        self,
        name: str,
        role: Role,
        *,
        password: str | None,
        regions: Sequence[str] | None = None,
        sees: Sees = "all",
    ) -> Account:
        """Make an account and return it.

        Raises
        ------
        UsageError
            If the name is taken or cannot be, or the password is too easy to guess.
        """
        _require_name(name)
        if password is not None:
            passwords.require_good(password, name)
        row = _row(name, role, regions, sees, None if password is None else passwords.hashed(password))
        with self._database.writing() as connection:
            if _id_of(connection, name) is not None:
                raise UsageError(f"there is an account {name!r} already; take another name")
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
            values["regions"] = _regions(regions)
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

    def set_password(self, name: str, password: str, *, keep: str | None = None) -> None:
        """Give an account another password, and end its sessions, but for the one with the digest `keep`."""
        account = self.named(name)
        passwords.require_good(password, account.name)
        kept = passwords.hashed(password)
        with self._database.writing() as connection:
            connection.execute(sa.update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(password=kept))
            others = SESSIONS.c.digest != (keep or "")
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account_id == account.id, others))

    def checked(self, name: str, password: str) -> Account | None:
        """Return the account of that name and password, None where either is wrong: as slowly."""
        with self._database.reading() as connection:
            row = (
                connection.execute(sa.select(ACCOUNTS).where(ACCOUNTS.c.name_key == name_key(name)))
                .mappings()
                .first()
            )
        kept = None if row is None else row["password"]
        if not passwords.is_right(kept, password) or row is None:
            return None
        if passwords.is_outdated(str(kept)):
            again = passwords.hashed(password)
            with self._database.writing() as connection:
                same = sa.and_(ACCOUNTS.c.id == row["id"], ACCOUNTS.c.password == kept)
                connection.execute(sa.update(ACCOUNTS).where(same).values(password=again))
        return account_of(row)

    def of_subject(
        self, issuer: str, subject: str, name: str, role: Role, regions: Sequence[str] | None
    ) -> Account:
        """Return the account of a person whom OpenID Connect knows; made at the first login.

        The role, and regions where the provider tells them, are those of this login.
        """
        values: dict[str, Any] = {"role": role}
        if regions is not None:
            values |= {"regions": _regions(regions), "sees": "own"}
        with self._database.writing() as connection:
            same = sa.and_(ACCOUNTS.c.issuer == issuer, ACCOUNTS.c.subject == subject)
            if connection.scalar(sa.select(ACCOUNTS.c.id).where(same)) is None:
                own = _free_name(connection, name)
                row = _row(own, role, None, "all", None)
                connection.execute(sa.insert(ACCOUNTS), [{**row, "issuer": issuer, "subject": subject}])
            connection.execute(sa.update(ACCOUNTS).where(same).values(values))
            return account_of(connection.execute(sa.select(ACCOUNTS).where(same)).mappings().one())


def account_of(row: Mapping[Any, Any]) -> Account:
    """Return a row of the table as an account, without its password."""
    regions = None if row["regions"] is None else tuple(json.loads(row["regions"]))
    return Account(row["id"], row["name"], row["role"], regions, row["sees"], row["password"] is not None)


def name_key(name: str) -> str:
    """Return a name as names are compared."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _require_name(name: str) -> None:
    if len(name) > LONGEST_NAME or _NAME.fullmatch(name) is None:
        raise UsageError(
            f"{name[:LONGEST_NAME]!r} is no name; take up to {LONGEST_NAME} letters, digits and . @ + - _"
        )


def _require_other_administrator(connection: sa.Connection, account_id: str) -> None:
    """Raise UsageError where nobody but this account could let others in."""
    is_other = sa.and_(ACCOUNTS.c.role == "administrator", ACCOUNTS.c.id != account_id)
    is_own = sa.and_(ACCOUNTS.c.role == "administrator", ACCOUNTS.c.id == account_id)
    found = sa.select(ACCOUNTS.c.id)
    if connection.scalar(found.where(is_own)) and connection.scalar(found.where(is_other)) is None:
        raise UsageError("this is the last administrator; make another account administrator first")


def _id_of(connection: sa.Connection, name: str) -> str | None:
    found: str | None = connection.scalar(
        sa.select(ACCOUNTS.c.id).where(ACCOUNTS.c.name_key == name_key(name))
    )
    return found


def _free_name(connection: sa.Connection, name: str) -> str:
    """Return the name a provider tells as one that can be and is not taken."""
    told = re.sub(r"[^\w.@+ -]", "", name)[:LONGEST_NAME].strip() or "person"
    own, number = told, 2
    while _id_of(connection, own) is not None:
        own, number = f"{told} {number}", number + 1
    return own


def _regions(regions: Sequence[str] | str | None) -> str | None:
    return None if regions is None else json.dumps(list(dict.fromkeys(regions)), ensure_ascii=False)


def _row(
    name: str, role: Role, regions: Sequence[str] | None, sees: Sees, password: str | None
) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "name": name,
        "name_key": name_key(name),
        "role": role,
        "regions": _regions(regions),
        "sees": sees,
        "password": password,
        "issuer": None,
        "subject": None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
