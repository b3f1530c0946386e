"""Getting in and out: the page to log in, its answer, and the end of a login."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, g, jsonify, make_response, render_template, request

from dashboard.access import current, refuse
from dashboard.i18n import TAGS, Text, language, plain
from geodata.errors import UsageError
from geodata.passwords import LONGEST

if TYPE_CHECKING:
    import flask

    from dashboard.people import People
    from geodata.account import Account
    from layers.wording import Lang

PAGE = Path(__file__).parent / "login_page"
FAILURES = ("oidc_refused", "oidc_failed", "oidc_role", "ended", "ended_kept")
LONGEST_NEXT = 4000


def login_routes(people: People, workspace: str) -> Blueprint:
    """Return the routes of logging in and out; `workspace` is the name the page shows."""
    routes = Blueprint(
        "login", __name__, static_folder=PAGE, static_url_path="/login-page", template_folder=PAGE
    )

    @routes.get("/login")
    def page() -> flask.Response:
        lang = language(request.args.get("lang"), request.headers.get("Accept-Language", ""))
        other: Lang = "zh" if lang == "en" else "en"
        text, next_ = Text(lang), safe_next(request.args.get("next"))
        failed = request.args.get("failed")
        shown = render_template(
            "login.html",
            tag=TAGS[lang],
            text=text,
            root=request.script_root,
            workspace=plain(workspace),
            next=next_,
            query=urlencode({"next": next_}),
            other_tag=TAGS[other],
            other_query=urlencode({"next": next_, "lang": other}),
            oidc=None if people.settings.oidc is None else people.settings.oidc.label,
            failed=text(f"login.{failed}") if failed in FAILURES else "",
        )
        answer = make_response(shown)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post("/login")
    def enter() -> flask.Response:
        asked: Any = request.get_json(silent=True)
        name, password = (asked.get(key) if isinstance(asked, dict) else None for key in ("name", "password"))
        if not isinstance(name, str) or not isinstance(password, str) or len(name) > LONGEST:
            refuse(400, "login", "Give name and password.")
        address = request.remote_addr or ""
        if not people.attempts.begin(name, address):
            people.audit.note("", "login.wait", "", address)
            refuse(429, "wait", "Too many attempts; wait a quarter of an hour.")
        account = people.accounts.checked(name, password)
        if account is None:
            people.audit.note("", "login.wrong", "", address)  # a name that is wrong may be a password
            refuse(401, "login", "Name or password is wrong.")
        people.attempts.succeeded(name, address)
        if account.once:
            _choose(people, account, password, asked.get("new"))
        answer = jsonify({"next": safe_next(asked.get("next"))})
        entered(people, answer, account)
        return answer

    @routes.post("/logout")
    def leave() -> flask.Response:
        answer = jsonify({"next": f"{request.script_root}/login"})
        if (person := g.get("person")) is not None:
            people.note(person, "logout")
        people.let_out(answer)
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    return routes


def access_routes(people: People) -> Blueprint:
    """Return the routes about the person who asks."""
    routes = Blueprint("access", __name__)

    @routes.get("/access/me")
    def me() -> flask.Response:
        person, session = g.person, g.get("session")
        said = None
        if person is not None:
            own = session is not None and session.account.has_password
            said = {"id": person.id, "name": person.name, "role": person.role, "password": own}
        answer = jsonify({"person": said, "token": people.token()})
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post("/access/password")
    def password() -> flask.Response:
        """Change one's own password; other logins of the account end."""
        asked: Any = request.get_json(silent=True)
        old, new = (asked.get(key) if isinstance(asked, dict) else None for key in ("old", "new"))
        person, session, address = current(), g.get("session"), request.remote_addr or ""
        if session is None or not isinstance(old, str) or not isinstance(new, str):
            refuse(400, "password", "Give the old and the new password.")
        if not people.attempts.begin(person.name, address):
            refuse(429, "wait", "Too many attempts; wait a quarter of an hour.")
        if people.accounts.checked(person.name, old) is None:
            refuse(403, "old", "The old password is wrong.")
        people.attempts.succeeded(person.name, address)
        try:
            is_set = people.accounts.set_password(person.name, new, old=old, keep=session.digest)
        except UsageError as error:
            refuse(400, "weak", str(error))
        if not is_set:
            refuse(403, "old", "The old password is wrong.")
        return jsonify({})

    return routes


def _choose(people: People, account: Account, once: str, new: object) -> None:
    """Put a password of the person's own in place of the one for once; 403 until one is given."""
    if not isinstance(new, str):
        refuse(403, "fresh", "Choose a password of your own.")
    if new == once:
        refuse(400, "weak", "Choose another password than the one you were given.")
    try:
        is_set = people.accounts.set_password(account.name, new, old=once)
    except UsageError as error:
        refuse(400, "weak", str(error))
    if not is_set:
        refuse(401, "login", "Name or password is wrong.")
    people.audit.note(account.name, "access.password", "", request.remote_addr or "")


def entered(people: People, answer: flask.Response, account: Account) -> None:
    """Let a person in with this answer, and note it."""
    people.let_in(answer, account)
    people.audit.note(account.name, "login", "", request.remote_addr or "")
    answer.headers["Cache-Control"] = "no-store"


def safe_next(asked: object) -> str:
    """Return where to go after the login: an address of this dashboard, whatever was asked."""
    home = f"{request.script_root}/"
    if not isinstance(asked, str) or len(asked) > LONGEST_NEXT or not asked.isprintable():
        return home
    try:
        parts = urlsplit(asked)
    except ValueError:
        return home
    # Browsers take \ for /, and // begins another host.
    is_ours = not parts.scheme and not parts.netloc and "\\" not in asked and asked.startswith(home)
    return asked if is_ours and not asked.startswith("//") and not asked.startswith(f"{home}login") else home
