"""A reader for each kind of source, one way from its rows to a canonical layer and its intake record."""

from geodata.ingest.importer import import_source
from geodata.ingest.look import ColumnLook, TableLook, look

__all__ = ["ColumnLook", "TableLook", "import_source", "look"]
