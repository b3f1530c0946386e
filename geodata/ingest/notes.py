"""Notes on a source that was read in batches: said once, with their counts added up."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS_SHOWN = 50  # notes on single rows
_COUNTED = re.compile(
    r"(?P<before>(?:[a-z_]+: )?)(?P<count>\d+)(?P<after> [^(:]*)(?P<shown>[(:].*)?", re.DOTALL
)
_LISTED = re.compile(r"(?P<before>[a-z_]+: values translated: )(?P<items>.*)", re.DOTALL)
_ITEM = re.compile(r"(.*?) \((\d+)\)(?:, |$)", re.DOTALL)
_SHOWN = 12
_OF_A_ROW = "row "


def merged(notes: Sequence[str]) -> list[str]:
    """Return notes in the order they first came; those that differ in counts alone with the sums of them.

    Examples are those of the first.
    """
    counts: dict[tuple[str, ...], int] = {}
    texts: dict[tuple[str, ...], re.Match[str] | str] = {}
    items: dict[tuple[str, ...], Counter[str]] = {}
    for note in notes:
        found = None if note.startswith(_OF_A_ROW) else _COUNTED.fullmatch(note)
        listed = None if found else _LISTED.fullmatch(note)
        if found:
            key: tuple[str, ...] = (found["before"], found["after"])
            counts[key] = counts.get(key, 0) + int(found["count"])
        elif listed:
            key = (listed["before"],)
            for item, count in _ITEM.findall(listed["items"]):
                items.setdefault(key, Counter())[item] += int(count)
        else:
            key = (note,)
        texts.setdefault(key, found or note)
    said = [_said(text, counts.get(key, 0), key, items.get(key)) for key, text in texts.items()]
    rows = [note for note in said if note.startswith(_OF_A_ROW)]
    left = set(rows[ROWS_SHOWN:])
    return [*(note for note in said if note not in left), *_more(len(left))]


def _said(text: re.Match[str] | str, count: int, key: tuple[str, ...], items: Counter[str] | None) -> str:
    if isinstance(text, re.Match):
        return f"{text['before']}{count}{text['after']}{text['shown'] or ''}"
    if items is None:
        return text
    shown = ", ".join(f"{item} ({number})" for item, number in items.most_common(_SHOWN))
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return f"{key[0]}{shown}{more}"


def _more(rows: int) -> list[str]:
    return [f"{rows} more rows like these"] if rows else []
