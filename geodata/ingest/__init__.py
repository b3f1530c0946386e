"""A reader for each kind of source, one way from its rows to a canonical layer and its intake record.

What is named here is loaded when it is first used: the process that reads a file starts without the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.ingest.importer import import_source
    from geodata.ingest.look import ColumnLook, TableLook, look

__all__ = ["ColumnLook", "TableLook", "import_source", "look"]

_HOMES = {"import_source": "importer", "ColumnLook": "look", "TableLook": "look", "look": "look"}


def __getattr__(name: str) -> Any:
    """Load a name from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # The function `look` goes before the module of that name.
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
