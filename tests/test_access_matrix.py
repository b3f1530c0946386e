"""Every address of the application's own map against everybody who may come."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import shown_world
from asking import OURS, with_token

from dashboard.access_table import ACTIONS, ASKING, ENDPOINTS, PAGES, QUESTIONS, STREAMS, WHOLE
from dashboard.app import create_app
from dashboard.embed import new_embed
from dashboard.results import ResultsCache
from geodata.access_settings import HOUR_S, AccessSettings
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.logins import Sessions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import flask
    from flask.testing import FlaskClient

PASSWORD = "three words and more"  # noqa: S105  # of a test
# A value for each part of an address; those that are not here are "0".
PARTS = {"path": "data", "filename": "bordergap.css", "lang": "zh"}
DASH = {
    "output": "document.children",
    "outputs": {"id": "document", "property": "children"},
    "inputs": [{"id": "document-name", "property": "data", "value": "method"}],
    "changedPropIds": ["document-name.data"],
    "state": [{"id": "boot", "property": "data", "value": {"lang": "en"}}],
}
# Who asks for a change may be told that what he sent is none; before that he was let in.
LET_IN = {200, 204, 302, 304, 400, 404, 409, 410, 413, 422, 503}
# Account -> what it was given: role, regions, whether it sees the rest.
ACCOUNTS: dict[str, tuple[Any, list[str] | None, Any]] = {
    "administrator": ("administrator", None, "all"),
    "editor": ("editor", None, "all"),
    "editor elsewhere": ("editor", ["C"], "own"),
    "viewer": ("viewer", None, "all"),
    "viewer elsewhere": ("viewer", ["C"], "own"),
}


@dataclass
class Caller:
    """Somebody who comes, and what the guard may let pass."""

    client: FlaskClient
    action: str | None  # the most it may do; None for strangers
    limited: bool = False
    token: str = ""  # of an embed


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("matrix") / "world").path


@pytest.fixture(scope="module")
def server(world: Path) -> flask.Flask:
    accounts = Accounts(Database(world))
    for name, (role, regions, sees) in ACCOUNTS.items():
        accounts.add(name, role, password=None, regions=regions, sees=sees)
    return create_app(world).server


@pytest.fixture(scope="module")
def callers(world: Path, server: flask.Flask) -> dict[str, Caller]:
    """Return everybody who may come."""
    people = server.extensions["bordergap-people"]
    found = {
        name: Caller(
            client_of(server, people.sessions.begin(people.accounts.named(name))), action, regions is not None
        )
        for name, (role, regions, _) in ACCOUNTS.items()
        for action in [{"viewer": "see", "editor": "edit", "administrator": "administer"}[role]]
    }
    secret = people.sessions.begin(people.accounts.named("administrator"))
    for at in (0, len(secret) // 2, len(secret) - 1):
        altered = secret[:at] + ("A" if secret[at] != "A" else "B") + secret[at + 1 :]
        found[f"letter {at} altered"] = Caller(client_of(server, altered), None)
    ended = Sessions(Database(world), idle_s=1, longest_s=1).begin(people.accounts.named("administrator"))
    people.sessions.end(people.sessions.of(ended).digest)
    found["ended"] = Caller(client_of(server, ended), None)
    found["nobody"] = Caller(server.test_client(), None)
    return found | {
        f"embed {name}": Caller(server.test_client(), None, token=token) for name, token in embeds(world)
    }


def embeds(world: Path) -> Iterator[tuple[str, str]]:
    """Give tokens of embeds: one that holds, and those that do not."""
    results = ResultsCache(world).current()
    link, token = new_embed(results, shown_world.PAIRING, lang="en", lasts_s=86_400)
    yield "that holds", token
    yield "of another pairing", new_embed(results, "A--C", lang="en", lasts_s=86_400)[1]
    yield "altered", token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    gone, revoked = new_embed(results, shown_world.PAIRING, lang="en", lasts_s=86_400)
    results.workspace.embeds.revoke(gone.id)
    yield "revoked", revoked
    assert link.id != gone.id


def client_of(server: flask.Flask, secret: str) -> FlaskClient:
    client = server.test_client()
    client.set_cookie(server.extensions["bordergap-people"].cookie_name, secret)
    return client


def every_request(server: flask.Flask) -> Iterator[tuple[str, str, str]]:
    """Give endpoint, method and address of the application's own map."""
    adapter = server.url_map.bind("localhost")
    for rule in server.url_map.iter_rules():
        # Reports and pictures of no pairing are no trouble to make; embeds are of the one they are for.
        parts = {**PARTS, "pairing_id": shown_world.PAIRING if ENDPOINTS[rule.endpoint] == "embed" else "0"}
        values = {
            name: 0
            if type(part).__name__ == "IntegerConverter"
            else min(getattr(part, "items", [parts.get(name, "0")]))
            for name, part in rule._converters.items()  # noqa: SLF001  # werkzeug has no public way
        }
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            yield rule.endpoint, method, adapter.build(rule.endpoint, values, method=method)


def is_let_in(caller: Caller, endpoint: str) -> bool:
    """Return what the table says of somebody and an address."""
    need = ENDPOINTS[endpoint]
    if need in ("public", "embed"):
        return True
    if caller.action is None or (endpoint in WHOLE and caller.limited):
        return False
    return ACTIONS.index(need) <= ACTIONS.index(caller.action)  # type: ignore[arg-type]


def test_every_address_lets_in_whom_the_table_names(server: flask.Flask, callers: dict[str, Caller]) -> None:
    asked = 0
    for endpoint, method, address in every_request(server):
        for name, caller in callers.items():
            if endpoint in ("login.leave", "login.enter"):
                continue  # they end or begin a login: test_login.py
            if endpoint == "data.analyse" and is_let_in(caller, endpoint):
                continue  # it would begin an analysis: test_data_routes.py
            place = f"{address}?token={caller.token}&id={shown_world.PAIRING}"
            with caller.client.open(place, method=method, **sent(caller.client, endpoint, method)) as answer:
                said = (name, method, address, answer.status, answer.get_data()[:100])
                if ENDPOINTS[endpoint] == "embed":
                    assert (answer.status_code in (200, 400)) == (name == "embed that holds") or (
                        endpoint == "embed.oembed" and answer.status_code == 404  # it is told no address
                    ), said
                elif is_let_in(caller, endpoint):
                    assert answer.status_code in LET_IN, said
                elif caller.action is None and endpoint in PAGES:
                    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/login"), said
                else:
                    assert answer.status_code == (401 if caller.action is None else 403), said
            asked += 1
    assert asked > len(ENDPOINTS) * (len(callers) - 1) * 0.9


def sent(client: FlaskClient, endpoint: str, method: str) -> dict[str, Any]:
    """Return what a page of ours would send along."""
    if method in ASKING or endpoint in QUESTIONS:
        return {} if method in ASKING else {"json": DASH}
    body = {"data": b"", "content_type": "application/octet-stream"} if endpoint in STREAMS else {"json": {}}
    return {"headers": with_token(client), **body}


def test_no_change_is_made_without_the_page_s_own_token(
    server: flask.Flask, callers: dict[str, Caller]
) -> None:
    for endpoint, method, address in every_request(server):
        if method in ASKING or endpoint in QUESTIONS:
            continue
        for name in ("administrator", "editor", "nobody"):
            answer = callers[name].client.open(address, method=method, json={}, headers=OURS)
            assert (answer.status_code, answer.get_json()["error"]) == (403, "token"), (name, address)
            other = with_token(callers["viewer"].client)  # that of another person
            answer = callers[name].client.open(address, method=method, json={}, headers=other)
            assert (answer.status_code, answer.get_json()["error"]) == (403, "token"), (name, address)


def test_who_may_see_some_pairings_sees_nothing_of_others(callers: dict[str, Caller]) -> None:
    elsewhere, viewer = callers["viewer elsewhere"].client, callers["viewer"].client
    hidden, shown = shown_world.PAIRING, "A--C"
    stamp, own = (addresses_of(client)["districts"].split("/")[1] for client in (viewer, elsewhere))

    assert viewer.get(f"/geo/{stamp}/pairing.en.json?id={hidden}").status_code == 200
    assert (
        elsewhere.get(f"/geo/{stamp}/pairing.en.json?id={hidden}").status_code == 410
    )  # not even its address
    assert elsewhere.get(f"/geo/{own}/pairing.en.json?id={shown}").status_code == 200
    for address in (
        f"/geo/{own}/pairing.en.json?id={hidden}",
        f"/geo/{own}/profiles.en.json?id={hidden}",
        f"/geo/{own}/compare.en.json?id={hidden}",
        f"/export/{own}/gaps.csv?id={hidden}",
        f"/map/{hidden}.svg",
        f"/report/{hidden}.html",
    ):
        assert elsewhere.get(address).status_code == 404, address
    for address in (
        f"/geo/{own}/overview.en.json",
        f"/geo/{own}/ledger.en.json",
        f"/geo/{own}/find.en.json",
        f"/geo/{own}/programme.en.json",
        f"/geo/{own}/compare.en.json",
        f"/geo/{own}/borders.json",
        f"/export/{own}/gaps.csv",
        "/map/overview.svg",
        "/atlas.html?lang=en",
    ):
        with elsewhere.get(address) as answer:
            assert answer.status_code == 200, address
            assert hidden not in answer.get_data(as_text=True), address
    assert hidden in viewer.get(f"/geo/{stamp}/overview.en.json").get_data(as_text=True)


def test_what_not_everybody_may_see_is_kept_by_no_shared_cache(
    server: flask.Flask, callers: dict[str, Caller]
) -> None:
    client = callers["viewer"].client
    for endpoint, method, address in every_request(server):
        if method == "GET" and ENDPOINTS[endpoint] not in ("public", "embed"):
            with client.get(f"{address}?id={shown_world.PAIRING}") as answer:
                assert "public" not in answer.headers["Cache-Control"], address
    frame = addresses_of(client)
    assert "public" not in client.get("/" + frame["districts"]).headers["Cache-Control"]


def test_a_login_that_is_past_its_time_opens_nothing(
    server: flask.Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, usual, now = server.extensions["bordergap-people"], AccessSettings(), time.time()
    idle, longest = usual.idle_hours * HOUR_S, usual.longest_hours * HOUR_S
    client = client_of(server, people.sessions.begin(people.accounts.named("viewer")))

    def at(seconds: float) -> int:
        monkeypatch.setattr("time.time", lambda: now + seconds)
        return client.get("/layers.zh.json").status_code

    assert at(idle - 60) == 200
    assert at(2 * idle - 180) == 200  # it was used meanwhile
    assert at(3 * idle) == 401
    client = client_of(server, people.sessions.begin(people.accounts.named("viewer")))
    begun = 3 * idle
    used = [at(begun + step * (idle - 120)) for step in range(1, int(longest / (idle - 120)) + 1)]
    assert set(used) == {200}
    assert at(begun + longest + 1) == 401


def addresses_of(client: FlaskClient) -> dict[str, str]:
    """Return the addresses of bodies that the page of this person names."""
    frames = client.get("/_dash-layout").get_json()["props"]["children"][1]["props"]["data"]
    shell = client.get("/" + frames["addresses"]["en"]).get_json()
    found: dict[str, str] = shell["props"]["children"][0]["props"]["data"]["addresses"]
    return found
