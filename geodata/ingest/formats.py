"""Which formats are read, told by the endings of files, and which driver of GDAL may read them."""

from __future__ import annotations

from pathlib import PurePath

OSM = (".osm.pbf", ".osm")
TABLES = (".csv", ".tsv")
PARQUET = (".parquet", ".geoparquet")
ZIPPED = (".zip", ".kmz")
DATABASES = (".gpkg", ".gdb")
WORKBOOK = ".xlsx"
RASTERS = (".tif", ".tiff")
SEQUENCES = (".geojsonl", ".geojsons", ".ndjson")
DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
    ".kml": "LIBKML",
    ".dxf": "DXF",
    ".gdb": "OpenFileGDB",
}
# What has arcs is made straight by way of a format that has none; the content is told by its first bytes, so
# that nothing is read through that one.
STRAIGHT = "ESRI Shapefile"
WITH_ARCS = ("GPKG", "OpenFileGDB")
SUFFIXES = frozenset(
    {".geojson", ".json", WORKBOOK, *SEQUENCES, *RASTERS, *ZIPPED, *DRIVERS, *TABLES, *PARQUET},
)


# What offices hand over, too, and what to do with it.
_OTHERWISE = {
    **dict.fromkeys((".xls", ".xlsm", ".xlsb", ".ods", ".et"), "open it and save it as .xlsx"),
    **dict.fromkeys((".txt", ".dat"), "if it is a table, let its name end in .csv"),
    **dict.fromkeys((".rar", ".7z", ".tar", ".gz", ".tgz"), "unpack it, and zip the files"),
    **dict.fromkeys((".dbf", ".shx", ".prj", ".cpg"), "give its .shp, or all files of the layer zipped"),
    **dict.fromkeys((".dwg", ".dgn"), "save it as .dxf"),
    **dict.fromkeys((".mdb", ".tab", ".mif", ".gml", ".topojson"), "export it as a GeoPackage (.gpkg)"),
    **dict.fromkeys((".doc", ".docx", ".pdf", ".wps"), "put its table into a workbook (.xlsx)"),
}


def not_read(name: str) -> str | None:
    """Return why a file of this name is not read, and what to do; None where its ending is one that is."""
    lowered = name.lower()
    if lowered.endswith(OSM) or any(lowered.endswith(suffix) for suffix in SUFFIXES):
        return None
    suffix = PurePath(lowered).suffix
    if suffix in _OTHERWISE:
        return f"the format {suffix} is not supported; {_OTHERWISE[suffix]}"
    wanted = ", ".join(sorted({*SUFFIXES, *OSM}))
    return f"the format {suffix[:20] or 'without ending'} is not supported; give {wanted}"


def drivers_for(suffix: str) -> tuple[str, ...]:
    """Return the drivers that may work on a file of that ending."""
    driver = DRIVERS.get(suffix)
    if driver is None:
        return ()
    return (driver, STRAIGHT) if driver in WITH_ARCS else (driver,)
