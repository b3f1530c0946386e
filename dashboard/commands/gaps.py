"""bordergap gaps: the findings as a table on the terminal or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dashboard.changes import changed_since_run
from dashboard.commands.terminal import WORKSPACE, language, printable, say, table, write_json
from dashboard.export.gis import FORMATS, features, with_sentences, write_gaps
from dashboard.results import Results, ResultsCache
from geodata.errors import UsageError, WorkspaceError
from layers.wording import KIND_WORDS, LANGS, Lang, amount, is_missing, thing, word

if TYPE_CHECKING:
    import geopandas as gpd

EPILOG = f"""\b
Examples:
  bordergap gaps atlas
  bordergap gaps atlas --pairing 500112--500105 -o gaps.xlsx

Formats: {", ".join(FORMATS)}"""


@click.command("gaps", epilog=EPILOG)
@WORKSPACE
@click.option(
    "--pairing", metavar="P", help="Only the gaps of this pairing; of a group, of its inner borders."
)
@click.option("-o", "output", metavar="FILE", type=click.Path(path_type=Path), help="Write them to FILE.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def command(
    workspace: str,
    pairing: str | None,
    output: Path | None,
    as_json: bool,  # noqa: FBT001  # click hands every option over
) -> None:
    """List the gaps of WORKSPACE, worst first, or write them to a file."""
    results = ResultsCache(Path(workspace)).current()
    if results.workspace.run_record() is None:
        raise WorkspaceError(f"{workspace} has no findings yet; run: bordergap analyse {workspace}")
    if changed := changed_since_run(results.workspace):
        say(f"Changed since the analysis: {', '.join(changed)}. Run: bordergap analyse {workspace}")
    gaps = explained(results, pairing)
    if output is not None:
        about = results.members if pairing is None else {pairing, *results.inner_pairings(pairing)}
        write_gaps(gaps, output, results, keys=about, lang=language())
        say(f"{len(gaps):,} gaps written to {output}")
    if as_json:
        write_json([{**row["properties"], "geometry": row["geometry"]} for row in features(gaps)])
    elif output is None:
        click.echo(listing(gaps, language()))


def explained(results: Results, pairing: str | None = None) -> gpd.GeoDataFrame:
    """Return the gaps of a pairing (of all, without one), worst first, with their sentences.

    Raises
    ------
    UsageError
        For a pairing the workspace does not have.
    """
    gaps = results.gaps
    if pairing is not None:
        if pairing not in results.members:
            raise UsageError(f"no pairing {pairing!r}; there are {_some(list(results.members))}")
        gaps = gaps[gaps["pairing_id"].isin({pairing, *results.inner_pairings(pairing)})]
    names: dict[Lang, dict[str, str]] = {lang: results.names(lang) for lang in LANGS}
    return with_sentences(gaps, names)


def listing(gaps: gpd.GeoDataFrame, lang: Lang) -> str:
    """Return gaps as a table for a terminal, the sentence of each on the line below it."""
    if gaps.empty:
        return "No gaps."
    header = ("severity", "pairing", "kind", "what", "side", "people", "km")
    rows = [_row(gap, lang) for gap in gaps.drop(columns="geometry").to_dict("records")]
    lines = table(header, rows, right=(0, 5, 6)).split("\n")
    said = [f"          {printable(text)}" for text in gaps[f"sentence_{lang}"]]
    return "\n".join([lines[0], *(f"{line}\n{text}" for line, text in zip(lines[1:], said, strict=True))])


def _row(gap: dict[str, Any], lang: Lang) -> tuple[str, ...]:
    people, length_m = gap["people"], gap["length_m"]
    return (
        f"{gap['severity']:.1f}",
        str(gap["pairing_id"]),
        word(KIND_WORDS, gap["kind"], lang),
        "" if is_missing(gap["what"]) else thing(gap["what"], lang),
        str(gap["side"]),
        "" if is_missing(people) else amount(people, lang),
        "" if is_missing(length_m) else f"{length_m / 1000:.1f}",
    )


def _some(ids: list[str], shown: int = 5) -> str:
    """Return the first few ids, and how many there are."""
    listed = ", ".join(ids[:shown])
    return listed if len(ids) <= shown else f"{listed} and {len(ids) - shown} more"
