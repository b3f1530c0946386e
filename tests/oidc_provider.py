"""A small provider of OpenID Connect on this machine, which can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from werkzeug.serving import make_server

if TYPE_CHECKING:
    import flask
    from werkzeug.serving import BaseWSGIServer

CLIENT, SECRET = "bordergap", "a secret of the provider"


@dataclass
class Provider:
    """What the provider says: of whom, and what is wrong with it."""

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "77", "preferred_username": "mei"})
    wrong: dict[str, Any] = field(default_factory=dict)  # claims in place of the right ones
    signs_with: str = "own"  # own, other, secret, nothing
    asked: list[dict[str, str]] = field(default_factory=list)
    issuer: str = ""

    def __post_init__(self) -> None:
        """Start it."""
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.other = RSAKey.generate_key(2048, {"kid": "1"})
        self.codes: dict[str, dict[str, str]] = {}
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, self.app(), threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def app(self) -> Flask:
        """Return its addresses."""
        app = Flask("provider", static_folder=None)

        @app.get("/.well-known/openid-configuration")
        def told() -> dict[str, Any]:
            names = ("authorization", "token")
            return {
                "issuer": self.issuer,
                **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in names},
                "jwks_uri": f"{self.issuer}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            }

        @app.get("/keys")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorization")
        def authorization() -> flask.typing.ResponseReturnValue:
            code = secrets.token_urlsafe(8)
            self.codes[code] = request.args.to_dict()
            self.asked.append(request.args.to_dict())
            back = urlencode({"code": code, "state": request.args["state"]})
            return redirect(f"{request.args['redirect_uri']}?{back}")

        @app.post("/token")
        def token() -> flask.typing.ResponseReturnValue:
            asked = self.codes.pop(request.form["code"], None)
            proof = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
            sent = request.authorization
            known = sent is not None and (sent.username, sent.password) == (CLIENT, SECRET)
            if asked is None or not known or challenge != asked["code_challenge"]:
                return jsonify({"error": "invalid_grant"}), 400
            now = int(time.time())
            own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
            claims = {**own, **self.claims, **self.wrong}
            return jsonify({"access_token": "x", "token_type": "Bearer", "id_token": self.signed(claims)})

        return app

    def signed(self, claims: dict[str, Any]) -> str:
        """Return the ID token."""
        if self.signs_with == "nothing":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
            body = jwt.encode({"alg": "RS256"}, claims, self.key).split(".")[1]
            return f"{head}.{body}."
        if self.signs_with == "secret":  # with what everybody may read: the public key
            public = OctKey.import_key(self.key.as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "1"}, claims, public)
        key = self.other if self.signs_with == "other" else self.key
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()
