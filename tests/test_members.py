"""Members side by side: differences in words, common scales, and the matrix of all pairs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import shown_world
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box
from world import STRIP, layer

from dashboard.differences import difference
from dashboard.matrix import matrix_of
from dashboard.members import EVERYTHING, compare_body
from dashboard.results import ResultsCache
from dashboard.scales import scale_of, ticks
from geodata.intake import IntakeRecord
from layers.run import analyse
from layers.wording import number

if TYPE_CHECKING:
    from dashboard.results import Results

AB = ("Ash", "Birch")
PARKS = [
    {
        "name": "Leaf",
        "geometry": Point(-5000, 1000),
        "industries": ["Tea", "Steel"],
        "status": "building",
        "partners": ["C"],
    },
    {
        "name": "<b>Both</b>",
        "geometry": box(-3000, -800, -2000, 200),
        "industries": [" tea"],
        "status": "planned",
    },
    {"name": "Quiet", "geometry": Point(3000, -3000), "industries": [], "status": "operating"},
]


@pytest.mark.parametrize(
    ("values", "unit", "better", "said", "winner"),
    [
        ((3.0, 1.0), "km/km2", "more", "Ash has 3.0 times as much", 0),
        ((1.0, 1.05), "per 10000 people", "more", "Birch has 5% more", 1),
        ((30.0, 12.0), "min", "less", "Birch takes 18 min less", 1),
        ((0.5, 0.8), "share", "more", "Birch is 30 points higher", 1),
        ((0.0, 2.0), "per 10000 people", "more", "only Birch has any", 1),
        ((5.0, 20.0), "people", "", "Birch has 4.0 times as much", None),
        ((5.0, 5.01), "people", "", "about the same", None),
        ((None, 5.0), "min", "less", "no data for Ash", None),
        ((None, None), "min", "less", "no data for either", None),
        ((0.62, 0.59), "min", "less", "about the same", None),  # both are told as 0.6 min
    ],
)
def test_a_difference_is_told_in_words(
    values: tuple[float | None, ...], unit: str, better: str, said: str, winner: int | None
) -> None:
    told = difference(values, AB, unit, better, "en")  # type: ignore[arg-type]

    assert (told.said, told.better) == (said, winner)


@given(st.floats(0.001, 1e6), st.floats(0.001, 1e6))
def test_who_comes_first_changes_nothing(one: float, other: float) -> None:
    there = difference([one, other], AB, "people", "more", "zh")
    back = difference([other, one], AB[::-1], "people", "more", "zh")

    assert there.said == back.said
    assert there.distance == back.distance
    assert there.better is None or there.better == 1 - (back.better or 0)


@given(
    st.lists(
        st.floats(0, 1e9, allow_subnormal=False).filter(lambda value: value == 0 or value > 1e-6), min_size=1
    )
)
def test_every_value_has_a_place_in_order_on_its_scale(values: list[float]) -> None:
    scale = scale_of(values, "people")
    places = [scale.place(value) or 0.0 for value in sorted(values)]

    assert places == sorted(places)
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)
    assert all(0 <= tick["at"] <= 1 + 1e-9 for tick in ticks(scale, "people", "en"))


def test_equal_ratios_are_equally_long() -> None:
    scale = scale_of([1.0, 2.0, 50.0, 100.0], "min")
    one, two, fifty, hundred = (scale.place(value) or 0.0 for value in (1.0, 2.0, 50.0, 100.0))

    assert two - one == pytest.approx(hundred - fifty)
    assert math.isclose(hundred - one, (two - one) * math.log(100) / math.log(2))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Return the small world with A and B as counterparts and all three as a group."""
    workspace = shown_world.make(tmp_path_factory.mktemp("members") / "world")
    rows = [
        {"pairing_id": "far", "kind": "counterpart", "members": [["A"], ["C"]], "name": "甲—丙"},
        {"pairing_id": "three", "kind": "group", "members": [["A"], ["B"], ["C"]], "name": "三方"},
    ]
    record = IntakeRecord("pairings", rows_read=2, accepted=2, provenance="measured")
    workspace.write_layer("pairings", pd.DataFrame(rows), record)
    parks = STRIP.unproject_frame(layer("parks", PARKS))
    record = IntakeRecord("parks", rows_read=3, accepted=3, provenance="generated")
    workspace.write_layer("parks", parks, record)
    analyse(workspace, engine="serial")
    return ResultsCache(workspace.path).current()


def test_a_pair_is_told_apart_without_being_asked(results: Results) -> None:
    body = compare_body(results, "en", "far")
    rows = {row["key"]: row for group in body["groups"] for row in group["rows"]}

    assert body["picked"] == ["A", "C"]
    assert rows["population"]["texts"] == ["800", "—"]  # nobody is known to live there
    assert rows["population"]["said"] == "no data for South"
    assert rows["clinic"]["better"] is None  # nobody lives in the south: no rate, and that is said
    assert rows["clinic"]["said"] == "no data for South"
    assert body["matrix"] is None


def test_parks_and_industries_side_by_side(results: Results) -> None:
    """The park that reaches over the line belongs to C, which holds more of it."""
    body = compare_body(results, "en", "far")["parks"]

    told = [(row["name"], row["texts"], row["shared"]) for row in body["industries"]]
    assert told == [
        ("Tea", ["50% (parks: 1)", "100% (parks: 1)"], True),
        ("Steel", ["50% (parks: 1)", "—"], False),
    ]
    assert [[park["name"] for park in parks] for parks in body["lists"]] == [
        ["Leaf"],
        ["<b>Both</b>", "Quiet"],
    ]
    assert body["lists"][0][0] == {
        "name": "Leaf",
        "industries": "Tea and Steel",
        "status": "being built",
        "mark": "generated",
        "together": True,
    }
    assert body["lists"][1][1]["industries"] == "industries unknown"
    assert body["mark"] == "generated"
    rows = results.rows_of("comparisons", "far").set_index("indicator")["value"]
    assert body["difference"] == number(rows["krugman_industries"]) == "0.5"


def test_members_of_a_group_have_parks_once_two_are_picked(results: Results) -> None:
    assert compare_body(results, "zh", "three", "A")["parks"] is None

    body = compare_body(results, "zh", "three", "C", "B")["parks"]

    assert [len(parks) for parks in body["lists"]] == [2, 0]
    assert body["difference"] == ""  # nothing to be unlike


def test_a_group_has_a_matrix_and_spreads(results: Results) -> None:
    body = compare_body(results, "en", "three", "A", "B")
    rows = {row["key"]: row for group in body["groups"] for row in group["rows"]}

    # "far" has the members of A--C, and its place.
    assert {cell["id"] for cell in body["matrix"]["cells"]} == {"A--B", "B--C", "far"}
    assert sorted(body["matrix"]["order"]) == [0, 1, 2]
    assert rows["area"]["spread"]["gini"] == "0.0417"  # of 60, 60 and 72 square kilometres: 48 / 9 / 2 / 64
    assert rows["area"]["said"] == "about the same"


def test_all_districts_can_be_looked_at_without_any_agreement(results: Results) -> None:
    body = compare_body(results, "zh", EVERYTHING)

    assert body["groups"] == []
    assert len(body["matrix"]["cells"]) == len(results.borders)


def test_a_cell_without_findings_is_empty_not_light(results: Results) -> None:
    cells = {cell["id"]: cell for cell in matrix_of(results, [["A"], ["B"], ["C"]], "en")["cells"]}

    assert cells["A--B"]["classes"]["worst"] == 4  # the wall of the west, with severity above 80
    for key, cell in cells.items():
        found = results.summary["gaps"].loc[key]
        assert (cell["classes"]["gaps"] == -1) == (found == 0)
