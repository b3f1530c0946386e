"""Bring a database to the version of this program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from geodata.database_errors import DatabaseError

if TYPE_CHECKING:
    import sqlalchemy as sa

MIGRATIONS = Path(__file__).parent


def run_migrations(connection: sa.Connection, name: str, folder: Path, revision: str = "head") -> None:
    """Take the steps of `folder`, up to `revision`, that were not taken, in the transaction of `connection`.

    Raises
    ------
    DatabaseError
        If a later version of the program has made the database `name`.
    """
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise DatabaseError(
            f"{name} was made by a later version of bordergap; update bordergap to open it"
        ) from error
