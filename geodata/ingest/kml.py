"""KML and KMZ: checked by us, read by GDAL; what they link to elsewhere is not followed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError
from geodata.ingest import ogr
from geodata.ingest.xml_safety import checked_xml

if TYPE_CHECKING:
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


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the placemarks of all folders of a KML file, in their order.

    Raises
    ------
    SourceError
        If it is no KML, has a document type, is nested too deeply, or holds no place.
    """
    with Path(asked["path"]).open("rb") as file:
        counts = checked_xml(file, asked["name"], root="kml", count={"Placemark", "NetworkLink"})
    links = counts.get("NetworkLink", 0)
    if not counts.get("Placemark"):
        about = f"nothing but {links} NetworkLink, which are not followed" if links else "no Placemark"
        raise SourceError(asked["name"], [f"there is {about} in it; save the places themselves"])
    ogr.hand_over(asked, out)
    for table in out.tables:
        if links:
            table.notes.append(f"{links} NetworkLink not followed: what they point to is not in the file")
        table.quiet = _DRAWN if "id" in table.filled else (*_DRAWN, "id")
