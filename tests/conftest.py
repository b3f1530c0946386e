"""What all tests share: hypothesis without a deadline, as nothing is timed, and the demo, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import settings

from dashboard.cli import main

if TYPE_CHECKING:
    from pathlib import Path

settings.register_profile("bordergap", deadline=None, print_blob=True)
settings.load_profile("bordergap")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workspace that `bordergap demo` makes, analysed; for reading only."""
    folder = tmp_path_factory.mktemp("demo") / "bordergap-demo"
    result = CliRunner().invoke(main, ["demo", "--dir", str(folder), "--no-serve"])
    assert result.exit_code == 0, result.output
    return folder
