"""KML and KMZ: checked by us, read by GDAL; what they link to elsewhere is not followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.errors import SourceError
from geodata.ingest import ogr
from geodata.ingest.xml_safety import checked_xml

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.ingest.raw import RawTable

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


def read_kml(path: Path, name: str) -> RawTable:
    """Return the placemarks of all folders of a KML file, in their order.

    Raises
    ------
    SourceError
        If it is no KML, has a document type, is nested too deeply, or holds no place.
    """
    with path.open("rb") as file:
        counts = checked_xml(file, name, root="kml", count={"Placemark", "NetworkLink"})
    links = counts.get("NetworkLink", 0)
    if not counts.get("Placemark"):
        about = f"nothing but {links} NetworkLink, which are not followed" if links else "no Placemark"
        raise SourceError(name, [f"there is {about} in it; save the places themselves"])
    raw = ogr.read_ogr(path, name)
    if links:
        raw.notes.append(f"{links} NetworkLink not followed: what they point to is not in the file")
    raw.quiet = (*raw.quiet, *_DRAWN)
    if "id" in raw.rows and raw.rows["id"].isna().all():
        del raw.rows["id"]
    return raw
