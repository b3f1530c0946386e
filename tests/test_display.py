"""What `display.toml` may say, and what it is told where a value does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from geodata.display import BaseMap, Display, display_from, read_display
from geodata.errors import SettingsError
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

TILES = "https://t0.tianditu.gov.cn/DataServer?T=vec_w&x={x}&y={y}&l={z}&tk={key}"
NAMES = TILES.replace("vec_w", "cva_w")
BASE: dict[str, Any] = {"tiles": TILES, "key": "TIANDITU_KEY", "attribution": "天地图"}


def test_nothing_is_shown_unless_it_is_said(tmp_path: Path) -> None:
    assert Workspace.create(tmp_path / "new").display == Display()


def test_a_file_with_everything(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    (workspace.path / "display.toml").write_text(
        f"""
        approval_number = "渝S(2026)001号"
        approved_content = "0123456789abcdef"
        address = "https://maps.example:8443/bordergap"
        frame_ancestors = ["https://portal.example", "http://[::1]:8080"]
        [base_map]
        tiles = ["{TILES}", "{NAMES}"]
        key = "TIANDITU_KEY"
        attribution = "天地图"
        max_zoom = 17
        """,
        encoding="utf-8",
    )

    assert workspace.display == Display(
        approval_number="渝S(2026)001号",
        approved_content="0123456789abcdef",
        base_map=BaseMap((TILES, NAMES), "天地图", key="TIANDITU_KEY", max_zoom=17),
        frame_ancestors=("https://portal.example", "http://[::1]:8080"),
        address="https://maps.example:8443/bordergap/",
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"aproval_number": "1"}, "did you mean approval_number"),
        ({"approval_number": 1}, "approval_number: 1 does not fit; give a text"),
        ({"approval_number": "1\n2"}, "one line"),
        ({"approval_number": "1", "approved_content": "0123"}, "bordergap doctor"),
        ({"approved_content": "0123456789abcdef"}, "give approval_number too"),
        ({"frame_ancestors": "https://portal.example"}, "give a list"),
        ({"frame_ancestors": ["https://portal.example; script-src *"]}, "give an origin"),
        ({"frame_ancestors": ["*"]}, "give an origin"),
        ({"address": "maps.example"}, "give an address"),
        ({"address": "https://user:secret@maps.example/"}, "give an address"),
        ({"address": 'https://maps.example/"onload='}, "give an address"),
        ({"address": "https://[::1/"}, "give an address"),
        ({"address": "https://maps.example:99999/"}, "give an address"),
        ({"base_map": TILES}, "give a table"),
        ({"base_map": {}}, "base_map.tiles: missing"),
    ],
)
def test_what_does_not_fit_is_named_with_its_remedy(values: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=r"^display\.toml cannot be used") as refused:
        display_from(values, "display.toml")

    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"tiles": "file:///etc/{z}{x}{y}"}, "http(s) address"),
        ({"tiles": "https://{key}.example/{z}/{x}/{y}"}, "the host is fixed"),
        ({"tiles": "https://tiles.example/{z}/{x}?{key}"}, "{y} missing"),
        ({"tiles": "https://tiles.example/{z}/{x}/{y}/{q}"}, "only {z}, {x}, {y} and {key}"),
        ({"tiles": "https://user@tiles.example/{z}/{x}/{y}"}, "http(s) address"),
        ({"tiles": "https://webrd01.is.autonavi.com/?x={x}&y={y}&z={z}&k={key}"}, "GCJ-02"),
        ({"tiles": []}, "give 1 to 3"),
        ({"key": "0a1b2c"}, "not the key"),
        ({"tiles": "https://tiles.example/{z}/{x}/{y}"}, "no address has {key}"),
        ({"key": None}, "missing; name the environment variable"),
        ({"kind": "picture"}, "one of raster, vector"),
        ({"kind": "vector"}, "a MapLibre style file"),
        ({"kind": "vector", "style": "../../etc/passwd.json"}, "beside display.toml"),
        ({"style": "style.json"}, "goes with kind"),
        ({"min_zoom": 9, "max_zoom": 8}, "min_zoom"),
        ({"max_zoom": 30}, "0 to 22"),
        ({"max_zoom": 7.5}, "whole"),
        ({"tile_size": 300}, "256 or 512"),
        ({"attribution": "x" * 300}, "at most 200"),
    ],
)
def test_a_base_map_that_cannot_be_fetched_is_refused(changed: dict[str, Any], told: str) -> None:
    values = {name: value for name, value in {**BASE, **changed}.items() if value is not None}

    with pytest.raises(SettingsError) as refused:
        display_from({"base_map": values}, "display.toml")

    assert told in str(refused.value)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "display.toml").write_bytes(b"approval_number = \xff")

    with pytest.raises(SettingsError, match=r"display\.toml: .*correct the file"):
        read_display(tmp_path / "display.toml")
