"""OSM extracts: a hand-made one with every trap, and the real one of Liechtenstein."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pytest
from shapely import Point

from geodata.errors import SourceError
from geodata.ingest import import_source, osm_tags
from geodata.workspace import Workspace

LIECHTENSTEIN = (
    Path(__file__).parents[2] / "shared" / "data" / "liechtenstein" / "liechtenstein-2013-08-03.osm.pbf"
)


class Drawing:
    """An extract drawn by hand; nodes are named by their place, in hundredths of a degree."""

    def __init__(self) -> None:
        self.nodes: dict[int, Any] = {}
        self.ways: list[Any] = []
        self.relations: list[Any] = []

    def node(self, x: int, y: int, *, there: bool = True, **tags: str) -> int:
        """Return the id of the node at (x, y); not `there`: the extract ends before it."""
        identity = 1000 + 100 * x + y
        if there:
            location = (108 + x / 100, 30 + y / 100)
            self.nodes[identity] = osmium.osm.mutable.Node(
                id=identity, location=location, tags=tags, version=1
            )
        return identity

    def way(self, identity: int, nodes: list[int], **tags: str) -> None:
        """Add a way; `__` in a key stands for `:`."""
        named = {key.replace("__", ":"): value for key, value in tags.items()}
        self.ways.append(osmium.osm.mutable.Way(id=identity, nodes=nodes, tags=named, version=1))

    def ring(self, identity: int, x: int, y: int, size: int, **tags: str) -> None:
        """Add a square, its lower left corner at (x, y)."""
        corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
        self.way(identity, [self.node(*corner) for corner in corners], **tags)

    def relation(self, identity: int, members: list[tuple[str, int, str]], **tags: str) -> None:
        """Add a relation of (type, id, role)."""
        made = osmium.osm.mutable.Relation(id=identity, members=members, tags=tags, version=1)
        self.relations.append(made)

    def write(self, path: Path) -> Path:
        """Write it all in the order extracts have, and return the path."""
        with osmium.SimpleWriter(str(path)) as writer:
            for _, node in sorted(self.nodes.items()):
                writer.add_node(node)
            for way in sorted(self.ways, key=lambda way: way.id):
                writer.add_way(way)
            for relation in sorted(self.relations, key=lambda relation: relation.id):
                writer.add_relation(relation)
        return path


BOUNDARY = {"type": "boundary", "boundary": "administrative", "admin_level": "8"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def layer(workspace: Workspace, name: str) -> gpd.GeoDataFrame:
    rows = workspace.read_layer(name)
    assert isinstance(rows, gpd.GeoDataFrame)
    return rows


def test_districts_with_holes_and_exclaves_and_cut_ones(tmp_path: Path, workspace: Workspace) -> None:
    #  1 is a square of 4 with a hole of 1 and an exclave of 1; 2 fills the hole; 3 is cut by the edge
    drawing = Drawing()
    drawing.ring(1, 0, 0, 4, admin_level="8", boundary="administrative")  # an outline carries the tags too
    drawing.ring(2, 1, 1, 1)
    drawing.ring(3, 10, 0, 1)
    seat = drawing.node(3, 3, place="town", name="Seat", population="900")
    outer = [("w", 1, "outer"), ("w", 3, "outer"), ("w", 2, "inner"), ("n", seat, "admin_centre")]
    drawing.relation(1, outer, **BOUNDARY, name="One", population="1000")
    drawing.relation(2, [("w", 2, "outer")], **BOUNDARY, name="Two")
    drawing.relation(3, [("w", 1, "outer"), ("w", 99, "outer")], **BOUNDARY, name="Cut")
    drawing.relation(4, [("w", 3, "outer")], **{**BOUNDARY, "admin_level": "6"}, name="Upper")

    records = import_source(workspace, drawing.write(tmp_path / "town.osm.pbf"), admin_level=8)

    districts = layer(workspace, "districts").set_index("district_id")
    assert sorted(districts.index) == ["r1", "r2"]
    assert districts.geometry["r1"].area == pytest.approx((16 - 1 + 1) / 1e4)
    assert not districts.geometry["r1"].intersects(Point(108.015, 30.015))  # in the hole
    assert districts.geometry["r1"].intersects(Point(108.105, 30.005))  # in the exclave
    assert (districts["seat_lon"]["r1"], districts["seat_lat"]["r1"]) == (108.03, 30.03)
    assert districts["population"]["r1"] == 1000
    assert districts["seat_lon"].isna()["r2"]
    quarantine = workspace.quarantine("districts")
    assert quarantine is not None
    assert quarantine["feature_id"].tolist() == ["r3"]
    assert "not complete in the extract" in quarantine["reason"][0]
    assert json.loads(quarantine["osm_tags"][0])["name"] == "Cut"
    record = records[0]
    assert (record.rows_read, record.accepted, record.quarantined) == (3, 2, 1)
    assert record.licence == "ODbL 1.0"
    assert record.attribution == "© OpenStreetMap contributors"
    assert record.provenance == "measured"
    people = layer(workspace, "population")
    assert people["people"].tolist() == [900]


def test_official_codes_are_ids_where_all_have_one(tmp_path: Path, workspace: Workspace) -> None:
    drawing = Drawing()
    for number, code in ((1, "AT-1"), (2, "AT-2")):
        drawing.ring(number, 10 * number, 0, 1)
        tags = {**BOUNDARY, "admin_level": "4", "name": code, "ISO3166-2": code}
        drawing.relation(number, [("w", number, "outer")], **tags)

    import_source(workspace, drawing.write(tmp_path / "a.osm.pbf"), admin_level=4)

    assert layer(workspace, "districts")["district_id"].tolist() == ["AT-1", "AT-2"]


def test_roads_keep_their_tags_and_shared_nodes(tmp_path: Path, workspace: Workspace) -> None:
    drawing = Drawing()
    cross = drawing.node(1, 1)
    tags = {"surface": "asphalt", "lanes": "2", "width": "5.5 m", "maxspeed": "30 mph", "lit": "yes"}
    more = {"operator": "A", "layer": "-1", "ref": "G5", "sidewalk__left": "yes", "sidewalk__right": "no"}
    drawing.way(1, [drawing.node(0, 1), cross, drawing.node(2, 1)], highway="primary", **tags, **more)
    drawing.way(2, [drawing.node(1, 0), cross], highway="residential")
    drawing.way(3, [drawing.node(5, 5), drawing.node(6, 6)], highway="construction")

    (record,) = import_source(workspace, drawing.write(tmp_path / "a.osm.pbf"))

    roads = layer(workspace, "roads").set_index("feature_id")
    first = roads.loc["w1"]
    assert sorted(roads.index) == ["w1", "w2"]
    assert (first["road_class"], first["surface"], first["ref"], first["lit"]) == (
        "primary",
        "asphalt",
        "G5",
        "yes",
    )
    assert (first["lanes"], first["width_m"], first["layer"]) == (2, 5.5, -1)
    assert first["maxspeed_kmh"] == pytest.approx(48.28032)
    assert (first["sidewalk"], first["managed_by"]) == ("left", "A")
    assert roads.loc["w2"].drop(["road_class", "geometry"]).isna().all()
    assert first.geometry.coords[1] == roads.geometry["w2"].coords[1]
    assert "1 ways left out" in record.notes[0]


def test_roads_are_cut_at_the_edge_of_the_extract(tmp_path: Path, workspace: Workspace) -> None:
    drawing = Drawing()
    places = [(0, 0, True), (1, 0, True), (2, 0, False), (3, 0, True), (4, 0, True), (5, 0, False)]
    drawing.way(1, [drawing.node(x, y, there=there) for x, y, there in places], highway="track")
    drawing.way(2, [drawing.node(0, 1), drawing.node(0, 2, there=False)], highway="track")

    (record,) = import_source(workspace, drawing.write(tmp_path / "a.osm.pbf"))

    roads = layer(workspace, "roads")
    assert roads["feature_id"].tolist() == ["w1", "w1"]
    assert [round(line.length, 6) for line in roads.geometry] == [0.01, 0.01]
    assert (record.rows_read, record.accepted, record.quarantined) == (2, 1, 1)
    assert "1 ways cut at the edge of the extract" in record.notes
    quarantine = workspace.quarantine("roads")
    assert quarantine is not None
    assert "outside the extract" in quarantine["reason"][0]


def test_places_of_every_form(tmp_path: Path, workspace: Workspace) -> None:
    drawing = Drawing()
    drawing.node(20, 20, amenity="doctors", name="Dr. A")
    drawing.node(21, 20, amenity="police", operator="Land")
    drawing.node(22, 20, highway="street_lamp")
    drawing.ring(1, 0, 0, 1, amenity="hospital", capacity="120")
    drawing.ring(2, 2, 0, 1, landuse="industrial", name="Works")
    drawing.ring(3, 4, 0, 1, landuse="industrial")
    drawing.ring(4, 6, 0, 1, landuse="reservoir")
    drawing.ring(5, 8, 0, 1, barrier="fence")
    drawing.ring(6, 10, 0, 1, man_made="water_tower")
    drawing.way(7, [drawing.node(0, 9), drawing.node(1, 9)], barrier="guard_rail")
    drawing.way(8, [drawing.node(0, 8), drawing.node(1, 8)], waterway="canal", usage="irrigation")
    drawing.way(9, [drawing.node(0, 7), drawing.node(1, 7)], landuse="forest")  # not closed
    drawing.way(10, [drawing.node(12, 0), drawing.node(13, 0), drawing.node(13, 1)], landuse="meadow")
    drawing.way(11, [drawing.node(13, 1), drawing.node(12, 0)])
    drawing.relation(1, [("w", 10, "outer"), ("w", 11, "outer")], type="multipolygon", landuse="meadow")

    records = {r.layer: r for r in import_source(workspace, drawing.write(tmp_path / "a.osm.pbf"))}

    facilities = layer(workspace, "facilities").set_index("feature_id")
    assert facilities["kind"].to_dict() == {"n3020": "clinic", "n3120": "police", "w1": "hospital"}
    assert facilities["capacity"]["w1"] == 120
    assert facilities["managed_by"]["n3120"] == "Land"
    assert set(facilities.geometry.geom_type) == {"Point"}
    assert "1 amenity=doctors taken as clinic" in records["facilities"].notes
    assets = layer(workspace, "assets").set_index("feature_id")
    assert assets["kind"].to_dict() == {
        "n3220": "street_lamp",
        "w4": "reservoir",
        "w5": "fence",
        "w6": "water_tower",
        "w7": "guard_rail",
        "w8": "irrigation_canal",
    }
    assert assets.geometry.geom_type["w5"] == "LineString"
    assert layer(workspace, "parks")["name"].tolist() == ["Works"]
    landuse = layer(workspace, "landuse").set_index("feature_id")["landuse_class"].to_dict()
    assert landuse == {
        "w1": "hospital",
        "w2": "industrial",
        "w3": "industrial",
        "w4": "water",
        "r1": "meadow",
    }
    quarantine = workspace.quarantine("landuse")
    assert quarantine is not None
    assert quarantine["feature_id"].tolist() == ["w9"]


def test_people_are_counted_once(tmp_path: Path, workspace: Workspace) -> None:
    drawing = Drawing()
    drawing.node(1, 1, place="town", population="12,000")
    drawing.node(2, 1, place="suburb", population="4000")
    drawing.node(3, 1, place="village", population="about 300")
    drawing.node(4, 1, place="hamlet")

    (record,) = import_source(workspace, drawing.write(tmp_path / "a.osm.pbf"))

    assert layer(workspace, "population")["people"].tolist() == [12000]
    assert (record.rows_read, record.quarantined) == (2, 1)
    assert any(note.startswith("1 parts of towns") for note in record.notes)


@pytest.mark.parametrize(
    ("tags", "column", "value"),
    [
        ({"sidewalk": "no"}, "sidewalk", "none"),
        ({"sidewalk": "separate"}, "sidewalk", None),
        ({"sidewalk:both": "yes"}, "sidewalk", "both"),
        ({"sidewalk:left": "no", "sidewalk:right": "no"}, "sidewalk", "none"),
        ({"sidewalk:left": "yes"}, "sidewalk", None),
        ({"highway": "motorway"}, "oneway", "yes"),
        ({"junction": "roundabout"}, "oneway", "yes"),
        ({"highway": "motorway", "oneway": "no"}, "oneway", "no"),
        ({}, "oneway", None),
        ({"source:maxspeed": "AT:urban"}, "maxspeed_kmh", "AT:urban"),
        ({"barrier:left": "guard_rail"}, "barrier_left", "guard_rail"),
        ({"barrier:left": "guard_rail"}, "barrier_right", None),
        ({"barrier:both": "no"}, "barrier_right", "none"),
        ({"guard_rail": "right"}, "barrier_right", "guard_rail"),
        ({"guard_rail": "right"}, "barrier_left", "none"),
        ({"dual_carriageway": "yes"}, "median", "yes"),
    ],
)
def test_road_tags(tags: dict[str, str], column: str, value: str | None) -> None:
    assert osm_tags.road_columns(tags)[column] == value


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"landuse": "quarry"}, "quarry"),
        ({"boundary": "protected_area", "protect_class": "12"}, "water_protection"),
        ({"boundary": "protected_area", "protection_title": "Waldreservat"}, "forest_reserve"),
        ({"leisure": "nature_reserve"}, "nature_reserve"),
        ({"landuse": "yes"}, None),
        ({"building": "yes"}, None),
    ],
)
def test_land_use(tags: dict[str, str], name: str | None) -> None:
    assert osm_tags.landuse_of(tags) == name


def test_an_extract_without_what_is_asked_for_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "broken.osm.pbf").write_bytes(b"\0\0\0\x0dnonsense")
    drawing = Drawing()
    drawing.way(1, [drawing.node(0, 0), drawing.node(1, 1)], highway="track")
    roads = drawing.write(tmp_path / "roads.osm.pbf")
    empty = Drawing().write(tmp_path / "empty.osm.pbf")

    for path, level, words in (
        (tmp_path / "broken.osm.pbf", None, "download the extract again"),
        (roads, 8, "no boundary of admin level 8"),
        (empty, None, "nothing for any layer"),
    ):
        with pytest.raises(SourceError, match=words):
            import_source(workspace, path, admin_level=level)
    assert workspace.layer_names() == []


@pytest.mark.skipif(
    not LIECHTENSTEIN.exists(), reason="the extract of Liechtenstein is not beside the repository"
)
def test_liechtenstein(workspace: Workspace) -> None:
    records = {r.layer: r for r in import_source(workspace, LIECHTENSTEIN, admin_level=8)}

    districts = layer(workspace, "districts")
    assert len(districts) == 11
    assert districts.to_crs("EPSG:32632").area.sum() / 1e6 == pytest.approx(160.38, abs=0.01)
    assert districts["district_id"].str.fullmatch(r"r\d+").all()
    assert records["districts"].quarantined == 11  # neighbours in Switzerland and Austria, cut by the edge
    roads = layer(workspace, "roads")
    assert len(roads) == 2750
    assert (roads["maxspeed_kmh"].notna().sum(), roads["lanes"].notna().sum()) == (188, 18)
    kinds = layer(workspace, "facilities")["kind"].value_counts()
    assert (kinds["hospital"], kinds["school"]) == (1, 16)
    assert {record.date for record in records.values()} == {"2013-08-03"}
    assert all(record.accepted + record.quarantined == record.rows_read for record in records.values())
    assert workspace.layer_names() == ["districts", "roads", "facilities", "assets", "parks", "landuse"]
