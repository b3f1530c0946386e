"""Which reference system coordinates may be in, from their range and from where each would put them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pyproj
import shapely

from geodata import datum as datums
from geodata.ingest.raw import DEGREES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.datum import Datum

    Floats = NDArray[np.float64]

Kind = Literal["degrees", "gauss_kruger", "web_mercator"]

PLACES = 2_000  # coordinates looked at, evenly taken
MOST = 0.5  # of the places in the districts, to be believed
LEAD = 0.3  # of the places by which the best must be ahead of all others
NEAR_DEG = 0.05  # outside a district, but of it: roads go on, points stand on the shore
_CHINA = (73.0, 3.0, 136.0, 54.0)
_LON, _LAT = 180.0, 90.0
_MERCATOR_M = 20_037_509.0
_MILLION = 1_000_000.0
_FALSE_EASTING_M = 500_000.0
_AWAY_M = 350_000.0  # from a central meridian, in a strip of 6 degrees at the equator
_NORTH_M = 6_300_000.0  # of the equator: 57 N
_SHOWN = 5
_DATUM_NAMES = {"gcj02": "degrees, GCJ-02", "bd09": "degrees, BD-09"}
_ENOUGH = 3  # places that must speak for a shift

# China Geodetic Coordinate System 2000 (EPSG): first zone -> its code; 3-degree zones 25-45, 6-degree 13-23.
_ZONES_3, _ZONES_6 = range(25, 46), range(13, 24)
_FIRST_3, _FIRST_6, _FIRST_CM = 4513, 4491, 4534  # zones in the easting; central meridians 75, 78, … 135
_WEST_CM = 75


@dataclass(frozen=True)
class Coordinates:
    """One way to understand coordinates, and where it would put them.

    Parameters
    ----------
    crs
        As `--crs` takes it.
    name
        Of the reference system, in words.
    swapped
        Whether the first number is the northing or latitude.
    datum
        Whether degrees are shifted.
    inside
        Share of the places in the districts of the workspace, or near them; None without districts.
    lon, lat
        Middle of where they would lie.
    reason
        Why it is proposed.
    """

    kind: Kind
    crs: str
    name: str
    swapped: bool
    datum: Datum | None
    inside: float | None
    lon: float
    lat: float
    reason: str

    @property
    def options(self) -> str:
        """What to type on the command line."""
        parts = [f"--crs {self.crs}"]
        parts += ["--swap-axes"] if self.swapped else []
        parts += [f"--datum {self.datum}"] if self.datum else []
        return " ".join(parts)

    def __str__(self) -> str:
        """Return the proposal as a message shows it."""
        where = f"would lie around {self.lon:.3f}, {self.lat:.3f}"
        share = "" if self.inside is None else f", {self.inside:.0%} of it in the districts or beside them"
        return f"{self.options} ({self.name}): {where}{share}"


def proposals(
    places: Floats, districts: gpd.GeoDataFrame | None = None, hint: Datum | None = None
) -> list[Coordinates]:
    """Return how coordinates may be understood that no reference system is declared for, the best first.

    Parameters
    ----------
    places
        Coordinates, one row each, as the source has them.
    districts
        EPSG:4326; what is proposed is held against them.
    hint
        Shift that the names of the columns tell of.
    """
    taken = _sample(places)
    if not len(taken):
        return []
    home = _home(districts)
    found = [
        made
        for swapped in (False, True)
        for candidate in _candidates(taken[:, ::-1] if swapped else taken)
        if (made := _placed(taken[:, ::-1] if swapped else taken, candidate, home, swapped=swapped))
    ]
    found = [one for each in found for one in _shifted(each, taken, home, hint)]
    found = [one for one in found if one.inside is None or one.inside > 0] or found
    found.sort(key=lambda one: (-(one.inside or 0), one.swapped, one.datum is not None and one.datum != hint))
    return found[: _SHOWN if home is not None else len(found)]


def clear_one(found: list[Coordinates]) -> Coordinates | None:
    """Return the proposal that stands out: the only one, or by far the one most in the districts."""
    if len(found) == 1 and (found[0].inside is None or found[0].inside >= MOST):
        return found[0]
    if len(found) > 1 and found[0].inside is not None:
        best, others = found[0].inside, [one.inside or 0.0 for one in found[1:]]
        if best >= MOST and best - max(others) >= LEAD:
            return found[0]
    return None


def _sample(places: Floats) -> Floats:
    good = places[np.isfinite(places).all(axis=1)]
    return np.asarray(good[:: max(1, -(-len(good) // PLACES))], dtype=np.float64)


class _Candidate(NamedTuple):
    """A reference system whose range holds the coordinates."""

    kind: Kind
    code: str
    name: str
    reason: str


def _candidates(xy: Floats) -> Iterator[_Candidate]:
    """Yield each system whose range holds the middle of the coordinates."""
    x, y = np.median(xy, axis=0)
    if abs(x) <= _LON and abs(y) <= _LAT:
        if abs(x) > 1 or abs(y) > 1:
            reason = "all numbers are within those of degrees"
            yield _Candidate("degrees", DEGREES, "degrees, WGS 84", reason)
        return
    if 0 < y < _NORTH_M:
        yield from _strips(x)
    if abs(x) <= _MERCATOR_M and abs(y) <= _MERCATOR_M:
        reason = "all numbers are within those of Web Mercator"
        yield _Candidate("web_mercator", "EPSG:3857", "Web Mercator", reason)


def _strips(x: float) -> Iterator[_Candidate]:
    """Yield the Gauss-Krüger strips in which an easting may be, with the number of the zone or without."""
    zone, east = int(x // _MILLION), x % _MILLION
    if abs(east - _FALSE_EASTING_M) >= _AWAY_M:
        return
    reason = f"the eastings begin with the number of zone {zone}"
    if zone in _ZONES_3:
        code = _FIRST_3 + zone - _ZONES_3.start
        name = f"CGCS2000, 3-degree Gauss-Krüger zone {zone}"
        yield _Candidate("gauss_kruger", f"EPSG:{code}", name, reason)
    if zone in _ZONES_6:
        code = _FIRST_6 + zone - _ZONES_6.start
        name = f"CGCS2000, 6-degree Gauss-Krüger zone {zone}"
        yield _Candidate("gauss_kruger", f"EPSG:{code}", name, reason)
    if zone == 0:
        reason = "eastings around 500 km, as in a strip without the zone's number"
        for step in range(len(_ZONES_3)):  # central meridians of 6-degree strips are among them
            name = f"CGCS2000, Gauss-Krüger, central meridian {_WEST_CM + 3 * step} E"
            yield _Candidate("gauss_kruger", f"EPSG:{_FIRST_CM + step}", name, reason)


def _placed(
    xy: Floats, candidate: _Candidate, home: shapely.Geometry | None, *, swapped: bool
) -> Coordinates | None:
    """Return a candidate with where it would lie; None where that is nowhere, or nowhere likely."""
    kind, code, name, reason = candidate
    lonlat = _in_degrees(xy, code)
    good = np.isfinite(lonlat).all(axis=1) & (np.abs(lonlat) <= (_LON, _LAT)).all(axis=1)
    if good.mean() < MOST:
        return None
    lon, lat = np.median(lonlat[good], axis=0)
    inside = None if home is None else float(_inside(lonlat, home).mean())
    west, south, east, north = _CHINA
    in_china = west <= lon <= east and south <= lat <= north
    # Without districts a shifted order or metres are proposed for China alone: anywhere else all fits.
    if home is None and not in_china and (kind != "degrees" or swapped):
        return None
    return Coordinates(kind, code, name, swapped, None, inside, float(lon), float(lat), reason)


def _shifted(
    made: Coordinates, taken: Floats, home: shapely.Geometry | None, hint: Datum | None
) -> Iterator[Coordinates]:
    """Yield a proposal, and after it the shifts that bring clearly more of it into the districts.

    Where there are such, shares are of what lies in a district exactly: a shift is less than the margin.
    """
    if made.kind != "degrees":
        yield made
        return
    lonlat = taken[:, ::-1] if made.swapped else taken
    exact = None if home is None else _inside(lonlat, home, margin=0.0)
    shifted = []
    for datum in datums.DATUMS:
        moved = np.column_stack(datums.to_wgs84(lonlat[:, 0], lonlat[:, 1], datum))
        told, share, reason = datum == hint, None, "the columns' names say so"
        if home is not None and exact is not None:
            now = _inside(moved, home, margin=0.0)
            gained, outside = int(now.sum() - exact.sum()), int((~exact).sum())
            if gained >= _ENOUGH and gained >= MOST * outside:
                told, reason = (
                    True,
                    f"{gained} of {outside} places outside all districts lie in one if it is so",
                )
            share = float(now.mean())
        if told:
            lon, lat = np.median(moved, axis=0)
            name = _DATUM_NAMES[datum]
            at = replace(made, lon=float(lon), lat=float(lat), inside=share)
            shifted.append(replace(at, datum=datum, name=name, reason=reason))
    yield replace(made, inside=float(exact.mean())) if shifted and exact is not None else made
    yield from shifted


def _in_degrees(xy: Floats, code: str) -> Floats:
    if code == DEGREES:
        return xy
    x, y = _transformer(code).transform(xy[:, 0], xy[:, 1])
    return np.column_stack([x, y])


@cache
def _transformer(code: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(code, DEGREES, always_xy=True)


def _home(districts: gpd.GeoDataFrame | None) -> shapely.Geometry | None:
    """Return the districts as one area, in degrees; None where there are none."""
    if districts is None or not len(districts):
        return None
    home = shapely.union_all(np.asarray(districts.geometry.array, dtype=object))
    shapely.prepare(home)
    return home


def _inside(lonlat: Floats, home: shapely.Geometry, *, margin: float = NEAR_DEG) -> NDArray[np.bool_]:
    points = shapely.points(lonlat)
    return np.asarray(shapely.dwithin(points, home, margin) if margin else shapely.intersects(points, home))
