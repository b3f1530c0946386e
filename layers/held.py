"""What every process of a run holds: what is computed once for a workspace, and makes frames of blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.boundaries import cut_segments
from layers.frame import BorderFrame
from layers.surroundings import Belonging, Surroundings, around, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geodata.model import Provenance
    from geodata.reader import Layers
    from geodata.settings import Settings
    from geodata.strips import Strip
    from geodata.workspace import Box
    from layers.network import RoadNetwork
    from layers.travel import TravelTimes

BESIDE_M = 2_000.0  # METHOD 6: people this near to a finding are affected
LITTLE_MORE_M = 10.0  # around the box: a point on its edge may be on the line of a district outside


@dataclass(frozen=True)
class Block:
    """Borders computed together: pairs (rows of `Region.pairs`) of one strip, in order."""

    strip: Strip
    rows: tuple[int, ...]
    label: str  # block 3 of 7


@dataclass(frozen=True)
class Shapes:
    """Rows with geometry whose shapes stay bytes until somebody asks for them: a block needs few.

    Parameters
    ----------
    table
        The rows without geometry.
    wkb
        All geometries, one after the other.
    ends
        (n + 1,) where each begins, and the last one ends.
    bounds
        (n, 4) west, south, east, north of each; NaN for an empty one.
    crs
        Of the geometries.
    """

    table: pd.DataFrame
    wkb: NDArray[np.uint8]
    ends: NDArray[np.int64]
    bounds: NDArray[np.float64]
    crs: str

    @classmethod
    def of(cls, rows: gpd.GeoDataFrame) -> Shapes:
        """Return `rows` as bytes."""
        shapes = np.asarray(rows.geometry.array, dtype=object)
        parts = shapely.to_wkb(shapes)
        return cls(
            table=pd.DataFrame(rows.drop(columns=rows.geometry.name)),
            wkb=np.frombuffer(b"".join(parts), dtype=np.uint8),
            ends=np.cumsum([0, *map(len, parts)]),
            bounds=shapely.bounds(shapes).reshape(-1, 4),
            crs=rows.crs.to_string(),
        )

    def take(self, positions: NDArray[np.intp]) -> gpd.GeoDataFrame:
        """Return the rows at `positions`."""
        parts = [self.wkb[self.ends[at] : self.ends[at + 1]].tobytes() for at in positions.tolist()]
        shapes = np.array(shapely.from_wkb(parts), dtype=object)
        return gpd.GeoDataFrame(self.table.iloc[positions], geometry=shapes, crs=self.crs)

    def near(self, box: Box) -> gpd.GeoDataFrame:
        """Return the rows whose bounds meet `box`."""
        west, south, east, north = box
        meets = (self.bounds[:, 0] <= east) & (self.bounds[:, 2] >= west)
        meets &= (self.bounds[:, 1] <= north) & (self.bounds[:, 3] >= south)
        return self.take(np.flatnonzero(meets))


@dataclass(frozen=True)
class Held:
    """What makes the frame of any block; goes to another process at little cost. Names as in `Region`."""

    settings: Settings
    districts: Shapes
    overlaps: Shapes
    gaps: Shapes
    pairs: Shapes
    members: Shapes
    outline: Shapes
    layers: Layers
    memberships: Mapping[str, pd.DataFrame]
    provenances: Mapping[tuple[str, str | None], Provenance]
    kinds_present: Mapping[str, frozenset[str]]
    across: pd.Series
    network: RoadNetwork | None
    travel: TravelTimes | None

    def frame(self, block: Block) -> BorderFrame:
        """Return what the checks of `block` get, in its strip."""
        pairs = self.pairs.take(np.array(block.rows, dtype=np.intp)).reset_index(drop=True)
        return self.frame_of(pairs, block.strip)

    def frame_of(self, pairs: gpd.GeoDataFrame, strip: Strip) -> BorderFrame:
        """Return the frame of `pairs` (EPSG:4326, RangeIndex; borders may be empty) in `strip`."""
        borders = strip.project_frame(pairs)
        names = pd.unique(pd.concat([pairs["member_a"], pairs["member_b"]]))
        members = self.members.take(self.members.table.index.get_indexer(names))
        west, south, east, north = (pairs if (pairs["pieces"] > 0).all() else members).total_bounds.tolist()
        box = around((west, south, east, north))
        near = shapely.box(*box)
        # A park lies in its member, wherever that is; people are counted around it.
        wide = around(tuple(shapely.union(near, shapely.box(*members.total_bounds)).bounds), BESIDE_M)
        layers = Surroundings(self.layers, box, wide, strip)
        districts = self.districts.near(around(wide, LITTLE_MORE_M))
        outline = shapely.multilinestrings(np.asarray(self.outline.near(box).geometry.array, dtype=object))
        return BorderFrame(
            strip=strip,
            settings=self.settings,
            pairs=pairs[["pairing_id", "member_a", "member_b"]],
            borders=np.asarray(borders.geometry.array, dtype=object),
            segments=_segments(borders, self.settings.segment_m),
            members=strip.project_frame(members),
            districts=strip.project_frame(within(districts, shapely.box(*wide))),
            layers=layers,
            memberships=Belonging(layers, self.memberships, districts),
            provenances=self.provenances,
            kinds_present=self.kinds_present,
            across=self.across,
            outline=strip.project(shapely.intersection(outline, near))[()],
            overlaps=strip.project_frame(within(self.overlaps.near(box), near)),
            gaps=strip.project_frame(within(self.gaps.near(box), near)),
            network=self.network,
            travel=self.travel,
        )


def _segments(borders: gpd.GeoDataFrame, segment_m: float) -> gpd.GeoDataFrame:
    """Return the segments of a block with the position of their pair."""
    cut = cut_segments(borders, segment_m=segment_m)
    position = pd.Series(borders.index, index=borders["pairing_id"])
    cut["pair"] = cut["pairing_id"].map(position).astype(np.intp)
    return cut[["pair", "segment", "piece", "chainage_from_m", "chainage_to_m", "geometry"]]
