"""What a file holds is proposed from its names and values, and taken where there is no doubt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import departments
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from shapely import Point

from dashboard.cli import main
from geodata.ingest.look import look
from geodata.ingest.recognise import propose
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return departments.workspace_with_districts(tmp_path)


def csv_of(path: Path, columns: dict[str, list[Any]]) -> Path:
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_a_shapefile_of_a_department_is_recognised_and_taken(workspace: Path, tmp_path: Path) -> None:
    source, saved = departments.gbk_roads(tmp_path), tmp_path / "roads.toml"

    refused = run("import", workspace, source)
    taken = run("import", workspace, source, "--accept", "--save-mapping", saved)

    assert refused.exit_code == 1
    assert "--crs EPSG:4545" in refused.output
    assert taken.exit_code == 0, taken.output
    rows = Workspace.open(workspace).read_layer("roads")
    assert rows is not None
    assert rows["name"].tolist() == ["甲路", "乙路", "丙路"]
    assert rows["surface"].tolist() == ["concrete", "gravel", "三合土"]
    assert rows.geometry.iloc[0].coords[0] == pytest.approx(
        (departments.WEST + 0.01, departments.SOUTH + 0.01)
    )
    assert "surface: 1 values are no known kind" in taken.output

    again = run("import", workspace, source, "--mapping", saved, "--value", "surface:三合土=dirt")

    assert again.exit_code == 0, again.output
    rows = Workspace.open(workspace).read_layer("roads")
    assert rows is not None
    assert rows["surface"].tolist() == ["concrete", "gravel", "dirt"]


def test_a_proposal_is_printed_and_nothing_stored(workspace: Path, tmp_path: Path) -> None:
    source = departments.gbk_roads(tmp_path)

    told = run("import", workspace, source, "--propose")
    (proposal,) = json.loads(run("import", workspace, source, "--propose", "--json").stdout)

    assert told.exit_code == 0
    assert "三合土 = ? (1)" in told.output
    assert proposal["clear_layer"] == "roads"
    assert {field["field"]: field["column"] for field in proposal["fields"]} == {
        "road_class": "技术等级",
        "name": "路线名称",
        "surface": "路面类型",
        "lanes": "车道数",
    }
    assert proposal["mapping"]["crs"] == "EPSG:4545"
    assert not Workspace.open(workspace).has_layer("roads")


def test_shifted_points_are_proposed_and_never_guessed(workspace: Path, tmp_path: Path) -> None:
    source = departments.gcj02_clinics(tmp_path)

    (proposal,) = json.loads(run("import", workspace, source, "--propose", "--json").stdout)
    refused = run("import", workspace, source, "--accept")
    taken = run("import", workspace, source, "--accept", "--datum", "gcj02")

    assert proposal["coordinates"][0]["datum"] == "gcj02"
    assert (proposal["coordinates"][0]["inside"], proposal["layer"]) == (1, "facilities")
    assert refused.exit_code == 1
    assert "--datum gcj02" in refused.output
    assert taken.exit_code == 0, taken.output
    record = Workspace.open(workspace).intake_of("facilities")
    assert record is not None
    assert (record.accepted, record.datum) == (8, "gcj02 to WGS 84")
    assert set(Workspace.open(workspace).read_layer("facilities")["kind"]) == {  # type: ignore[index]
        "clinic",
        "hospital",
        "elder_care",
    }


def test_columns_are_recognised_by_their_values(tmp_path: Path) -> None:
    source = csv_of(
        tmp_path / "数据.csv",
        {"经度": [106.5, 106.6], "纬度": [29.5, 29.6], "字段一": ["卫生院", "派出所"], "备注": ["无", "无"]},
    )

    proposal = propose(look(source)[0])

    (kind,) = [guess for guess in proposal.fields if guess.field == "kind"]
    assert proposal.clear_layer == "facilities"
    assert (kind.column, kind.certain) == ("字段一", False)
    assert proposal.unused == ("备注",)


def test_what_is_only_likely_is_not_taken_without_asking(workspace: Path, tmp_path: Path) -> None:
    source = csv_of(
        tmp_path / "facilities.csv", {"经度": [106.55], "纬度": [29.52], "主要设施类型": ["卫生院"]}
    )

    plain = run("import", workspace, source)
    asked = run("import", workspace, source, "--accept")

    assert plain.exit_code == asked.exit_code == 0
    assert "no column for kind" in plain.output
    assert Workspace.open(workspace).read_layer("facilities")["kind"].tolist() == ["clinic"]  # type: ignore[index]


def test_a_file_that_may_be_two_layers_is_asked_about(workspace: Path, tmp_path: Path) -> None:
    source = csv_of(tmp_path / "点.csv", {"经度": [106.55, 106.56], "纬度": [29.52, 29.52], "甲": ["x", "y"]})

    refused = run("import", workspace, source, "--accept")

    assert refused.exit_code == 1
    assert "say --layer" in refused.output


def test_areas_of_land_use_by_their_chinese_classes(tmp_path: Path) -> None:
    shapes = [Point(106.5 + 0.01 * k, 29.5).buffer(0.004) for k in range(4)]
    rows = np.array(["水田", "旱地", "工业用地", "宅基地"])
    source = tmp_path / "图斑.geojson"
    departments.gpd.GeoDataFrame({"DLMC": rows}, geometry=shapes, crs=4326).to_file(source)

    proposal = propose(look(source)[0])

    assert proposal.clear_layer == "landuse"
    said = proposal.values  # noqa: PD011  # no frame
    assert {guess.value: guess.meaning for guess in said} == {
        "水田": "farmland",
        "旱地": "farmland",
        "工业用地": "industrial",
        "宅基地": "residential",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('layer = "streets"\n', "streets"),
        ('[fields]\nnmae = "a"\n', "nmae"),
        ("[values]\nsurface = 3\n", "values by field"),
        ('datum = "wgs"\n', "gcj02"),
        ("colour = 1\n", "colour"),
    ],
)
def test_a_mapping_that_is_none_is_refused(workspace: Path, tmp_path: Path, text: str, told: str) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(text, encoding="utf-8")

    result = run("import", workspace, departments.gbk_roads(tmp_path), "--mapping", mapping)

    assert result.exit_code == 1
    assert told in result.output


def test_a_value_needs_a_field_and_a_meaning(workspace: Path, tmp_path: Path) -> None:
    result = run("import", workspace, departments.gbk_roads(tmp_path), "--value", "surface=dirt")

    assert result.exit_code == 2
    assert "field:value=meaning" in result.output
