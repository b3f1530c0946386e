"""What administrators do with accounts, at the terminal and on their page alike: one set of rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from geodata.account import ROLES, AccountError
from geodata.passwords import for_once

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from geodata.access_settings import OpenId
    from geodata.account import Account, Role, Sees
    from geodata.accounts import Accounts
    from geodata.logins import Sessions

TERMINAL = "(terminal)"  # who the record says did it there; no account can be called that
EVERYWHERE, NOTHING_ELSE = "everywhere", "sees nothing else"
ROOM = 350  # letters for regions, so that the record keeps all of it
# How `rights` stands in the record, after a name; sight came last once.
RIGHTS = re.compile(
    rf"(?P<name>.+) (?P<role>{'|'.join(ROLES)}), (?P<own>{NOTHING_ELSE}, )?"
    rf"(?P<where>.+?)(?: and (?P<more>[\d,]+) more)?(?P<own_once>, {NOTHING_ELSE})?"
)


@dataclass(frozen=True)
class Office:
    """The accounts of a workspace, and whoever works on them.

    Parameters
    ----------
    known
        Returns the ids that can be regions: of districts and pairings.
    note
        Notes what was done, and about what.
    oidc
        The provider of OpenID Connect, if there is one: what it tells at each login is changed there.

    Raises
    ------
    AccountError
        By every method, for what cannot be; nothing was changed then.
    """

    accounts: Accounts
    sessions: Sessions
    known: Callable[[], Collection[str]]
    note: Callable[[str, str], None]
    oidc: OpenId | None

    @property
    def tells_regions(self) -> bool:
        """Whether OpenID Connect tells the regions of those it knows; it always tells their role."""
        return self.oidc is not None and self.oidc.region_claim is not None

    def add(
        self,
        name: str,
        role: Role | None,
        *,
        password: str | None,
        once: bool = False,
        regions: Sequence[str] = (),
        sees: Sees | None = None,
    ) -> Account:
        """Make an account; the first one is an administrator, others are viewers unless a role is given."""
        first = not self.accounts.any()
        role = role or ("administrator" if first else "viewer")
        if first and role != "administrator":
            raise AccountError("first", "the first account is an administrator; add --role administrator")
        self._require_fit(role, regions)
        own = sees or ("own" if regions else "all")
        account = self.accounts.add(
            name, role, password=password, once=once, regions=regions or None, sees=own
        )
        self.note("account.add", f"{account.name} {rights(account)}")
        return account

    def invite(
        self, name: str, role: Role | None, *, regions: Sequence[str] = (), sees: Sees | None = None
    ) -> tuple[Account, str]:
        """Make an account; return it, and the password that serves for its first login alone."""
        password = for_once(name)
        return self.add(name, role, password=password, once=True, regions=regions, sees=sees), password

    def change(
        self,
        name: str,
        *,
        role: Role | None = None,
        regions: Sequence[str] | Literal["as before"] | None = "as before",
        sees: Sees | None = None,
    ) -> Account:
        """Change what an account may do, and where; an administrator is one everywhere."""
        before = self.accounts.named(name)
        if before.is_elsewhere and (self.tells_regions or role not in (None, before.role)):
            raise AccountError("elsewhere", "OpenID Connect tells this at each login; change it there")
        self._require_fit(role or before.role, () if regions in (None, "as before") else regions)
        if role == "administrator":
            regions = None
        everywhere = regions is None
        account = self.accounts.change(name, role=role, regions=regions, sees="all" if everywhere else sees)
        self.note("account.set", f"{account.name} {rights(account)}")
        return account

    def set_password(self, name: str, password: str) -> Account:
        """Give an account another password; its logins end."""
        account = self._of_here(name)
        self.accounts.set_password(account.name, password)
        self.note("account.password", account.name)
        return account

    def reset_password(self, name: str) -> tuple[Account, str]:
        """Give an account a password that serves for one login alone, and return it; its logins end."""
        account = self._of_here(name)
        password = for_once(account.name)
        self.accounts.set_password(account.name, password, once=True)
        self.note("account.password", f"{account.name} once")
        return account, password

    def end_logins(self, name: str) -> int:
        """End all logins of an account; return how many there were."""
        account = self.accounts.named(name)
        ended = self.sessions.end_of(account)
        self.note("account.logout", account.name)
        return ended

    def close(self, name: str) -> Account:
        """Take an account out of use; its logins end."""
        account = self.accounts.close(name)
        self.note("account.close", account.name)
        return account

    def reopen(self, name: str) -> Account:
        """Let a closed account be used again."""
        account = self.accounts.reopen(name)
        self.note("account.open", account.name)
        return account

    def remove(self, name: str) -> Account:
        """Remove an account; what it changed stays in the history under its name."""
        account = self.accounts.remove(name)
        self.note("account.remove", account.name)
        return account

    def _of_here(self, name: str) -> Account:
        """Return an account that logs in by a password."""
        account = self.accounts.named(name)
        if account.is_elsewhere:
            raise AccountError("elsewhere", "this account logs in by OpenID Connect alone")
        return account

    def _require_fit(self, role: Role, regions: Sequence[str]) -> None:
        if regions and role == "administrator":
            raise AccountError(
                "everywhere",
                "an administrator is one everywhere; leave --region away, or take --role editor",
            )
        known = self.known() if regions else ()
        if unknown := [region for region in regions if region not in known]:
            raise AccountError("region", f"{unknown[0]!r} is no district and no pairing of this workspace")


def rights(account: Account) -> str:
    """Return what an account may do and where, as the record says it; of many regions the first."""
    own = f"{NOTHING_ELSE}, " if account.sees == "own" else ""
    return f"{account.role}, {own}{EVERYWHERE if account.regions is None else _some(account.regions)}"


def _some(regions: Sequence[str]) -> str:
    named = sum(length <= ROOM for length in accumulate(len(each) + 2 for each in regions))
    more = len(regions) - named
    return ", ".join(regions[:named]) + (f" and {more:,} more" if more else "")
