"""Items of the programme: imported rows and what people make of them, checked by the model of their kind."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from dashboard.i18n import catalogue
from dashboard.programme import field_json
from geodata.database import Database
from geodata.programme_items import ProgrammeItems
from geodata.programme_kinds import KINDS, checked
from geodata.records import Conflict, Refused
from layers.wording import LANGS

if TYPE_CHECKING:
    from pathlib import Path

MEMBERS = {"p": ["a", "b"]}
IMPORTED = gpd.GeoDataFrame(
    {
        "item_id": ["park", "odd"],
        "pairing_id": ["p", "gone"],
        "kind": ["park", "festival"],
        "title": ["Joint park", "Lanterns"],
        "shares": ['{"a": 0.6, "b": 0.4}', "by turns"],
        "parties": [["a", "b"], None],
        "amount_cny": [8e6, float("nan")],
        "provenance": ["measured", None],
    },
    geometry=[Point(106, 29), None],
    crs="EPSG:4326",
)


@pytest.fixture
def items(tmp_path: Path) -> ProgrammeItems:
    return ProgrammeItems(Database(tmp_path), lambda: IMPORTED, lambda pairing: MEMBERS.get(pairing, []))


def add(items: ProgrammeItems, item_id: str = "new", **changes: Any) -> Any:
    given_ = {"kind": "project", "pairing_id": "p", "title": "Bridge", **changes}
    return items.change(item_id, given_, version=0, author="Li", key=f"add-{item_id}")


def test_imported_rows_are_items_nobody_has_changed(items: ProgrammeItems) -> None:
    park, odd = items.items()

    assert (park.version, park.place, park.values["shares"]) == (0, (106.0, 29.0), {"a": 0.6, "b": 0.4})
    assert (odd.values["shares"], odd.values["amount_cny"], odd.kind) == ("by turns", None, "festival")


def test_a_change_of_an_imported_row_keeps_the_rest(items: ProgrammeItems) -> None:
    items.change("park", {"tax_shares": {"a": 0.5, "b": 0.5}}, version=0, author="Li", key="1")

    park = items.items()[0]
    assert (park.version, park.values["title"], park.values["amount_cny"]) == (1, "Joint park", 8e6)
    assert [(each.field, each.author) for each in items.history("park")] == [("tax_shares", "Li")]
    with pytest.raises(Conflict):
        items.change("park", {"title": "Mine"}, version=0, author="Wu", key="2")


def test_items_are_added_once_removed_and_brought_back(items: ProgrammeItems) -> None:
    assert add(items).version == add(items).version == 1
    removed = items.change("new", {"removed": True}, version=1, author="Li", key="off")
    assert "new" not in {item.item_id for item in items.items()}
    items.change("new", {"removed": False}, version=removed.version, author="Li", key="on")
    assert "new" in {item.item_id for item in items.items()}
    items.change("odd", {"removed": True}, version=0, author="Li", key="odd")  # of a kind that has no form
    assert "odd" not in {item.item_id for item in items.items()}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": " "}, "title", "required"),
        ({"pairing_id": "nowhere"}, "pairing_id", "unknown"),
        ({"kind": "festival"}, "kind", "no_choice"),
        ({"progress": 101}, "progress", "out_of_range"),
        ({"progress": "half"}, "progress", "no_number"),
        ({"amount_cny": -1}, "amount_cny", "out_of_range"),
        ({"shares": {"a": 0.7, "b": 0.4}}, "shares", "no_shares"),
        ({"shares": {"c": 0.5}}, "shares", "no_shares"),
        ({"status": "green"}, "status", "no_choice"),
        ({"start": "2027-13"}, "start", "no_time"),
        ({"start": "2027-05", "end": "2026"}, "end", "order"),
        ({"web": "javascript:alert(1)"}, "web", "no_address"),
        ({"part_of": "new"}, "part_of", "itself"),
        ({"last": "2027-02-30"}, "last", "unknown_field"),
    ],
)
def test_what_does_not_fit_is_refused(
    items: ProgrammeItems, changes: dict[str, Any], field: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        add(items, **changes)

    assert (field, code) in {(each.field, each.code) for each in refused.value.problems}


def test_an_item_keeps_kind_and_pairing(items: ProgrammeItems) -> None:
    add(items)
    after = items.change(
        "new", {"kind": "park", "pairing_id": "q", "title": "Tunnel"}, version=1, author="Li", key="k"
    )

    assert (after.kind, after.pairing_id, after.values["title"]) == ("project", "p", "Tunnel")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
)


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_values_are_kept_or_refused_and_what_is_kept_fits_again(kind: str, data: st.DataObject) -> None:
    names = [field.name for field in KINDS[kind].all_fields]
    values = data.draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=3))
    kept: dict[str, Any] = {}
    with suppress(Refused):
        kept = checked("i", kind, values, ["a", "b"])

    assert checked("i", kind, kept, ["a", "b"]) == kept


@pytest.mark.parametrize("lang", LANGS)
def test_every_field_and_choice_has_words(lang: Any) -> None:
    for kind in KINDS.values():
        assert f"programme.kind.{kind.name}" in catalogue(lang)
        for field in kind.all_fields:
            assert field_json(field, lang)["label"]
