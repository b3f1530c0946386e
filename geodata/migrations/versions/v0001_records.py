"""Records with versions, their history, answers given, facts about the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_REFUSE = """CREATE FUNCTION changes_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the history is only added to'; END $$"""
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and keep the history from being changed."""
    op.create_table(
        "records",
        sa.Column("uid", sa.String(32), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("pairing_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("seen", sa.Text),
        sa.Column("presence", sa.Text, nullable=False),
        sa.Column("moved_from", sa.Text),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.UniqueConstraint("kind", "id", name="records_kind_id"),
        sa.CheckConstraint("version > 0", name="records_version"),
        sa.CheckConstraint("presence IN ('found', 'gone', 'returned', 'moved')", name="records_presence"),
    )
    op.create_index("records_pairing", "records", ["kind", "pairing_id"])
    op.create_table(
        "changes",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("uid", sa.String(32), sa.ForeignKey("records.uid", name="changes_uid"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("old", sa.Text),
        sa.Column("new", sa.Text),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("changes_of", "changes", ["uid", "number"])
    op.create_table(
        "answers",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    for statement in _append_only(op.get_bind().dialect.name):
        op.execute(statement)


def _append_only(dialect: str) -> list[str]:
    """Return what makes the database itself refuse to change or delete a row of the history."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER changes_no_{what} BEFORE {what} ON changes "
            "BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END"
            for what in ("update", "delete")
        ]
    return [
        _REFUSE,
        *(
            f"CREATE TRIGGER changes_no_{what} BEFORE {what} ON changes "
            "FOR EACH ROW EXECUTE FUNCTION changes_refuse()"
            for what in ("update", "delete")
        ),
    ]
