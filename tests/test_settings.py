"""Settings: what a workspace may change, and what it is told where a value does not fit."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import SettingsError
from geodata.settings import Settings, read_settings, settings_from, settings_toml

if TYPE_CHECKING:
    from pathlib import Path

POSITIVE = st.floats(1e-6, 1e9) | st.integers(1, 10**6)
CLASSES = st.text(min_size=1).filter(str.strip)
CHANGES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "zone_m": POSITIVE,
        "min_piece_m": st.just(0),
        "mode": st.sampled_from(["drive", "walk"]),
        "respect_oneway": st.booleans(),
        "speeds_kmh": st.dictionaries(CLASSES, POSITIVE),
        "T": st.dictionaries(CLASSES, POSITIVE),
        "straight_line": st.lists(st.sampled_from(["clinic", "school"])),
        "provision": st.dictionaries(st.just("hospital"), st.sampled_from(["district", "parent", "region"])),
        "known_unclaimed": st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list)),
        "landuse_conflicts": st.lists(st.tuples(CLASSES, CLASSES).map(list)),
    },
)


@given(CHANGES)
def test_what_is_written_is_read_again(changes: dict[str, Any]) -> None:
    settings = settings_from(changes, "config.json")

    assert settings_from(tomllib.loads(settings_toml(settings)), "settings.toml") == settings


def test_defaults_need_no_words() -> None:
    assert settings_toml(Settings()) == ""
    assert settings_from({}, "config.json") == Settings()


def test_only_what_differs_is_written() -> None:
    settings = settings_from({"zone_m": 1500, "segment_m": 1000, "T": {"clinic": 15, "school": 30}}, "c")

    assert tomllib.loads(settings_toml(settings)) == {"zone_m": 1500.0, "thresholds_min": {"school": 30.0}}


def test_tables_are_merged_entry_by_entry() -> None:
    settings = settings_from({"T": {"clinic": 10}, "provision": {"hospital": "parent"}}, "config.json")

    assert settings.threshold_min("clinic") == 10
    assert settings.threshold_min("hospital") == 30
    assert settings.provision_of("hospital") == "parent"
    assert settings.provision_of("clinic") == "district"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zone_n": 1}, ["zone_n", "did you mean zone_m?"]),
        ({"zone_m": 0}, ["zone_m: 0 does not fit; give a number above 0"]),
        ({"zone_m": True}, ["zone_m: True does not fit"]),
        ({"zone_m": "2 km"}, ["'2 km' does not fit"]),
        ({"zone_m": float("nan")}, ["zone_m: nan"]),
        ({"zone_m": 10**400}, ["zone_m: 1000", "…"]),
        ({"min_piece_m": -1}, ["of 0 or more"]),
        ({"mode": "fly"}, ["give one of drive, walk"]),
        ({"respect_oneway": 1}, ["true or false"]),
        ({"T": {"clinic": -5}}, ["T.clinic: -5"]),
        ({"T": {"clinic": 5}, "thresholds_min": {"clinic": 6}}, ["given twice"]),
        ({"T": [5]}, ["a table"]),
        ({"provision": {"hospital": "county"}}, ["provision.hospital: 'county'", "district, parent, region"]),
        ({"straight_line": ["clinc"]}, ["'clinc' has no T; did you mean clinic?"]),
        ({"straight_line": "clinic"}, ["a list"]),
        ({"known_unclaimed": [[47.1, 9.5, 3]]}, ["no place"]),
        ({"known_unclaimed": [[None, 9.5]]}, ["known_unclaimed[0][0]: None"]),
        ({"landuse_conflicts": [["industrial"]]}, ["no pair"]),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(changes, "config.json")

    assert all(word in str(caught.value) for word in ["config.json cannot be used", *words])


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from({"zone_m": -1, "mode": "fly", "colour": "red"}, "config.json")

    assert len(str(caught.value).splitlines()) == 4


def test_a_kind_of_ones_own_gets_its_time_first() -> None:
    settings = settings_from({"T": {"library": 20}, "straight_line": ["library"]}, "config.json")

    assert settings.threshold_min("library") == 20


def test_a_missing_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "settings.toml") == Settings()


@pytest.mark.parametrize("content", [b"zone_m = ", b"\xff\xfe"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(content)

    with pytest.raises(SettingsError, match=r"settings\.toml: "):
        read_settings(tmp_path / "settings.toml")
