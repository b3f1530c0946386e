"""Errors whose text a planner can act on; pages and command line catch BordergapError and show it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_TOLD = 200  # problems of one source


class BordergapError(Exception):
    """Anything bordergap tells its user to put right; the data are at fault (exit code 1)."""


class SourceError(BordergapError, ValueError):
    """A source that cannot be used; lists every problem at once.

    Parameters
    ----------
    source
        File, layer or address as the user named it.
    problems
        One sentence each: row or place, reason; remedy.
    """

    def __init__(self, source: str, problems: Iterable[str]) -> None:
        self.source = source
        self.problems = list(problems)
        lines = "".join(f"\n  {problem}" for problem in self.problems)
        super().__init__(f"{source} cannot be used:{lines}")


@contextmanager
def told_as(name: str, called: str | None) -> Iterator[None]:
    """Let messages on the source `name` call it as its owner does."""
    try:
        yield
    except SourceError as error:
        if called is None:
            raise
        problems = [problem.replace(name, called) for problem in error.problems]
        raise SourceError(error.source.replace(name, called), problems) from error


@contextmanager
def collected(failed: list[SourceError]) -> Iterator[None]:
    """Put a SourceError into `failed` and go on: what comes after it may have problems of its own."""
    try:
        yield
    except SourceError as error:
        failed.append(error)


def all_told(source: str, failed: Sequence[SourceError]) -> SourceError:
    """Return the errors on parts of `source` as one that names each part; that of one part as it is."""
    if len(failed) == 1:
        return failed[0]
    problems = []
    for error in failed:
        part = error.source.removeprefix(f"{source}: ").removeprefix(f"{source}/")
        about = "" if part == source else f"{part} cannot be used: "
        problems += [f"{about}{problem}" for problem in error.problems]
    more = len(problems) - _TOLD
    return SourceError(
        source, [*problems[:_TOLD], *([f"{more} more problems like these"] if more > 0 else [])]
    )


class CrsError(BordergapError, ValueError):
    """Coordinates without a reference system, or in one that does not fit."""


class SettingsError(BordergapError, ValueError):
    """A setting with an unknown name or a value outside its range."""


class WorkspaceError(BordergapError):
    """A workspace that is missing, locked, incomplete or of another version."""


class UsageError(BordergapError):
    """The command itself is at fault (exit code 2)."""
