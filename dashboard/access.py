"""Who may see and do what: a guard before every request, and the person it let in."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from flask import abort, current_app, g, jsonify, make_response, request

from dashboard.access_table import ASKING, ENDPOINTS, QUESTIONS, STREAMS, WHOLE, Action

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import flask

TOKEN_HEADER = "X-Bordergap-Token"  # noqa: S105  # a name
JSON, STREAM = "application/json", "application/octet-stream"
ACTIONS: tuple[Action, ...] = ("see", "edit", "administer")  # each includes those before it
LARGEST_JSON = 1_000_000  # bytes
_EXTENSION = "bordergap-access"
# What servers in front of this one add: who comes with it is elsewhere.
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")


@dataclass(frozen=True)
class Person:
    """Who asks.

    Parameters
    ----------
    id, name
        Of the account; "local" where there are none.
    role
        The most it may do.
    sees, holds
        Pairings it may see, and those for which its role holds; None for all.
    """

    id: str
    name: str
    role: Action
    sees: frozenset[str] | None = None
    holds: frozenset[str] | None = None

    def may(self, action: Action, pairing_id: str | None = None) -> bool:
        """Return whether the person may do this, with a pairing if one is named, else with any at all."""
        if ACTIONS.index(action) > ACTIONS.index(self.role):
            return False
        pairings = self.sees if action == "see" else self.holds
        return pairing_id is None or pairings is None or pairing_id in pairings


LOCAL = Person("local", "local", "administer")


class Access:
    """Lets people in: here the one at this machine, who needs no login.

    Parameters
    ----------
    public_address
        Returns the address of `display.toml` under which the dashboard is reached, or nothing.
    """

    def __init__(self, public_address: Callable[[], str | None]) -> None:
        self._public_address = public_address
        self._token = secrets.token_urlsafe(32)  # made before workers part: one for all of them

    def person(self) -> Person | None:
        """Return who asks, None for a stranger."""
        return LOCAL

    def token(self) -> str:
        """Return what a page of ours sends along with a change, and no other site knows."""
        return self._token

    def host_problem(self) -> str | None:
        """Return why this request cannot be for us, None for one that can."""
        if any(name in request.headers for name in _FORWARDED) or not is_loopback(request.remote_addr or ""):
            return (
                "Without accounts the dashboard answers on its own machine alone. Make one: bordergap account"
            )
        if not is_loopback(_host_of(request.host)):
            return "Without accounts the dashboard answers to localhost and 127.0.0.1 alone."
        return None

    def is_own_page(self) -> bool:
        """Return whether a page of ours made the browser ask."""
        origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site")
        own = {request.host, urlsplit(self._public_address() or "").netloc} - {""}
        return site in (None, "same-origin") and urlsplit(origin).netloc in own

    def is_foreign_page(self) -> bool:
        """Return whether a page of another site made the browser ask; one that tells nothing did not."""
        if "Origin" in request.headers:
            return not self.is_own_page()
        return request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none")


def guard(server: flask.Flask, access: Access) -> None:
    """Let nobody past before it is known who asks, and that they may."""
    server.extensions[_EXTENSION] = access
    server.before_request(_guarded)


def current() -> Person:
    """Return who asks; 401 for a stranger."""
    person: Person | None = g.get("person")
    if person is None:
        refuse(401, "login", "Log in first.")
    return person


def requires(action: Action, pairing_id: str | None = None) -> Person:
    """Return who asks, if they may do this (with this pairing); 403 else."""
    person = current()
    if not person.may(action, pairing_id):
        refuse(403, "rights", f"Your account does not have the right to {action} this.")
    return person


def token() -> str:
    """Return the token that changes of this person's pages carry."""
    return _access().token()


def refuse(status: int, error: str, message: str) -> NoReturn:
    """End the request with a JSON answer that programs and people can read."""
    answer = make_response(jsonify({"error": error, "message": message}), status)
    answer.headers["Cache-Control"] = "no-store"
    abort(answer)


def is_loopback(host: str) -> bool:
    """Return whether a host, as a name or an address without port, is this machine and nothing else."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded() -> None:
    """Refuse what the table does not let this person ask for."""
    endpoint, access = request.endpoint, _access()
    if endpoint is None:
        return  # no such address: 404 or 405, and nothing is read
    need = ENDPOINTS.get(endpoint)
    if need is None:
        refuse(403, "unclassified", "This address is not open to anybody.")
    if need == "embed":
        return  # its token says what it shows, wherever it is shown
    if problem := access.host_problem():
        refuse(403, "host", problem)
    person = g.person = access.person()
    if request.method not in ASKING:
        _require_own_page(endpoint, access)
    if need == "public":
        return
    if person is None:
        refuse(401, "login", "Log in first.")
    requires(need)
    if endpoint in WHOLE and person.sees is not None:
        refuse(403, "rights", "Your account sees some of the pairings; this file holds rows of all.")


def _require_own_page(endpoint: str, access: Access) -> None:
    """Refuse a change, or a question by POST, that another site made a browser send."""
    if endpoint in QUESTIONS:
        if access.is_foreign_page():
            refuse(403, "origin", "Only the dashboard's own pages may ask for this.")
        return
    if not access.is_own_page():
        refuse(403, "origin", "Only the dashboard's own pages may ask for this.")
    if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), access.token().encode()):
        refuse(403, "token", "This page is too old; load it again.")
    wanted: Sequence[str] = (STREAM,) if endpoint in STREAMS else (JSON,)
    if request.mimetype not in wanted and (request.content_length or request.mimetype):
        refuse(415, "type", f"Send {wanted[0]}.")
    if endpoint not in STREAMS and (request.content_length or 0) > LARGEST_JSON:
        refuse(413, "size", f"Send at most {LARGEST_JSON:,} bytes.")


def _access() -> Access:
    access: Access = current_app.extensions[_EXTENSION]
    return access


def _host_of(netloc: str) -> str:
    """Return a Host header without its port and brackets."""
    return urlsplit(f"//{netloc}").hostname or ""
