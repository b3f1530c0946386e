"""The table of kinds tells the truth: what a kind does not declare to depend on does not change it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest
import rich_world

from geodata.settings import Settings, settings_from
from layers.block import CROSSINGS
from layers.due import layers_of
from layers.kinds import KINDS
from layers.region import region_of
from layers.results import result_tables
from layers.work import OWNERS, run_checks

# Each setting with a value that makes a difference, and the settings it needs for that.
CHANGED: dict[str, tuple[Any, dict[str, Any]]] = {
    "segment_m": (700.0, {}),
    "zone_m": (1400.0, {}),
    "boundary_tolerance_m": (70.0, {}),
    "min_piece_m": (1400.0, {}),
    "known_unclaimed": ([[108.00052, 29.84832]], {}),  # within the wider gap
    "mode": ("walk", {}),
    "respect_oneway": (True, {}),
    "snap_m": (20.0, {}),
    "access_m": (300.0, {}),
    "min_component_m": (3000.0, {}),
    "walk_kmh": (2.0, {}),
    "maxspeed_share": (0.3, {}),
    "speeds_kmh": ({"tertiary": 12.0, "secondary": 20.0, "busway": 30.0}, {}),
    "straight_line": (["school", "clinic"], {}),
    "detour": (2.5, {"straight_line": ["school", "clinic"]}),
    "straight_kmh": (12.0, {"straight_line": ["school", "clinic"]}),
    "thresholds_min": ({"school": 8.0, "clinic": 8.0, "fire_station": 20.0}, {}),
    "walk_school_min": (60.0, {"mode": "walk"}),
    "provision": ({"school": "region", "clinic": "parent"}, {}),
    "dead_end_m": (25.0, {}),
    "link_m": (20.0, {}),
    "duplicate_min": (0.5, {}),
    "landuse_conflicts": ([["quarry", "residential"], ["orchard", "industrial"]], {}),
}
LAYERS = rich_world.layers()
Tables = dict[str, pd.DataFrame]


def dependents(setting: str) -> frozenset[str]:
    return frozenset(name for name, kind in KINDS.items() if setting in kind.settings)


def tables(due: list[str], values: dict[str, Any], **changed: Any) -> Tables:
    """Return gaps and what was not computed, of the kinds `due`, with settings and layers changed."""
    layers = {name: rows for name, rows in {**LAYERS, **changed}.items() if rows is not None}
    region = region_of(layers, settings_from(values, "test"), {}, pairings_only=False)
    asked = {*region.pairs["pairing_id"], *region.far["pairing_id"]}
    return result_tables(*run_checks(region, asked, due, engine="serial"))


def of_kinds(found: Tables, kinds: list[str]) -> Tables:
    """Return the rows of `kinds`."""
    gaps, notes = found["gaps"], found["not_computed"]
    mine = notes["check"].replace(OWNERS).isin(kinds)
    return {
        "gaps": pd.DataFrame(gaps[gaps["kind"].isin(kinds)].to_wkb()).reset_index(drop=True),
        "not_computed": notes[mine].reset_index(drop=True),
    }


def assert_same(one: Tables, other: Tables) -> None:
    for name in ("gaps", "not_computed"):
        pd.testing.assert_frame_equal(one[name].astype(object), other[name].astype(object), check_like=False)


@pytest.fixture(scope="module")
def usual() -> Tables:
    return tables([*KINDS, CROSSINGS], {})


def test_the_world_has_every_kind(usual: Tables) -> None:
    assert set(usual["gaps"]["kind"]) == set(KINDS)


def test_every_setting_is_one_that_some_kind_depends_on() -> None:
    names = {field.name for field in dataclasses.fields(Settings)}

    assert set(CHANGED) == names
    assert {name for kind in KINDS.values() for name in kind.settings} == names


GROUPS = sorted({dependents(name) for name in CHANGED if dependents(name) != frozenset(KINDS)}, key=sorted)


@pytest.mark.parametrize("depending", GROUPS, ids=lambda kinds: f"{len(kinds)} kinds, {min(kinds)}")
def test_kinds_that_do_not_declare_a_setting_do_not_depend_on_it(
    depending: frozenset[str], usual: Tables
) -> None:
    together = {name: value for name, (value, _) in CHANGED.items() if dependents(name) == depending}
    others = [name for name in KINDS if name not in depending]

    assert together
    assert_same(of_kinds(tables(others, together), others), of_kinds(usual, others))


@pytest.mark.parametrize("layer", ["roads", "facilities", "assets", "parks", "landuse", "population"])
def test_kinds_that_do_not_declare_a_layer_do_not_read_it(layer: str, usual: Tables) -> None:
    others = [name for name in KINDS if layer not in layers_of(name)]

    changed = tables(others, {}, **{layer: LAYERS[layer].iloc[::2].reset_index(drop=True)})
    assert_same(of_kinds(changed, others), of_kinds(usual, others))
    without = tables(others, {}, **{layer: None})
    assert_same(of_kinds(without, others), of_kinds(usual, others))


@pytest.mark.parametrize("setting", CHANGED)
def test_every_setting_makes_a_difference(setting: str, usual: Tables) -> None:
    """Else the world would not notice what a kind keeps quiet about."""
    value, base = CHANGED[setting]
    telling = {
        "duplicate_min": "service_duplicate",
        "known_unclaimed": "boundary_gap",
        "snap_m": "road_step_change",
        "min_piece_m": "low_permeability",
        "segment_m": "road_dead_end",
        "boundary_tolerance_m": "boundary_gap",
    }
    quick = ("service_imbalance", "road_dead_end", "landuse_conflict")
    kind = telling.get(setting) or next(name for name in quick if name in dependents(setting))
    before = of_kinds(usual if not base else tables([kind], base), [kind])
    after = of_kinds(tables([kind], {**base, setting: value}), [kind])

    with pytest.raises(AssertionError):
        assert_same(before, after)
