"""Who may see and do what: a guard before every request, and the person it let in."""

from __future__ import annotations

import hmac
import ipaddress
import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlsplit

from flask import abort, current_app, g, jsonify, make_response, redirect, request

from dashboard.access_table import (
    ACTIONS,
    ASKING,
    ENDPOINTS,
    PAGES,
    QUESTIONS,
    STREAMS,
    WHOLE,
    Action,
)
from geodata.database_errors import DatabaseError

if TYPE_CHECKING:
    import flask

    from dashboard.people import People

LOG = logging.getLogger(__name__)
TOKEN_HEADER = "X-Bordergap-Token"  # noqa: S105  # a name
JSON, STREAM = "application/json", "application/octet-stream"
LARGEST_JSON = 1_000_000  # bytes
_EXTENSION = "bordergap-people"


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


def guard(server: flask.Flask, people: People) -> None:
    """Let nobody past before it is known who asks, and that they may."""
    server.extensions[_EXTENSION] = people
    server.before_request(_guarded)
    server.register_error_handler(DatabaseError, _told)
    server.after_request(_noted)


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
    return _people().token()


def noted(what: str, about: str) -> None:
    """Note what this request does in words of its own, in place of its address."""
    g.noted = (what, about)


def refuse(status: int, error: str, message: str) -> NoReturn:
    """End the request with a JSON answer that programs and people can read."""
    answer = make_response(jsonify({"error": error, "message": message}), status)
    answer.headers["Cache-Control"] = "no-store"
    abort(answer)


def is_loopback(host: str) -> bool:
    """Return whether a host, as a name or an address without port, is this machine and nothing else."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def is_address(host: str) -> bool:
    """Return whether a host is a number, which nobody can turn elsewhere, and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _guarded() -> flask.typing.ResponseReturnValue | None:
    """Refuse what the table does not let this person ask for."""
    endpoint, people = request.endpoint, _people()
    if endpoint is None:
        return None  # no such address: 404 or 405, and nothing is read
    need = ENDPOINTS.get(endpoint)
    if need is None:
        refuse(403, "unclassified", "This address is not open to anybody.")
    if need == "embed":
        _require_pace(endpoint, request.remote_addr or "")
        return None  # its token says what it shows, wherever it is shown
    if problem := people.problem_of_address():
        refuse(403, "host", problem)
    person = g.person = people.person()
    if request.method not in ASKING:
        _require_own_page(endpoint, people)
    if need == "public":
        return None
    if person is None and endpoint in PAGES:
        return redirect(f"{request.script_root}/login?next={quote(request.full_path.rstrip('?'))}")
    person = requires(need)
    if people.have_accounts:
        _require_pace(endpoint, person.id)
    if endpoint in WHOLE and person.sees is not None:
        refuse(403, "rights", "Your account sees some of the pairings; this file holds rows of all.")
    return None


def _noted(response: flask.Response) -> flask.Response:
    """Keep shared caches from what not everybody may see; note a change that was made."""
    people, person = _people(), g.get("person")
    if people.had_accounts and ENDPOINTS.get(request.endpoint or "") != "public":
        kept = response.headers.get("Cache-Control", "")
        response.headers["Cache-Control"] = kept.replace("public", "private") or "private, no-store"
    is_change = request.method not in ASKING and request.endpoint not in QUESTIONS
    changed = is_change and response.status_code < HTTPStatus.BAD_REQUEST
    if changed and person is not None and ENDPOINTS.get(request.endpoint or "") != "public":
        people.note(person, *g.get("noted", (str(request.endpoint), f"{request.method} {request.path}")))
    return response


def _told(error: Exception) -> flask.Response:
    """Tell that the database cannot be used: nobody is let in while it is not known who may."""
    LOG.error("the database cannot be used: %s", error)
    answer = jsonify({"error": "database", "message": "The database cannot be used just now."})
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return answer


def _require_pace(endpoint: str, client: str) -> None:
    """Refuse more than a person can look at."""
    if not _people().pace.allows(endpoint, client):
        answer = make_response(
            jsonify({"error": "pace", "message": "Too many requests; wait a moment."}), 429
        )
        answer.headers["Retry-After"] = "5"
        abort(answer)


def _require_own_page(endpoint: str, people: People) -> None:
    """Refuse a change, or a question by POST, that another site made a browser send.

    A body whose length is not told, or that is large, would be waited for by whoever answers: files alone.
    """
    if endpoint not in STREAMS:
        if "Transfer-Encoding" in request.headers:
            refuse(411, "length", "Say how long the body is.")
        if (request.content_length or 0) > LARGEST_JSON:
            refuse(413, "size", f"Send at most {LARGEST_JSON:,} bytes.")
    if endpoint in QUESTIONS:
        if _is_foreign_page(people):
            refuse(403, "origin", "Only the dashboard's own pages may ask for this.")
        return
    if not _is_own_page(people):
        refuse(403, "origin", "Only the dashboard's own pages may ask for this.")
    if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), people.token().encode()):
        refuse(403, "token", "This page is too old; load it again.")
    wanted = STREAM if endpoint in STREAMS else JSON
    if request.mimetype != wanted and (request.content_length or request.mimetype):
        refuse(415, "type", f"Send {wanted}.")


def _is_own_page(people: People) -> bool:
    """Return whether a page of ours made the browser ask."""
    origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site")
    own = {request.host, urlsplit(people.public_address() or "").netloc} - {""}
    return site in (None, "same-origin") and urlsplit(origin).netloc in own


def _is_foreign_page(people: People) -> bool:
    """Return whether a page of another site made the browser ask; one that tells nothing did not."""
    if "Origin" in request.headers:
        return not _is_own_page(people)
    return request.headers.get("Sec-Fetch-Site") not in (None, "same-origin", "none")


def _people() -> People:
    people: People = current_app.extensions[_EXTENSION]
    return people
