"""KML and KMZ: checked by us, read by GDAL; what they link to elsewhere is not followed."""

from __future__ import annotations

import codecs
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import XMLGenerator  # writes only; the parser is the guarded one

import defusedxml.sax

from geodata.errors import SourceError
from geodata.ingest import ogr
from geodata.ingest.xml_safety import checked_xml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.sax.xmlreader import AttributesImpl

    from geodata.ingest.handover import Handover

# What GDAL makes of any KML, filled or not: how a place is drawn, no data of it.
_DRAWN = (
    "altitudeMode",
    "begin",
    "drawOrder",
    "end",
    "extrude",
    "icon",
    "snippet",
    "tessellate",
    "timestamp",
    "visibility",
)
_ENCODING = re.compile(rb"""(<\?xml[^>]{1,80}?encoding\s*=\s*["'])([\w.-]{1,40})(["'])""")
_HEAD = 200  # bytes in which a declaration stands
_BORNE = {"utf-8", "utf-16", "ascii", "iso8859-1"}  # by the parser we check with
_NAMING = {"Data", "SimpleField", "SimpleData"}  # elements whose attribute `name` is that of a column
_KEPT = re.compile(r"[A-Za-z_]\w*", re.ASCII)  # names that GDAL leaves as they are


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the placemarks of all folders of a KML file, in their order.

    Raises
    ------
    SourceError
        If it is no KML, has a document type, is nested too deeply, or holds no place.
    """
    with tempfile.TemporaryDirectory(prefix="bordergap-") as folder:
        _hand_over({**asked, "path": str(_in_utf8(asked, Path(folder)))}, Path(folder), out)


def _hand_over(asked: dict[str, Any], folder: Path, out: Handover) -> None:
    with Path(asked["path"]).open("rb") as file:
        counts = checked_xml(file, asked["name"], root="kml", count={"Placemark", "NetworkLink"})
    links = counts.get("NetworkLink", 0)
    if not counts.get("Placemark"):
        about = f"nothing but {links} NetworkLink, which are not followed" if links else "no Placemark"
        raise SourceError(asked["name"], [f"there is {about} in it; save the places themselves"])
    ogr.hand_over(_with_plain_names(asked, folder), out)
    for table in out.tables:
        if links:
            table.notes.append(f"{links} NetworkLink not followed: what they point to is not in the file")
        table.quiet = _DRAWN if "id" in table.filled else (*_DRAWN, "id")


def _in_utf8(asked: dict[str, Any], folder: Path) -> Path:
    """Return the file or, where it says an encoding that parsers do not bear (GBK), a copy in UTF-8."""
    path = Path(asked["path"])
    with path.open("rb") as file:
        said = _ENCODING.search(file.read(_HEAD))
    try:
        encoding = codecs.lookup(said.group(2).decode()).name if said else "utf-8"
    except LookupError as error:
        problem = "its XML is in an encoding nobody knows; save it as UTF-8"
        raise SourceError(asked["name"], [problem]) from error
    if encoding in _BORNE:
        return path
    copy = folder / "utf8.kml"
    try:
        with path.open(encoding=encoding) as file, copy.open("w", encoding="utf-8") as out:
            out.write(_ENCODING.sub(rb"\1UTF-8\3", file.readline().encode()).decode())
            shutil.copyfileobj(file, out)
    except UnicodeDecodeError as error:
        problem = f"its letters are not {encoding}, as it says; save it as UTF-8"
        raise SourceError(asked["name"], [problem]) from error
    return copy


def _with_plain_names(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what is asked of a copy whose columns have names GDAL bears, and what each is really called.

    GDAL turns every letter beyond ASCII into _: 产业 and 状态 would be one column.
    """
    copy = folder / "places.kml"
    with copy.open("w", encoding="utf-8") as file:
        renaming = _Renaming(file)
        parser = defusedxml.sax.make_parser()
        parser.forbid_dtd = True
        parser.setContentHandler(renaming)
        parser.parse(asked["path"])
    if not renaming.plain:
        return asked
    return {**asked, "path": str(copy), "called": {plain: name for name, plain in renaming.plain.items()}}


class _Renaming(XMLGenerator):
    """Writes KML as it comes, with numbers for names of columns that GDAL would change."""

    def __init__(self, file: Any) -> None:
        super().__init__(file, encoding="utf-8")
        self.plain: dict[str, str] = {}

    def startElement(self, name: str, attrs: AttributesImpl | Mapping[str, str]) -> None:  # noqa: N802  SAX names it
        said = dict(attrs.items())
        column = said.get("name", "")
        if name.rpartition(":")[2] in _NAMING and column and not _KEPT.fullmatch(column):
            said["name"] = self.plain.setdefault(column, f"column_{len(self.plain) + 1}_of_kml")
        super().startElement(name, said)  # type: ignore[arg-type]  # a mapping will do
