"""Passwords for once, and accounts out of use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("accounts", sa.Column("once_until", sa.BigInteger))
    op.add_column("accounts", sa.Column("closed", sa.Text))
    op.create_index("audit_of", "audit", ["who", "what"])
