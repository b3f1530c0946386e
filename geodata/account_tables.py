"""The tables of accounts, of who is logged in, of attempts to log in, and of who did what."""

from __future__ import annotations

import sqlalchemy as sa

from geodata.database_tables import METADATA

# SQLite numbers rows by itself in columns of exactly this type.
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False),  # the name as it is compared
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("regions", sa.Text),  # JSON list of district and pairing ids; null: all
    sa.Column("sees", sa.Text, nullable=False),  # all, own
    sa.Column("password", sa.Text),  # Argon2 hash; null: logs in elsewhere
    sa.Column("issuer", sa.Text),  # of OpenID Connect, with the subject
    sa.Column("subject", sa.Text),
    sa.Column("created", sa.Text, nullable=False),  # UTC, ISO
    sa.Column("once_until", sa.BigInteger),  # seconds since 1970: until then the password serves once
    sa.Column("closed", sa.Text),  # UTC, ISO; null: in use
)
SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("digest", sa.String(64), primary_key=True),  # SHA-256 of what the cookie holds
    sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),  # seconds since 1970
    sa.Column("seen", sa.BigInteger, nullable=False),
)
ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True),
    sa.Column("key", sa.String(64), nullable=False),  # digest of a name, an address, or both
    sa.Column("at", sa.BigInteger, nullable=False),
)
AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True),
    sa.Column("at", sa.Text, nullable=False),  # UTC, ISO
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),  # shortened
)
