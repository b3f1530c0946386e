"""Who comes: the one at this machine where there are no accounts, else whoever is logged in."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import g, has_request_context, request

from dashboard.access import Person, is_address, is_loopback
from dashboard.pace import Pace
from dashboard.results import ResultsCache
from geodata.access_settings import HOUR_S, AccessSettings
from geodata.accounts import Accounts
from geodata.logins import Attempts, Audit, Sessions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import flask

    from dashboard.access_table import Action
    from dashboard.results import Results
    from geodata.account import Account
    from geodata.database import Database
    from geodata.logins import Session

ROLES: dict[str, Action] = {"viewer": "see", "editor": "edit", "administrator": "administer"}
LOCAL = Person("local", "local", "administer")
LOOKED_EVERY_S = 1.0  # whether the first account has been made meanwhile
# What servers in front of this one add: who comes with it is elsewhere.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
_LOCAL_ONLY = "Without accounts the dashboard answers on its own machine alone. Make one: bordergap account"


class PersonalResults(ResultsCache):
    """The results as the person who asks may see them: of other pairings there is nothing."""

    def current(self) -> Results:
        """Return the results of the last complete run, without what this person may not see."""
        everything = self.everything()
        person: Person | None = g.get("person") if has_request_context() else None
        if person is None or person.sees is None:
            return everything
        return self.limited(everything, person.sees)

    def everything(self) -> Results:
        """Return the results of the last complete run."""
        return super().current()


class People:
    """Tells who asks.

    Parameters
    ----------
    cache
        The results, whose pairings say what a region is.
    settings
        Of `access.toml`.
    database
        Where accounts and logins are kept.
    for_others
        Whether the server can be reached from elsewhere: then nobody is let in without an account.
    """

    def __init__(
        self,
        cache: PersonalResults,
        settings: AccessSettings,
        database: Database,
        *,
        for_others: bool = False,
    ) -> None:
        self.settings = settings
        self.accounts = Accounts(database)
        self.sessions = Sessions(
            database, idle_s=int(settings.idle_hours * HOUR_S), longest_s=int(settings.longest_hours * HOUR_S)
        )
        self.attempts = Attempts(database)
        self.audit = Audit(database, days=int(settings.audit_days))
        self.pace = Pace()
        self._cache = cache
        self._is_office = for_others
        self._looked = 0.0
        self._token = secrets.token_urlsafe(32)  # made before workers part: one for all of them
        self.cookie_name = (
            f"bordergap-{hashlib.sha256(str(database.root.resolve()).encode()).hexdigest()[:8]}"
        )
        self.is_starting = True  # until then only the program itself asks

    @property
    def had_accounts(self) -> bool:
        """Whether people log in, as far as was seen; asks nothing."""
        return self._is_office

    @property
    def have_accounts(self) -> bool:
        """Whether people log in; once so, it stays so until the server is started anew."""
        if not self._is_office and not self.is_starting and time.monotonic() - self._looked > LOOKED_EVERY_S:
            self._is_office, self._looked = self.accounts.any(), time.monotonic()
        return self._is_office

    def person(self) -> Person | None:
        """Return who asks, None for a stranger."""
        if self.is_starting or not self.have_accounts:
            return LOCAL
        session = g.session = self.sessions.of(request.cookies.get(self.cookie, ""))
        return None if session is None else self.person_of(session.account)

    def person_of(self, account: Account) -> Person:
        """Return what an account may do with the pairings there are now."""
        role = ROLES[account.role]
        if account.regions is None or role == "administer":
            return Person(account.id, account.name, role)
        holds = pairings_of(account.regions, self._cache.everything().members)
        return Person(account.id, account.name, role, holds if account.sees == "own" else None, holds)

    def token(self) -> str:
        """Return what a page of ours sends along with a change, and no other site knows."""
        session: Session | None = g.get("session")
        if session is None:
            return self._token
        return hashlib.sha256(f"page\0{request.cookies[self.cookie]}".encode()).hexdigest()

    def problem_of_address(self) -> str | None:
        """Return why this request cannot be for us, None for one that can."""
        host = urlsplit(f"//{request.host}").hostname or ""
        if self.is_starting or is_loopback(host):
            names_us = True
        elif not self.have_accounts:
            return "Without accounts the dashboard answers to localhost and 127.0.0.1 alone."
        else:
            # Another site can give its own name our address, but cannot be reached under a number.
            names_us = is_address(host) or host in {*self.settings.hosts, self._public_host()}
        if not names_us:
            return 'This server is not called that. Add it to access.toml: hosts = ["…"]'
        if self.have_accounts or self.is_starting:
            return None
        if any(name in request.headers for name in FORWARDED) or not is_loopback(request.remote_addr or ""):
            return _LOCAL_ONLY
        return None

    def look_after(self) -> None:
        """Read workspace and database, so that what is wrong with them shows."""
        self._cache.everything()
        self.accounts.any()

    def public_address(self) -> str | None:
        """Return the address under which the dashboard is reached, where `display.toml` tells it."""
        return self._cache.public_address()

    def note(self, person: Person, what: str, about: str = "") -> None:
        """Note what a person with an account did."""
        if person is not LOCAL:
            self.audit.note(person.name, what, about, request.remote_addr or "")

    # --- the cookie -------------------------------------------------------------------------------------

    @property
    def cookie(self) -> str:
        """Name of the cookie: another one for each workspace, as cookies do not tell ports apart."""
        return f"__Host-{self.cookie_name}" if request.is_secure else self.cookie_name

    def let_in(self, response: flask.Response, account: Account) -> None:
        """Begin a login, and end the one before."""
        if (before := g.get("session")) is not None:
            self.sessions.end(before.digest)
        response.set_cookie(
            self.cookie,
            self.sessions.begin(account),
            max_age=int(self.settings.longest_hours * HOUR_S),
            path="/",
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",  # links that others send open; changes need a token besides
        )

    def let_out(self, response: flask.Response) -> None:
        """End the login of this request."""
        if (session := g.get("session")) is not None:
            self.sessions.end(session.digest)
        response.delete_cookie(self.cookie, path="/", secure=request.is_secure, httponly=True, samesite="Lax")

    def _public_host(self) -> str:
        return urlsplit(self.public_address() or "").hostname or ""


def pairings_of(regions: Sequence[str], members: Mapping[str, Sequence[Sequence[str]]]) -> frozenset[str]:
    """Return the pairings that are named, or in which a named district takes part."""
    named = set(regions)
    return frozenset(
        pairing
        for pairing, parts in members.items()
        if pairing in named or any(district in named for member in parts for district in member)
    )
