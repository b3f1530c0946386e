"""Who is logged in, how often it was tried, and what was done: kept so that all processes know it."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from geodata.account import account_of, name_key
from geodata.account_tables import ACCOUNTS, ATTEMPTS, AUDIT, SESSIONS

if TYPE_CHECKING:
    from geodata.account import Account
    from geodata.database import Database

SESSION_BYTES = 32
NOTED_EVERY_S = 60  # how exactly it is known when a session was last used
WINDOW_S = 900  # in which failed attempts are counted
# What is counted -> how many failures are let pass: of a name from an address, from an address, of a name.
LIMITS = {"both": 5, "address": 30, "name": 60}
LONGEST_ABOUT = 500


@dataclass(frozen=True)
class Session:
    """A login that holds: whose, and the digest by which it is ended."""

    account: Account
    digest: str


class Sessions:
    """Logins that hold: ended by time, by logout, or by whoever may."""

    def __init__(self, database: Database, *, idle_s: int, longest_s: int) -> None:
        self._database = database
        self._idle_s, self._longest_s = idle_s, longest_s

    def begin(self, account: Account) -> str:
        """Note a login; return what the browser keeps of it, which is known nowhere else."""
        secret, now = secrets.token_urlsafe(SESSION_BYTES), int(time.time())
        row = {"digest": digest_of(secret), "account_id": account.id, "created": now, "seen": now}
        with self._database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(sa.not_(self._holds(now))))
            connection.execute(sa.insert(SESSIONS), [row])
        return secret

    def of(self, secret: str) -> Session | None:
        """Return the login that a browser's `secret` stands for, None for one that does not hold."""
        if not secret or len(secret) > 2 * SESSION_BYTES or not self._database.exists:
            return None
        now, digest = int(time.time()), digest_of(secret)
        asked = (
            sa.select(ACCOUNTS, SESSIONS.c.seen)
            .join(SESSIONS, SESSIONS.c.account_id == ACCOUNTS.c.id)
            .where(SESSIONS.c.digest == digest, ACCOUNTS.c.closed.is_(None), self._holds(now))
        )
        with self._database.reading() as connection:
            row = connection.execute(asked).mappings().first()
        if row is None:
            return None
        if now - row["seen"] >= NOTED_EVERY_S:
            with self._database.writing() as connection:
                connection.execute(sa.update(SESSIONS).where(SESSIONS.c.digest == digest).values(seen=now))
        return Session(account_of(row), digest)

    def end(self, digest: str) -> None:
        """End a login."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def end_of(self, account: Account) -> int:
        """End all logins of an account; return how many there were."""
        with self._database.writing() as connection:
            ended = connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.account_id == account.id))
            return ended.rowcount

    def _holds(self, now: int) -> sa.ColumnElement[bool]:
        """Return what is true of a login that holds; a clock set back ends those of the future."""
        return sa.and_(
            SESSIONS.c.seen > now - self._idle_s,
            SESSIONS.c.created > now - self._longest_s,
            SESSIONS.c.created <= now + NOTED_EVERY_S,
        )


class Attempts:
    """Counts failed logins by name and address, for all processes together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, name: str, address: str) -> bool:
        """Note an attempt before it is made; return whether it may be made."""
        now, keys = int(time.time()), _keys(name, address)
        with self._database.writing() as connection:
            connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.at <= now - WINDOW_S))
            counted = sa.select(ATTEMPTS.c.key, sa.func.count()).where(ATTEMPTS.c.key.in_(keys.values()))
            rows = connection.execute(counted.group_by(ATTEMPTS.c.key))
            counts = {row[0]: int(row[1]) for row in rows}
            if any(counts.get(keys[kind], 0) >= most for kind, most in LIMITS.items()):
                return False
            connection.execute(sa.insert(ATTEMPTS), [{"key": key, "at": now} for key in keys.values()])
        return True

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of this name from this address, and that this was an attempt."""
        keys = _keys(name, address)
        with self._database.writing() as connection:
            connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.key == keys["both"]))
            for kind in ("address", "name"):
                last = sa.select(sa.func.max(ATTEMPTS.c.number)).where(ATTEMPTS.c.key == keys[kind])
                connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.number == last.scalar_subquery()))


class Audit:
    """The record of who did what, when, and from where."""

    def __init__(self, database: Database, *, days: int) -> None:
        self._database = database
        self._days = days

    def note(self, who: str, what: str, about: str = "", address: str = "") -> None:
        """Add an entry; those older than the time they are kept for go."""
        now = datetime.now(UTC)
        oldest = (now - timedelta(days=self._days)).isoformat(timespec="seconds")
        row = {
            "at": now.isoformat(timespec="seconds"),
            "who": who,
            "what": what,
            "about": about[:LONGEST_ABOUT],
            "address": shortened(address),
        }
        with self._database.writing() as connection:
            connection.execute(sa.delete(AUDIT).where(AUDIT.c.at < oldest))
            connection.execute(sa.insert(AUDIT), [row])

    def entries(
        self, limit: int = 200, *, who: str = "", what: str = "", before: int | None = None
    ) -> list[dict[str, Any]]:
        """Return the last entries, newest first.

        Parameters
        ----------
        who, what
            Only what this one did, only this; empty for all.
        before
            Only entries with a smaller number than this.
        """
        if not self._database.exists:
            return []
        asked = sa.select(AUDIT).order_by(AUDIT.c.number.desc()).limit(limit)
        if who:
            asked = asked.where(AUDIT.c.who == who)
        if what:
            asked = asked.where(AUDIT.c.what == what)
        if before is not None:
            asked = asked.where(AUDIT.c.number < before)
        with self._database.reading() as connection:
            return [dict(row) for row in connection.execute(asked).mappings()]

    def choices(self) -> tuple[list[str], list[str]]:
        """Return whom and what the record tells of, each once."""
        if not self._database.exists:
            return [], []
        with self._database.reading() as connection:
            who, what = (
                [str(each) for each in connection.scalars(sa.select(column).distinct().order_by(column))]
                for column in (AUDIT.c.who, AUDIT.c.what)
            )
        return [each for each in who if each], what


def digest_of(secret: str) -> str:
    """Return what is kept of a browser's secret: 32 random bytes need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def shortened(address: str) -> str:
    """Return the network an address is of: it tells an office from elsewhere, and not one person's device."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped:
        number = number.ipv4_mapped
    return str(ipaddress.ip_network(f"{number}/{24 if number.version == 4 else 48}", strict=False))  # noqa: PLR2004


def _keys(name: str, address: str) -> dict[str, str]:
    """Return what failures are counted under; a network of IPv6 counts as one address."""
    place = shortened(address) if ":" in address else address
    said = {
        "both": f"both\0{name_key(name)}\0{place}",
        "address": f"address\0{place}",
        "name": f"name\0{name_key(name)}",
    }
    return {kind: digest_of(text) for kind, text in said.items()}
