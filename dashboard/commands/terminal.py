"""What the commands write to a terminal: progress, tables, JSON; outside text made harmless."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
import orjson
from tqdm import tqdm

if TYPE_CHECKING:
    from layers.wording import Lang

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all

BAR = "{desc:<32} {bar:24} {n_fmt}/{total_fmt} {elapsed}"
BAR_WORDS = 44
# Overrides and isolates, which can make a line read in another order than it stands in.
TEXT_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

WORKSPACE = click.argument(
    "workspace", type=click.Path(exists=True, file_okay=False, path_type=str), metavar="WORKSPACE"
)


def printable(text: str) -> str:
    """Return `text` with control characters made visible: a name must not steer the terminal.

    Line breaks stay, and so do the marks that joined scripts need inside words.
    """
    return "".join(f"\\x{ord(char):02x}" if _steers(char) else char for char in text)


def language() -> Lang:
    """Return the language of the findings: Chinese where the terminal's locale is."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "zh" if os.environ[name].lower().startswith("zh") else "en"
    return "en"


def say(text: str) -> None:
    """Write a line for the person at the terminal; results alone go to standard output."""
    click.echo(printable(text), err=True)


def write_json(value: Any) -> None:
    """Write `value` to standard output as JSON, UTF-8, missing numbers as null."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    click.echo(orjson.dumps(value, default=str, option=options).decode())


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Return an aligned table; columns `right` (positions) are aligned right.

    Chinese letters count as two columns, as terminals draw them.
    """
    lines = [list(header), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            _pad(cell, widths[column], right=column in right) for column, cell in enumerate(line)
        ).rstrip()
        for line in lines
    )


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """Give a progress function that draws a bar; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    with tqdm(file=sys.stderr, leave=False, bar_format=BAR) as bar:

        def show(what: str, done: int, total: int) -> None:
            bar.set_description_str(printable(what)[:BAR_WORDS], refresh=False)
            bar.total, bar.n = total, done
            bar.refresh()

        yield show


def _steers(char: str) -> bool:
    return (unicodedata.category(char) in {"Cc", "Cs"} and char != "\n") or char in TEXT_DIRECTION


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int, *, right: bool) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap
