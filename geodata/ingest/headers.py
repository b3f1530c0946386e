"""The header of a table: below a title or a line of a program, in one row or two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.ingest.dictionary import dictionary, folded
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.model import Layer

WITHIN = 20  # rows from the top: titles stand above a header
_NAMES_KNOWN = 2  # columns whose names tell something: a header, and no title


def is_header(row: Sequence[Any], layer: Layer | None) -> bool:
    """Return whether a row names columns of the layer (of any where it is not known), or coordinates."""
    texts = [value.strip() for value in row if isinstance(value, str) and value.strip()]
    layers = LAYERS.values() if layer is None else [layer]
    fields = {column for one in layers for column in one.column_names}
    words = dictionary()
    known = {word for column in fields for word in words.words_of(column)}
    named = [text for text in texts if folded(text) in known]
    return len({*named, *words.all_place_columns(texts)}) >= _NAMES_KNOWN


def goes_on(row: Sequence[Any], layer: Layer | None) -> bool:
    """Return whether the row below a header is its second half, as under cells that are merged."""
    only_texts = all(value is None or isinstance(value, str) for value in row)
    return only_texts and is_header(row, layer)


def names_of(upper: Sequence[Any], lower: Sequence[Any] = ()) -> list[str]:
    """Return the names of columns; `lower` goes before where a header has two rows.

    Empty cells at the end are no columns; those between are called by their number. Names that are there
    twice in the lower row get the upper one, which stands over several columns, before them.
    """
    above, below = _texts(upper), _texts(lower)
    width = max(len(above), len(below))
    above += [""] * (width - len(above))
    below += [""] * (width - len(below))
    names, over = [], ""
    for top, name in zip(above, below, strict=True):
        over = top or over
        names.append(f"{over} {name}".strip() if name and below.count(name) > 1 else name or top)
    return [name or f"column {number}" for number, name in enumerate(names, start=1)]


def header_notes(above: int, deep: int) -> list[str]:
    """Return what is to be said of a header that stands below other rows, or in two."""
    if deep > 1:
        return [f"header found in rows {above + 1} and {above + 2}"]
    return [f"header found in row {above + 1}"] if above else []


def _texts(row: Sequence[Any]) -> list[str]:
    texts = ["" if value is None else str(value).strip() for value in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts
