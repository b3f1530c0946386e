"""Logging in with a real provider of OpenID Connect on this machine, and with one that lies."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import shown_world
from asking import with_token
from oidc_provider import CLIENT, SECRET, Provider

from dashboard.app import create_app
from geodata.access_settings import access_from
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.errors import SettingsError, WorkspaceError
from geodata.signing_keys import FILE, rotate_keys, signing_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import flask
    from flask.testing import FlaskClient

SETTINGS = """
[oidc]
issuer = "{issuer}"
client_id = "{client}"
client_secret = "TEST_OIDC"
label = "Office"
region_claim = "districts"
[oidc.roles]
planners = "editor"
heads = "administrator"
readers = "viewer"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("oidc") / "world").path


@pytest.fixture
def provider() -> Iterator[Provider]:
    started = Provider()
    started.claims |= {"groups": ["planners", "readers"], "districts": ["C"]}
    yield started
    started.close()


@pytest.fixture
def server(made: Path, tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> flask.Flask:
    world = shutil.copytree(made, tmp_path / "world")
    monkeypatch.setenv("TEST_OIDC", SECRET)
    (world / "access.toml").write_text(SETTINGS.format(issuer=provider.issuer, client=CLIENT))
    Accounts(Database(world)).add("lin", "administrator", password=None)
    return create_app(world).server


def log_in(client: FlaskClient, **changed: str) -> Any:
    """Go to the provider and come back; `changed` is altered in what the browser brings back."""
    there = client.get("/login/oidc?next=/ledger").location
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    said = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()} | changed
    return client.get("/login/oidc/back", query_string=said)


def person(client: FlaskClient) -> Any:
    return client.get("/access/me").get_json()["person"]


def test_who_the_provider_knows_comes_in(server: flask.Flask, provider: Provider) -> None:
    client = server.test_client()

    assert log_in(client).location == "/ledger"

    assert person(client)["name"] == "mei"
    assert person(client)["role"] == "edit"  # the highest of its groups
    (asked,) = provider.asked
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    account = server.extensions["bordergap-people"].accounts.named("mei")
    assert (account.regions, account.sees, account.has_password) == (("C",), "own", False)
    provider.claims["groups"], provider.claims["preferred_username"] = (
        "readers",
        "lin",
    )  # a name is no identity
    log_in(other := server.test_client())
    assert (person(other)["name"], person(other)["role"]) == ("mei", "see")


def administrator(server: flask.Flask) -> FlaskClient:
    people, client = server.extensions["bordergap-people"], server.test_client()
    client.set_cookie(people.cookie_name, people.sessions.begin(people.accounts.named("lin")))
    return client


def change(client: FlaskClient, method: str, path: str, json: Any = None) -> tuple[int, Any]:
    told = client.open(f"/office/accounts/{path}", method=method, json=json, headers=with_token(client))
    return told.status_code, told.get_json()


def test_what_the_provider_tells_is_changed_there_alone(server: flask.Flask) -> None:
    log_in(server.test_client())
    accounts, office = server.extensions["bordergap-people"].accounts, administrator(server)
    mei = accounts.named("mei")

    rights = {"role": "viewer", "regions": [], "sees": "all"}
    for asked in (("PATCH", mei.id, rights), ("POST", f"{mei.id}/password")):
        status, told = change(office, *asked)
        assert (status, told["error"]) == (400, "elsewhere")

    assert accounts.named("mei") == mei
    assert office.get("/office/accounts").get_json()["tells_regions"] is True


def test_regions_that_the_provider_does_not_tell_are_given_here(
    server: flask.Flask, provider: Provider
) -> None:
    world = server.extensions["bordergap-people"].accounts._database.root  # noqa: SLF001
    path = world / "access.toml"
    path.write_text(path.read_text().replace('region_claim = "districts"', ""))
    again = create_app(world).server
    log_in(again.test_client())
    accounts, office = again.extensions["bordergap-people"].accounts, administrator(again)
    mei = accounts.named("mei")

    own = {"role": "editor", "regions": ["C"], "sees": "own"}
    assert change(office, "PATCH", mei.id, own | {"role": "viewer"})[0] == 400
    assert change(office, "PATCH", mei.id, own)[0] == 200

    provider.claims["groups"] = "readers"
    log_in(again.test_client())
    mei = accounts.named("mei")
    assert (mei.role, mei.regions, mei.sees) == ("viewer", ("C",), "own")


def test_a_closed_account_is_not_opened_by_the_provider(server: flask.Flask) -> None:
    log_in(server.test_client())
    accounts = server.extensions["bordergap-people"].accounts
    accounts.close("mei")
    client = server.test_client()

    assert log_in(client).location == "/login?failed=oidc_role"

    assert person(client) is None
    assert accounts.named("mei").closed


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": "another", "azp": CLIENT},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": ""},
    ],
)
def test_what_is_not_for_this_login_is_refused(
    server: flask.Flask, provider: Provider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    client = server.test_client()

    assert log_in(client).location == "/login?failed=oidc_failed"
    assert person(client) is None
    assert len(server.extensions["bordergap-people"].accounts.all()) == 1


@pytest.mark.parametrize("signs_with", ["other", "secret", "nothing"])
def test_what_the_provider_did_not_sign_is_refused(
    server: flask.Flask, provider: Provider, signs_with: str
) -> None:
    provider.signs_with = signs_with
    client = server.test_client()

    assert log_in(client).location == "/login?failed=oidc_failed"
    assert person(client) is None


def test_a_login_that_another_browser_began_is_refused(server: flask.Flask) -> None:
    client, other = server.test_client(), server.test_client()

    assert log_in(client, state="another").location == "/login?failed=oidc_failed"
    there = other.get("/login/oidc").location
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    asked = f"/login/oidc/back?{urlsplit(back).query}"
    assert client.get(asked).location == "/login?failed=oidc_failed"
    assert other.get(asked).location == "/"
    assert other.get(asked).location == "/login?failed=oidc_failed"  # it opens once


def test_who_has_no_role_here_stays_outside(server: flask.Flask, provider: Provider) -> None:
    provider.claims["groups"] = ["strangers"]
    client = server.test_client()

    assert log_in(client).location == "/login?failed=oidc_role"
    assert person(client) is None


def test_a_provider_that_cannot_be_reached_is_told(server: flask.Flask, provider: Provider) -> None:
    provider.close()

    assert server.test_client().get("/login/oidc").location == "/login?failed=oidc_failed"


def test_keys_are_private_long_and_change(tmp_path: Path) -> None:
    first = signing_keys(tmp_path)
    assert signing_keys(tmp_path) == first
    second = rotate_keys(tmp_path)
    assert second[1:] == first
    assert rotate_keys(tmp_path)[1] == second[0]

    path = tmp_path / FILE
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o644)
    with pytest.raises(WorkspaceError, match="others can read it"):
        signing_keys(tmp_path)
    path.chmod(0o600)
    for weak in ([], ["secret"], ["0" * 64], ["ab" * 31], [7]):
        path.write_text(json.dumps({"keys": weak}))
        with pytest.raises(WorkspaceError, match=r"random bytes|damaged"):
            signing_keys(tmp_path)


@pytest.mark.parametrize(
    ("oidc", "word"),
    [
        ({"issuer": "http://login.example", "client_id": "x", "default_role": "viewer"}, "https"),
        ({"issuer": "https://login.example", "client_id": "x"}, "roles"),
        ({"issuer": "https://login.example", "default_role": "viewer"}, "client_id"),
        ({"issuer": "https://l.example", "client_id": "x", "roles": {"a": "king"}}, "king"),
        (
            {
                "issuer": "https://l.example",
                "client_id": "x",
                "default_role": "viewer",
                "client_secret": "s3-x",
            },
            "variable",
        ),
        (
            {"issuer": "https://l.example", "client_id": "x", "default_role": "viewer", "scope": "profile"},
            "openid",
        ),
        (3, "table"),
    ],
)
def test_settings_that_do_not_fit_are_told(oidc: Any, word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        access_from({"oidc": oidc})
    with pytest.raises(SettingsError, match="idle_hours"):
        access_from({"idle_hours": -1})
