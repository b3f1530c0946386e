"""Which formats are read, told by the endings of files, and which driver of GDAL may read them."""

from __future__ import annotations

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


def drivers_for(suffix: str) -> tuple[str, ...]:
    """Return the drivers that may work on a file of that ending."""
    driver = DRIVERS.get(suffix)
    if driver is None:
        return ()
    return (driver, STRAIGHT) if driver in WITH_ARCS else (driver,)
