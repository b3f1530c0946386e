"""The tables of the database as this version of the program knows them."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
# SQLite numbers rows by itself in columns of exactly this type.
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

RECORDS = sa.Table(
    "records",
    METADATA,
    sa.Column("uid", sa.String(32), primary_key=True),  # stays when a gap's id moves
    sa.Column("kind", sa.Text, nullable=False),  # gap, item
    sa.Column("id", sa.Text, nullable=False),
    sa.Column("pairing_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),  # counts changes of `fields`
    sa.Column("fields", sa.Text, nullable=False),  # JSON object
    sa.Column("seen", sa.Text),  # JSON object: the gap as last found
    sa.Column("presence", sa.Text, nullable=False),
    sa.Column("moved_from", sa.Text),
    sa.Column("changed", sa.Text, nullable=False),  # UTC, ISO
    sa.Column("changed_by", sa.Text, nullable=False),
)
CHANGES = sa.Table(
    "changes",
    METADATA,
    sa.Column("number", _NUMBER, primary_key=True),  # the order of changes, whatever clocks do
    sa.Column("uid", sa.String(32), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("old", sa.Text),  # JSON
    sa.Column("new", sa.Text),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),  # person, import, analysis, restore
    sa.Column("at", sa.Text, nullable=False),
)
ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),  # of what was asked
    sa.Column("answer", sa.Text, nullable=False),  # JSON
    sa.Column("at", sa.Text, nullable=False),
)
FACTS = sa.Table(
    "facts",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
ALL = (RECORDS, CHANGES, ANSWERS, FACTS)
