"""How people get in, as `access.toml` of a workspace says: names of the server, times, OpenID Connect."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

from geodata.account import Role
from geodata.errors import SettingsError
from geodata.setting_values import ValueChecker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "access.toml"
HOUR_S = 3600
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Name -> from, to.
_NUMBERS = {
    "idle_hours": (0.1, 24 * 30),
    "longest_hours": (0.1, 24 * 90),
    "audit_days": (1, 3650),
    "proxies": (0, 5),
}
_OF_OIDC = {
    "issuer": str,
    "client_id": str,
    "client_secret": str,
    "label": str,
    "scope": str,
    "role_claim": str,
    "region_claim": str,
    "default_role": Role,
    "roles": dict[str, Role],
}


@dataclass(frozen=True)
class OpenId:
    """A provider of OpenID Connect.

    Parameters
    ----------
    issuer
        Its address; `/.well-known/openid-configuration` under it tells the rest.
    client_id
        What it knows this dashboard as.
    client_secret
        Environment variable of the server that holds the secret, if the provider gave one.
    label
        What the button says.
    role_claim, roles
        Claim that holds groups or roles, and which role here each of them means; the highest counts.
    default_role
        Role of those without any of them; None: they are not let in.
    region_claim
        Claim that lists ids of districts or pairings the person is for.
    """

    issuer: str
    client_id: str
    client_secret: str | None = None
    label: str = "OpenID Connect"
    scope: str = "openid profile email"
    role_claim: str = "groups"
    roles: dict[str, Role] = field(default_factory=dict)
    default_role: Role | None = None
    region_claim: str | None = None


@dataclass(frozen=True)
class AccessSettings:
    """What `access.toml` says; everything may be left out.

    Parameters
    ----------
    hosts
        Names under which the server is reached, beside that of `address` in display.toml.
    idle_hours, longest_hours
        A login ends after so long without use, and after so long in any case.
    audit_days
        For how long it is kept who did what.
    proxies
        How many servers stand in front, whose X-Forwarded headers are believed.
    oidc
        A provider that people log in with.
    """

    hosts: tuple[str, ...] = ()
    idle_hours: float = 8.0
    longest_hours: float = 72.0
    audit_days: float = 730.0
    proxies: int = 0
    oidc: OpenId | None = None


def read_access(root: Path) -> AccessSettings:
    """Return what the `access.toml` in folder `root` says; nothing where there is none.

    Raises
    ------
    SettingsError
        Naming each unknown key and each unsuitable value, with its remedy.
    """
    path = root / FILE
    if not path.exists():
        return AccessSettings()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE}: {error}; correct the file or delete it") from error
    return access_from(values)


def access_from(values: Mapping[str, Any]) -> AccessSettings:
    """Return `values` (by the names of `AccessSettings`) checked.

    Raises
    ------
    SettingsError
        Listing everything that does not fit at once.
    """
    known = dict(values)
    asked = known.pop("oidc", None)
    problems = _typed(known, {"hosts": list[str], **dict.fromkeys(_NUMBERS, float)}, "")
    if not problems:
        problems = [
            f"{name}: give a number from {least} to {most}"
            for name, (least, most) in _NUMBERS.items()
            if not least <= known.get(name, least) <= most
        ]
        problems += [
            f"hosts: {host!r} does not fit; give a name such as maps.example, without port"
            for host in known.get("hosts", ())
            if not _HOST.fullmatch(host)
        ]
    if asked is not None:
        problems += _oidc_problems(asked)
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise SettingsError(f"{FILE} cannot be used:{lines}")
    own = {**known, "hosts": tuple(known.get("hosts", ())), "proxies": int(known.get("proxies", 0))}
    return AccessSettings(**own, oidc=None if asked is None else OpenId(**asked))


def _typed(values: Mapping[str, Any], wanted: Mapping[str, Any], where: str) -> list[str]:
    problems: list[str] = []
    for name, value in values.items():
        if name not in wanted:
            problems.append(f"{where}{name}: unknown key; known are {', '.join(wanted)}")
            continue
        checker = ValueChecker(f"{where}{name}", zero=True)
        checker.checked(value, wanted[name])
        problems += checker.problems
    return problems


def _oidc_problems(asked: Any) -> list[str]:
    """Return what is wrong with the table [oidc]."""
    where = "oidc."
    if not isinstance(asked, dict):
        return ["oidc: give a table, [oidc]"]
    problems = _typed(asked, _OF_OIDC, where)
    problems += [
        f"{where}{name}: missing; the provider tells it"
        for name in ("issuer", "client_id")
        if name not in asked
    ]
    if problems:
        return problems
    parts = urlsplit(asked["issuer"])
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        problems.append(f"{where}issuer: give its https address")
    if not _VARIABLE.fullmatch(asked.get("client_secret", "A")):
        problems.append(
            f"{where}client_secret: give the name of an environment variable that holds it, not itself"
        )
    if "openid" not in asked.get("scope", "openid").split():
        problems.append(f'{where}scope: give a text with the word openid, such as "openid profile"')
    if not asked.get("roles") and "default_role" not in asked:
        roles = ", ".join(get_args(Role))
        problems.append(
            f"{where}roles: missing; say which group means which role ({roles}), or give default_role"
        )
    return problems
