"""Passwords: which are taken, how they are kept (Argon2id), how they are compared."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geodata.errors import UsageError

SHORTEST, LONGEST = 12, 256  # letters
FEWEST_LETTERS = 5  # different ones
AT_ONCE = 2  # comparisons of a process at a time: each takes 64 MB and a core (RFC 9106)
HASHER = PasswordHasher()
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another one
_GROUPS, _GROUP = 4, 4  # 79 bits
_TURNS = threading.BoundedSemaphore(AT_ONCE)


def require_good(password: str, name: str) -> None:
    """Raise UsageError for a password that is too easy to guess.

    Length is what counts (NIST SP 800-63B); no signs of a kind are asked for.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST} letters; take a few words")
    if len(set(password)) < FEWEST_LETTERS or _holds(password, name):
        raise UsageError("the password is too easy to guess; take several words that do not hold the name")


def for_once(name: str) -> str:
    """Return a password, random and legible, that the account `name` may be given for its next login."""
    while True:
        groups = ("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
        made = "-".join(groups)
        if len(set(made)) >= FEWEST_LETTERS and not _holds(made, name):
            return made


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    with _TURNS:
        return HASHER.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Return whether `password` is the one of which `kept` is; takes as long where there is none."""
    with _TURNS:
        try:
            HASHER.verify(kept or _nobodys(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Return whether a password would be hashed in another way today."""
    return HASHER.check_needs_rehash(kept)


def _holds(password: str, name: str) -> bool:
    """Return whether a name stands in a password; one of signs alone tells nothing, and stands in most."""
    return any(map(str.isalnum, name)) and name.casefold() in password.casefold()


@cache
def _nobodys() -> str:
    """Return the hash that a password is compared with where there is no account."""
    return HASHER.hash("no account has this one")
