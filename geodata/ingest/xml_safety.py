"""XML from outside: well-formed, without a document type, not nested beyond reason; else refused."""

from __future__ import annotations

import xml.sax
from typing import TYPE_CHECKING, Protocol
from xml.sax.handler import ContentHandler  # only the interface; the parser is the guarded one

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from geodata.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Container

MAX_DEPTH = 200  # folders in folders; parsers that recurse would end with the process
_CHUNK = 1 << 16


class Readable(Protocol):
    """What bytes come out of."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


class _Counter(ContentHandler):
    """Counts the elements asked for, and how deep they lie."""

    def __init__(self, wanted: Container[str]) -> None:
        super().__init__()
        self.wanted = wanted
        self.counts: dict[str, int] = {}
        self.depth = 0
        self.root = ""

    def startElement(self, name: str, attrs: object) -> None:  # noqa: ARG002, N802  SAX names it
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RecursionError
        local = name.rpartition(":")[2]
        self.root = self.root or local
        if local in self.wanted:
            self.counts[local] = self.counts.get(local, 0) + 1

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802
        self.depth -= 1


def checked_xml(
    file: Readable, name: str, *, root: str | None = None, count: Container[str] = ()
) -> dict[str, int]:
    """Read XML to its end, keep nothing of it, and return how many of the elements `count` there are.

    Parameters
    ----------
    file
        Open for reading bytes.
    name
        As the user named it.
    root
        Name its outermost element must have.

    Raises
    ------
    SourceError
        If it is no XML, has a document type or entities (they read files and fetch addresses), or is
        nested too deeply.
    """
    counter = _Counter(count)
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(counter)
    try:
        while chunk := file.read(_CHUNK):
            parser.feed(chunk)
        parser.close()
    except DefusedXmlException as error:
        problem = "its XML has a DTD or entities, which are not allowed; export it again without"
        raise SourceError(name, [problem]) from error
    except RecursionError as error:
        problem = f"its XML is nested too deeply, more than {MAX_DEPTH} levels; export it flat"
        raise SourceError(name, [problem]) from error
    except xml.sax.SAXParseException as error:
        place = f"line {error.getLineNumber()}, column {error.getColumnNumber()}"
        problem = f"{place}: its content is not XML in order ({error.getMessage()}); export it again"
        raise SourceError(name, [problem]) from error
    if root is not None and counter.root != root:
        problem = f"its content is <{counter.root[:40]}>, not <{root}>; export it again"
        raise SourceError(name, [problem])
    return counter.counts
