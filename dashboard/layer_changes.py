"""What an import changes of a layer, for the page Data: counts, rows beside each other, shapes to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely
from pyproj import Geod

from geodata.versions import KINDS, Changes
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.i18n import Text
    from geodata.model import Layer
    from geodata.versions import Difference

FINE = 800  # parts of a map's extent below which no detail is drawn
_EARTH = Geod(ellps="WGS84")
_NAMED = ("name", "title", "kind", "road_class", "landuse_class")


def changes_body(found: Difference, layer: Layer) -> dict[str, Any]:
    """Return a difference between versions of a layer as plain values.

    `rows` holds one object a feature: `change`, `id`, `name`, `fields` (name, before, after; of what is
    altered or moved those that differ, else those that are known), and `moved_m` of what has moved: how far
    its middle has. `places` is GeoJSON whose features say which `change` they show; what has moved or goes
    is drawn as it was, too, as `removed`.
    """
    before, now = _by_feature(found.before), _by_feature(found.now)
    key = layer.key or ""
    rows = [_row(before.get(number), now.get(number), key) for number in {**before, **now}]
    rows.sort(key=lambda row: (len(str(row["id"])), str(row["id"])))  # 9 before 10
    counts = {kind: getattr(found.changes, kind) for kind in KINDS}
    shown = {kind: sum(row["change"] == kind for row in rows) for kind in KINDS}
    return {
        "counts": counts,
        "more": {kind: counts[kind] - shown[kind] for kind in KINDS},
        "rows": rows,
        "places": _places(found),
    }


def changes_said(told: Any, text: Text) -> str | None:
    """Return what an intake record says of changes in one sentence; None where it says nothing."""
    if is_missing(told):
        return None
    found = Changes.of_json(str(told))
    said = [
        text(f"changes.{kind}", count=wording.amount(float(count), text.lang))
        for kind in KINDS
        if (count := getattr(found, kind))
    ]
    if not said:
        return text("changes.none")
    return text("changes.against", told=wording.listed(said, text.lang))


def drawn(frame: Any, change: str | None = None) -> dict[str, Any]:
    """Return rows as GeoJSON, thinned to what a small map can show, each with what names it."""
    if not len(frame):
        return {"type": "FeatureCollection", "features": []}
    shapes = np.asarray(frame.geometry.array, dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    fine = max(east - west, north - south) / FINE
    texts = shapely.to_geojson(shapely.set_precision(shapely.simplify(shapes, fine), 1e-6, mode="pointwise"))
    names = [name for name in _NAMED if name in frame]
    said = frame[names].astype(object).where(frame[names].notna(), None).to_dict("records") if names else []
    features = [
        {"type": "Feature", "properties": row, "geometry": orjson.loads(text)}
        | ({"change": change} if change else {})
        for text, row in zip(texts, said or [{}] * len(texts), strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _by_feature(rows: pd.DataFrame) -> dict[Any, pd.DataFrame]:
    """Return the rows of each feature."""
    return dict(iter(rows.groupby("feature", sort=False)))


def _row(old: pd.DataFrame | None, new: pd.DataFrame | None, key: str) -> dict[str, Any]:
    """Return what has become of one feature, by the values of its first row: other parts have the same."""
    before, now = (None if parts is None else parts.iloc[0] for parts in (old, new))
    either: Any = before if now is None else now
    names = [name for name in either.index if name not in {"change", "feature", "geometry", "bbox"}]
    pairs = {name: (_plain(before, name), _plain(now, name)) for name in names}
    both = before is not None and now is not None
    fields = [
        {"name": name, "before": was, "after": is_}
        for name, (was, is_) in pairs.items()
        if (was != is_ if both else (was, is_) != (None, None))
    ]
    called = next((name for name in _NAMED if _plain(either, name) is not None), None)
    row = {
        "change": str(either["change"]),
        "id": _plain(either, key),
        "name": None if called is None else _plain(either, called),
        "fields": [field for field in fields if field["name"] != key and (both or field["name"] != called)],
    }
    if row["change"] == "moved":
        row["moved_m"] = _moved_m(old, new)
    return row


def _plain(row: pd.Series | None, name: str) -> Any:
    """Return a value as JSON bears it; None for what is unknown, or not there."""
    value = None if row is None or name not in row.index else row[name]
    if isinstance(value, np.ndarray | list | tuple):
        return "; ".join(map(str, value)) or None
    if is_missing(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _moved_m(before: Any, now: Any) -> float | None:
    """Return how far the middle of a feature has moved, of all its shapes."""
    was, is_ = (
        shapely.geometrycollections(_with_shape(parts).geometry.array).centroid for parts in (before, now)
    )
    if was.is_empty or is_.is_empty:
        return None
    return float(_EARTH.inv(was.x, was.y, is_.x, is_.y)[2])


def _places(found: Difference) -> dict[str, Any]:
    """Return what goes, comes, moves and is altered as GeoJSON."""
    features: list[dict[str, Any]] = []
    if "geometry" in found.now:
        gone = found.before[found.before["change"].isin(["removed", "moved"])]
        features += drawn(_with_shape(gone), "removed")["features"]
        for kind in ("altered", "moved", "added"):
            features += drawn(_with_shape(found.now[found.now["change"] == kind]), kind)["features"]
    return {"type": "FeatureCollection", "features": features}


def _with_shape(rows: Any) -> Any:
    shapes = np.asarray(rows.geometry.array, dtype=object)
    return rows[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
