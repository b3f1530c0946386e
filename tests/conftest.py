"""What all tests share: hypothesis without a deadline, as nothing is timed; the demo; a PostgreSQL."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from click.testing import CliRunner
from hypothesis import settings

from dashboard.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

# A submission is judged by the same examples every time; whoever works on it meets new ones.
settings.register_profile("bordergap", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("bordergap")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let who tries one test file again and again keep the demo between runs."""
    parser.addoption(
        "--demo", type=Path, help="folder to keep the demo workspace in; only what is due is redone"
    )


@pytest.fixture(scope="session")
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workspace that `bordergap demo` makes, analysed; for reading only."""
    kept: Path | None = request.config.getoption("--demo")
    folder = kept or tmp_path_factory.mktemp("demo") / "bordergap-demo"
    result = CliRunner().invoke(main, ["demo", "--dir", str(folder), "--no-serve"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def postgres() -> Iterator[str]:
    """Give the address of an empty database with PostGIS on a real server; it is gone after the test."""
    server = os.environ.get("BORDERGAP_TEST_POSTGRES")
    if server is None:
        pytest.skip("needs PostgreSQL: set BORDERGAP_TEST_POSTGRES to what .ci/postgres start prints")
    name = f"bordergap_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        address = server.rsplit("/", 1)[0] + f"/{name}"
        with psycopg.connect(address, autocommit=True) as inside:
            inside.execute("CREATE EXTENSION postgis")
        yield address
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
