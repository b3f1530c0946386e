"""Measurables along and across a border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from world import frame, point, with_travel

from geodata.model import TABLES
from layers.profile import profiles

if TYPE_CHECKING:
    import pandas as pd

WIDE = {"A": box(-12000, 0, 0, 10000), "B": box(0, 0, 12000, 10000)}


def values(table: pd.DataFrame, direction: str, measurable: str) -> dict[tuple[str, float], float]:
    rows = table[(table["direction"] == direction) & (table["measurable"] == measurable)]
    return {(row.side, row.from_m): row.value for row in rows.itertuples()}


def stops(*counts: tuple[float, int]) -> list[dict[str, Any]]:
    return [
        {"kind": "bus_stop", "geometry": point(x, 4000 + 100 * k)}
        for x, count in counts
        for k in range(count)
    ]


def people(*rows: tuple[float, float]) -> list[dict[str, Any]]:
    return [{"people": number, "geometry": point(x, 5000)} for x, number in rows]


def test_a_jump_at_the_line() -> None:
    """Two stops a thousand people on side a, one on side b, at every distance."""
    middle = [500 + 1000 * k for k in range(10)]
    world = frame(
        WIDE,
        assets=stops(*((-x, 2) for x in middle), *((x, 1) for x in middle)),
        population=people(*((sign * x, 1000) for x in middle for sign in (-1, 1))),
    )

    table = profiles(world)

    across = values(table, "across", "bus_stop")
    assert across == {
        **{("a", -1000.0 * (k + 1)): 20.0 for k in range(10)},
        **{("b", 1000.0 * k): 10.0 for k in range(10)},
    }
    assert values(table, "across", "people")["a", -3000] == pytest.approx(100, rel=0.02)
    along = values(table, "along", "people")
    assert along["a", 0] == along["b", 9000] == 0
    assert sum(along.values()) == pytest.approx(2000 / 2 + 2000 / 2, rel=0.01)  # 2 km² a cell
    assert list(table.columns) == list(TABLES["profiles"].column_names)


def test_a_depression_around_the_line() -> None:
    near, deep = [(-1500, 4), (1500, 4)], [(-6500, 20), (6500, 20)]
    population = people(*((x, 10000) for x, _ in near + deep))

    across = values(
        profiles(frame(WIDE, assets=stops(*near, *deep), population=population)), "across", "bus_stop"
    )

    assert (across["a", -7000], across["a", -2000], across["b", 1000], across["b", 6000]) == (20, 4, 4, 20)
    assert np.isnan(across["a", -1000])
    assert np.isnan(across["b", 3000])


def test_roads_by_cell_and_band() -> None:
    """A gravel track across everything, and an asphalt road along side a at 1.5 km."""
    world = frame(
        WIDE,
        roads=[
            {
                "road_class": "track",
                "surface": "gravel",
                "geometry": LineString([(-12000, 4500), (12000, 4500)]),
            },
            {
                "road_class": "primary",
                "surface": "asphalt",
                "geometry": LineString([(-1500, 0), (-1500, 10000)]),
            },
        ],
    )
    table = profiles(world)

    tracks = values(table, "along", "road_track")
    assert tracks["a", 5000] == tracks["b", 5000] == pytest.approx(2 / 2, rel=1e-3)
    assert tracks["a", 4000] == 0
    across = values(table, "across", "road_arterial")
    assert across["a", -2000] == pytest.approx(10 / 10, rel=1e-3)
    assert across["a", -1000] == across["b", 0] == 0
    paved = values(table, "along", "paved_share")
    assert paved["a", 0] == 1
    assert paved["a", 5000] == pytest.approx(1 / 3)
    assert np.isnan(paved["b", 0])
    assert values(table, "across", "paved_share")["a", -2000] == pytest.approx(10 / 11)
    assert set(values(table, "across", "road_local").values()) == {0.0}


def test_points_by_area_without_people_and_on_seams() -> None:
    """Without people a density; 1 000 m from the line is of the first band, the line itself of both sides."""
    world = frame(
        WIDE, facilities=[{"kind": "clinic", "geometry": point(x, 5500)} for x in (0, -1000, 12000)]
    )
    table = profiles(world)

    across = values(table, "across", "clinic")
    assert across["a", -1000] == pytest.approx(2 / 10, rel=1e-3)
    assert across["b", 0] == pytest.approx(1 / 10, rel=1e-3)
    assert across["a", -2000] == 0
    assert values(table, "along", "clinic")["a", 4000] == pytest.approx(2 / 2, rel=1e-3)
    assert table["unit"].unique().tolist() == ["per km2"]


def test_a_main_on_the_line_is_of_both_sides() -> None:
    main = {"kind": "water_main", "geometry": LineString([(0.04, 0), (0.04, 10000)])}
    across = values(profiles(frame(WIDE, assets=[main])), "across", "water_main")

    assert across["a", -1000] == pytest.approx(1, rel=1e-3)
    assert across["b", 0] == pytest.approx(1, rel=1e-3)
    assert across["a", -2000] == 0


def test_no_ground_no_value() -> None:
    """District A is 1.2 km deep: bands beyond have no density, not zero."""
    narrow = {"A": box(-1200, 0, 0, 10000), "B": box(0, 0, 12000, 10000)}
    across = values(profiles(frame(narrow, population=people((-500, 10)))), "across", "people")

    assert across["a", -1000] > 0
    assert across["a", -2000] == 0
    assert np.isnan(across["a", -3000])


def test_minutes_to_ones_own_clinic() -> None:
    """T_own is a mean over people; who lives nowhere near a clinic of their own is left out."""
    world = frame(
        WIDE,
        population=people((-500, 300), (-700, 100), (1500, 10)),
        facilities=[{"kind": "clinic", "geometry": point(-500, 5000)}],
    )
    table = profiles(with_travel(world))

    across = values(table, "across", "t_own_clinic")
    per_m = 1.3 / 35_000 * 60  # straight line
    assert across["a", -1000] == pytest.approx(100 / 400 * 200 * per_m, abs=1e-4)
    assert np.isnan(across["a", -2000])
    assert np.isnan(across["b", 1000])
    assert table.loc[table["measurable"] == "t_own_clinic", "unit"].unique().tolist() == ["min"]


def test_no_layers_no_rows() -> None:
    assert profiles(frame()).empty


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(-9000, 9000), st.integers(1, 3)), min_size=1, max_size=6))
def test_mirroring_the_map_swaps_the_sides(counts: list[tuple[float, int]]) -> None:
    def across(sign: int) -> dict[tuple[str, float], float]:
        return values(
            profiles(frame(WIDE, assets=stops(*((sign * x, n) for x, n in counts)))), "across", "bus_stop"
        )

    swapped = {
        ("b" if side == "a" else "a", -from_m - 1000): value for (side, from_m), value in across(-1).items()
    }
    assert across(1) == pytest.approx(swapped)
