"""Logging in with an office's own provider: OpenID Connect, code flow with PKCE, state and nonce."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, abort, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from joserfc.errors import JoseError

from dashboard.access_table import ACTIONS
from dashboard.login_routes import entered, safe_next
from dashboard.people import ROLES
from geodata.signing_keys import signing_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import flask

    from dashboard.people import People
    from geodata.access_settings import OpenId
    from geodata.account import Role

LOG = logging.getLogger(__name__)
NAME = "office"
PATIENCE_S = 10.0  # for an answer of the provider
LEEWAY_S = 30  # by which its clock may differ
# Signed with the provider's private key: a secret that both know would let either sign.
ALGORITHMS = (
    *(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)),
    "EdDSA",
    "Ed25519",
)
SHORT_S = 600  # a login under way
NAMES = ("preferred_username", "name", "email")  # claims by which a person is called, the first there is
# What Authlib says of answers that are none, or cannot be trusted.
FAULTS = (AuthlibBaseError, JoseError, requests.RequestException, RuntimeError, ValueError)


class Refused(Exception):  # noqa: N818  # an answer, no fault of the program
    """A person the provider knows and this dashboard does not let in, or an answer that cannot be trusted."""


class _OnlyUnderWay(SecureCookieSessionInterface):
    """The cookie of a login under way: signed, for its few minutes, over https where we are reached so."""

    def get_cookie_secure(self, app: flask.Flask) -> bool:  # noqa: ARG002
        """Return whether the cookie goes over https alone."""
        return request.is_secure


def oidc_routes(server: flask.Flask, people: People, root: Path) -> Blueprint:
    """Return the routes of logging in elsewhere; 404 where `access.toml` names no provider."""
    routes = Blueprint("oidc", __name__)
    settings = people.settings.oidc
    provider = None if settings is None else _provider(server, settings, root)

    @routes.get("/login/oidc")
    def begin() -> flask.typing.ResponseReturnValue:
        if provider is None:
            abort(404, "No provider of logins is set up.")
        session.clear()
        session["next"] = safe_next(request.args.get("next"))
        try:
            _require_issuer(provider, settings)
            return provider.authorize_redirect(_back_address(people))  # type: ignore[no-any-return]
        except (*FAULTS, Refused) as error:
            LOG.warning("the provider of logins cannot be used: %s", type(error).__name__)
            return _failed(people, "oidc_failed")

    @routes.get("/login/oidc/back")
    def back() -> flask.typing.ResponseReturnValue:
        if provider is None or settings is None:
            abort(404, "No provider of logins is set up.")
        asked = safe_next(session.get("next"))
        if "error" in request.args:
            return _failed(people, "oidc_refused")
        try:
            claims = _claims(provider, settings)
        except (*FAULTS, Refused) as error:
            LOG.warning("an answer of the provider of logins was refused: %s", type(error).__name__)
            return _failed(people, "oidc_failed")
        finally:
            session.clear()
        role = role_of(claims, settings)
        if role is None:
            return _failed(people, "oidc_role")
        name = next((claims[key] for key in NAMES if claims.get(key)), "person")
        account = people.accounts.of_subject(
            settings.issuer, str(claims["sub"]), str(name), role, regions_of(claims, settings)
        )
        if account.closed is not None:
            return _failed(people, "oidc_role")
        answer: Any = redirect(asked)
        entered(people, answer, account)
        return answer  # type: ignore[no-any-return]

    return routes


def role_of(claims: Mapping[str, Any], settings: OpenId) -> Role | None:
    """Return the highest role that the provider's groups mean here, None for nobody we know."""
    told = claims.get(settings.role_claim)
    groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    roles = [settings.roles[group] for group in groups if isinstance(group, str) and group in settings.roles]
    return max(roles, key=lambda role: ACTIONS.index(ROLES[role]), default=settings.default_role)


def regions_of(claims: Mapping[str, Any], settings: OpenId) -> list[str] | None:
    """Return the regions the provider tells; None where it is not asked, none where it says nothing."""
    if settings.region_claim is None:
        return None
    told = claims.get(settings.region_claim)
    return [told] if isinstance(told, str) else [str(each) for each in told] if isinstance(told, list) else []


def _provider(server: flask.Flask, settings: OpenId, root: Path) -> Any:
    newest, *older = signing_keys(root)
    server.secret_key = newest
    server.config["SECRET_KEY_FALLBACKS"] = older
    server.config["SESSION_COOKIE_NAME"] = f"{server.extensions['bordergap-people'].cookie_name}-login"
    server.config["SESSION_COOKIE_SAMESITE"] = "Lax"  # the provider sends the browser back from its own site
    server.config["PERMANENT_SESSION_LIFETIME"] = SHORT_S
    server.session_interface = _OnlyUnderWay()
    secret = os.environ.get(settings.client_secret) if settings.client_secret else None
    kept = OAuth(server)
    return kept.register(
        NAME,
        client_id=settings.client_id,
        client_secret=secret,
        server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": settings.scope,
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE_S,
            **({} if secret else {"token_endpoint_auth_method": "none"}),
        },
    )


def _require_issuer(provider: Any, settings: OpenId | None) -> None:
    """Refuse what another issuer says of itself, and leave out ways of signing that prove nothing."""
    told = provider.load_server_metadata()
    if settings is None or str(told.get("issuer", "")).rstrip("/") != settings.issuer.rstrip("/"):
        raise Refused("issuer")
    offered = told.get("id_token_signing_alg_values_supported", ("RS256",))
    signed = [name for name in offered if name in ALGORITHMS]
    if not signed:
        raise Refused("algorithms")
    provider.server_metadata["id_token_signing_alg_values_supported"] = signed


def _claims(provider: Any, settings: OpenId) -> Mapping[str, Any]:
    """Return what the provider says of the person: signed by it, for us, this login, and in time."""
    _require_issuer(provider, settings)
    told = provider.authorize_access_token(
        leeway=LEEWAY_S,
        claims_options={
            "iss": {"essential": True, "value": provider.server_metadata["issuer"]},
            "aud": {"essential": True, "value": settings.client_id},
        },
    )
    claims: Mapping[str, Any] | None = told.get("userinfo")
    if claims is None or not claims.get("sub"):
        raise Refused("no id token")
    return claims


def _back_address(people: People) -> str:
    root = (people.public_address() or request.url_root).rstrip("/")
    return f"{root}/login/oidc/back"


def _failed(people: People, why: str) -> flask.typing.ResponseReturnValue:
    people.audit.note("", f"login.{why}", "", request.remote_addr or "")
    return redirect(f"{request.script_root}/login?{urlencode({'failed': why})}")
