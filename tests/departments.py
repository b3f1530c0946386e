"""Files as departments hand them over: a GBK shapefile in Gauss-Krüger, a workbook with GCJ-02 points."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
from click.testing import CliRunner
from shapely import LineString, box

from dashboard.cli import main
from geodata.datum import wgs84_to_gcj02

if TYPE_CHECKING:
    from pathlib import Path

WEST, SOUTH, SIDE = 106.5, 29.5, 0.04
STRIP = 4545  # CGCS2000, Gauss-Krüger, central meridian 108 E, eastings without the zone's number


def workspace_with_districts(folder: Path) -> Path:
    """Return a workspace of two square districts, Alder and Birch, side by side."""
    squares = [box(WEST + k * SIDE, SOUTH, WEST + (k + 1) * SIDE, SOUTH + SIDE) for k in range(2)]
    districts = gpd.GeoDataFrame(
        {"district_id": ["D1", "D2"], "name": ["桤木区", "白桦区"]}, geometry=squares, crs=4326
    )
    source = folder / "districts.geojson"
    districts.to_file(source)
    workspace = folder / "workspace"
    for words in (["new", str(workspace)], ["import", str(workspace), str(source)]):
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, result.output
    return workspace


def gbk_roads(folder: Path, *, prj: bool = False) -> Path:
    """Return a zip with the shapefile 农村公路, texts in GBK, coordinates in a Gauss-Krüger strip."""
    rows = gpd.GeoDataFrame(
        {
            "路线名称": ["甲路", "乙路", "丙路"],
            "技术等级": ["县道", "村道", "机耕道"],
            "路面类型": ["水泥", "砂石", "三合土"],
            "车道数": [2, 1, 1],
        },
        geometry=[
            LineString([(WEST + 0.01, SOUTH + 0.01 * k), (WEST + 0.07, SOUTH + 0.01 * k)]) for k in (1, 2, 3)
        ],
        crs=4326,
    ).to_crs(STRIP)
    made = folder / "shp"
    made.mkdir()
    rows.to_file(made / "农村公路.shp", encoding="GBK")
    zipped = folder / "农村公路.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for part in sorted(made.iterdir()):
            if part.suffix in {".shp", ".shx", ".dbf"} or (prj and part.suffix == ".prj"):
                archive.write(part, part.name)
    return zipped


def gcj02_clinics(folder: Path) -> Path:
    """Return a workbook of places of care along the eastern edge of Birch, in GCJ-02, under a title row."""
    lat = np.linspace(SOUTH + 0.002, SOUTH + SIDE - 0.002, 8)
    lon = np.full(8, WEST + 2 * SIDE - 0.0005)
    east, north = wgs84_to_gcj02(lon, lat)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["白桦区医疗机构一览"])
    sheet.append(["机构名称", "机构类别", "经度", "纬度", "床位数"])
    kinds = ["卫生院", "村卫生室", "医院", "养老院"]
    for k in range(8):
        sheet.append([f"第{k + 1}院", kinds[k % 4], float(east[k]), float(north[k]), 10 * k])
    path = folder / "医疗机构.xlsx"
    book.save(path)
    return path
