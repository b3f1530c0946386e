"""What the administrator's page asks for: accounts, links given out, and the record of who did what."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
from flask import Blueprint, request, send_file

from dashboard.access import current, noted, refuse
from dashboard.embed import when
from dashboard.i18n import Text
from dashboard.office import EVERYWHERE, RIGHTS, TERMINAL, Office
from dashboard.payloads import pairing_name
from dashboard.record_answers import answered, asked_language, asked_object
from geodata.account import ONCE_S, ROLES, SEES, AccountError
from geodata.errors import WorkspaceError
from geodata.formulas import neutral

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import flask

    from dashboard.people import People, PersonalResults
    from dashboard.results import Results
    from geodata.account import Account
    from geodata.embed_store import EmbedLink
    from geodata.logins import Audit
    from layers.wording import Lang

PAGE_ROWS = 100  # of the record at a time
MOST_ROWS = 100_000  # of the record in a file
MOST_REGIONS = 500
RIGHTS_OF = ("account.add", "account.set")  # entries that tell what an account may do
RECORD = ("at", "who", "what", "about", "address")


def office_routes(people: People, cache: PersonalResults) -> Blueprint:
    """Return the routes of the administrator's page."""
    routes = Blueprint("office", __name__, url_prefix="/office")
    office = Office(
        people.accounts,
        people.sessions,
        lambda: _known(cache.everything()),
        noted,
        people.settings.oidc,
    )
    _account_routes(routes, office, people, cache)
    _link_routes(routes, cache)
    _record_routes(routes, people.audit)
    return routes


def _account_routes(routes: Blueprint, office: Office, people: People, cache: PersonalResults) -> None:
    @routes.get("/accounts")
    def accounts() -> flask.Response:
        names = _region_names(cache.everything(), asked_language())
        own = current().id
        return answered(
            {
                "accounts": [_account(each, own) for each in office.accounts.all()],
                "regions": names,
                "days": ONCE_S // 86_400,
                "tells_regions": office.tells_regions,
            }
        )

    @routes.post("/accounts")
    def add() -> flask.Response:
        asked = asked_object(needs={"name": str, "role": str})
        if not people.have_accounts:
            refuse(409, "first", "Make the first account at the terminal: bordergap account WORKSPACE add")
        given = _rights(asked)
        return _done(lambda: office.invite(asked["name"].strip(), **given))

    @routes.patch("/accounts/<account_id>")
    def change(account_id: str) -> flask.Response:
        account = _account_of(office, account_id)
        if account.id == current().id:
            refuse(400, "own", "Another administrator changes this account.")
        return _changed(office, account)

    @routes.post("/accounts/<account_id>/password")
    def password(account_id: str) -> flask.Response:
        account = _account_of(office, account_id)
        if account.id == current().id:
            refuse(400, "own", "Change your own password in the menu of your account.")
        return _done(lambda: office.reset_password(account.name))

    @routes.post("/accounts/<account_id>/logout")
    def logout(account_id: str) -> flask.Response:
        return answered({"ended": office.end_logins(_account_of(office, account_id).name)})


def _link_routes(routes: Blueprint, cache: PersonalResults) -> None:
    @routes.get("/links")
    def links() -> flask.Response:
        results = cache.everything()
        try:
            embeds = results.workspace.embeds.read()
        except WorkspaceError as error:
            refuse(409, "links", str(error))
        held = [link for link in (embeds.links if embeds else ()) if link.expires > time.time()]
        lang = asked_language()
        newest_first = sorted(held, key=lambda link: link.expires, reverse=True)
        return answered({"links": [_link(each, results, lang) for each in newest_first]})

    @routes.delete("/links/<link_id>")
    def revoke(link_id: str) -> flask.Response:
        try:
            found = cache.everything().workspace.embeds.revoke(link_id)
        except WorkspaceError as error:
            refuse(409, "links", str(error))
        if not found:
            refuse(404, "unknown", "There is no such link.")
        noted("embed.revoke", link_id)
        return answered({})


def _record_routes(routes: Blueprint, audit: Audit) -> None:
    @routes.get("/record")
    def record() -> flask.Response:
        before = request.args.get("before", type=int)
        asked_who, asked_what = _filter()
        rows = audit.entries(PAGE_ROWS + 1, who=asked_who, what=asked_what, before=before)
        who, what = audit.choices()
        text = Text(asked_language())
        told = [{**row, "about": _about(row, text)} for row in rows[:PAGE_ROWS]]
        return answered({"rows": told, "more": len(rows) > PAGE_ROWS, "who": who, "what": what})

    @routes.get("/record.csv")
    def record_file() -> flask.Response:
        text = Text(asked_language())
        who, what = _filter()
        entries = audit.entries(MOST_ROWS, who=who, what=what)
        told = [{**row, "about": _about(row, text)} for row in entries]
        rows = pd.DataFrame(told, columns=RECORD).astype(str)
        rows["what"] = [text.of("record.what", each) for each in rows["what"]]
        rows["who"] = rows["who"].replace(TERMINAL, text("record.terminal"))
        table = rows.map(neutral).set_axis([text(f"record.{name}") for name in RECORD], axis=1)
        written = table.to_csv(index=False, lineterminator="\r\n")
        return send_file(
            io.BytesIO(written.encode("utf-8-sig")),  # the mark without which Excel garbles Chinese
            mimetype="text/csv",
            as_attachment=True,
            download_name="bordergap-record.csv",
        )


def _account_of(office: Office, account_id: str) -> Account:
    found = next((each for each in office.accounts.all() if each.id == account_id), None)
    if found is None:
        refuse(404, "unknown", "There is no such account.")
    return found


def _changed(office: Office, account: Account) -> flask.Response:
    """Close or open an account, or change what it may do: all of it is told, lest rights grow by silence."""
    if "closed" in asked_object(needs={}):
        work = office.close if asked_object(needs={"closed": bool})["closed"] else office.reopen
        return _done(lambda: (work(account.name), None))
    given = _rights(asked_object(needs={"role": str, "regions": list, "sees": str}))
    regions = given.pop("regions") or None
    return _done(lambda: (office.change(account.name, regions=regions, **given), None))


def _done(work: Callable[[], tuple[Account, str | None]]) -> flask.Response:
    """Return the account that `work` made or changed, and its password for once; 400 for what cannot be."""
    try:
        account, password = work()
    except AccountError as error:
        refuse(400, error.code, str(error))
    return answered({"account": _account(account, current().id), "password": password})


def _rights(asked: dict[str, Any]) -> dict[str, Any]:
    """Return role, regions and sight as asked for; 400 for what is none."""
    role, regions, sees = asked.get("role"), asked.get("regions", []), asked.get("sees", "all")
    is_list = isinstance(regions, list) and all(isinstance(each, str) for each in regions)
    if role not in ROLES or sees not in SEES or not is_list or len(regions) > MOST_REGIONS:
        refuse(400, "request", f"Give role ({', '.join(ROLES)}), regions (ids) and sees ({', '.join(SEES)}).")
    return {"role": role, "regions": cast("Sequence[str]", regions), "sees": sees}


def _about(row: Mapping[str, Any], text: Text) -> str:
    """Return what an entry is about in words of the reader: what accounts may do is kept in English."""
    found = RIGHTS.fullmatch(row["about"]) if row["what"] in RIGHTS_OF else None
    if found is None:
        return str(row["about"])
    where = text("office.everywhere") if found["where"] == EVERYWHERE else found["where"]
    more = f" {text('office.more', count=found['more'])}" if found["more"] else ""
    own = text("office.sees.own") if found["own"] or found["own_once"] else ""
    said = [found["name"], text(f"office.role.{found['role']}"), where + more, own]
    return " · ".join(part for part in said if part)


def _filter() -> tuple[str, str]:
    return request.args.get("who", "")[:200], request.args.get("what", "")[:200]


def _known(results: Results) -> set[str]:
    return {*results.districts["district_id"].astype(str), *map(str, results.members)}


def _region_names(results: Results, lang: Lang) -> dict[str, str]:
    """Return what can be a region, by id: districts, then pairings."""
    names = results.short_names(lang)
    districts = results.districts["district_id"].astype(str)
    pairings = [str(key) for key in results.summary.index]
    return {each: names.get(each, each) for each in districts} | {
        key: pairing_name(results, key, lang) for key in pairings
    }


def _account(account: Account, own: str) -> dict[str, Any]:
    once = "ended" if account.has_ended else "once"
    way = "elsewhere" if account.is_elsewhere else once if account.once else "password"
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role,
        "regions": account.regions,
        "sees": account.sees,
        "way": way if account.is_elsewhere or account.has_password else "none",
        "closed": account.closed,
        "own": account.id == own,
    }


def _link(link: EmbedLink, results: Results, lang: Lang) -> dict[str, Any]:
    known = link.pairing in results.summary.index
    return {
        "id": link.id,
        "pairing": link.pairing,
        "pairing_text": pairing_name(results, link.pairing, lang) if known else link.pairing,
        "gap": link.gap,
        "lang": link.lang,
        "expires": when(link).isoformat(),
    }
