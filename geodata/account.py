"""One account: what is known of it, how it is kept, what can be its name."""

from __future__ import annotations

import json
import re
import time
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Role = Literal["viewer", "editor", "administrator"]
Sees = Literal["all", "own"]
ROLES: tuple[Role, ...] = get_args(Role)
SEES: tuple[Sees, ...] = get_args(Sees)
LONGEST_NAME = 64
ONCE_S = 7 * 86_400  # how long a password for once waits for its login
_NAME = re.compile(r"(?=.*[^\W_])[\w.@+-]+(?: [\w.@+-]+)*")


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
    is_elsewhere
        Whether OpenID Connect knows it.
    once
        Whether its password opens the way to one of its own, and nothing else.
    has_ended
        Whether that password was not used in its time, and opens nothing any more.
    closed
        Since when it is out of use (UTC, ISO): nobody logs in with it; None for one in use.
    """

    id: str
    name: str
    role: Role
    regions: tuple[str, ...] | None = None
    sees: Sees = "all"
    has_password: bool = True
    is_elsewhere: bool = False
    once: bool = False
    has_ended: bool = False
    closed: str | None = None


class AccountError(UsageError):
    """What cannot be done with an account; `code` is for a translation."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def account_of(row: Mapping[Any, Any]) -> Account:
    """Return a row of the table as an account, without its password."""
    regions = None if row["regions"] is None else tuple(json.loads(row["regions"]))
    return Account(
        row["id"],
        row["name"],
        row["role"],
        regions,
        row["sees"],
        has_password=row["password"] is not None,
        is_elsewhere=row["issuer"] is not None,
        once=row["once_until"] is not None,
        has_ended=row["once_until"] is not None and row["once_until"] <= time.time(),
        closed=row["closed"],
    )


def name_key(name: str) -> str:
    """Return a name as names are compared."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def require_name(name: str) -> None:
    """Raise AccountError for what cannot be a name."""
    if len(name) > LONGEST_NAME or _NAME.fullmatch(name) is None:
        raise AccountError(
            "name",
            f"{name[:LONGEST_NAME]!r} is no name; take up to {LONGEST_NAME} letters, digits and . @ + - _, "
            "with a letter or digit among them",
        )


def once_until(*, once: bool) -> int | None:
    """Return when a password for once ends, seconds since 1970; None for one that lasts."""
    return int(time.time()) + ONCE_S if once else None


def regions_text(regions: Sequence[str] | str | None) -> str | None:
    """Return regions as the table keeps them."""
    return None if regions is None else json.dumps(list(dict.fromkeys(regions)), ensure_ascii=False)


def account_row(
    name: str, role: Role, regions: Sequence[str] | None, sees: Sees, password: str | None
) -> dict[str, Any]:
    """Return the row of a new account; `password` is a hash."""
    return {
        "id": uuid.uuid4().hex,
        "name": name,
        "name_key": name_key(name),
        "role": role,
        "regions": regions_text(regions),
        "sees": sees,
        "password": password,
        "issuer": None,
        "subject": None,
        "once_until": None,
        "closed": None,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
