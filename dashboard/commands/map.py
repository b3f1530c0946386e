"""bordergap map: a border, one of its gaps, or the whole workspace as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dashboard.changes import changed_since_run
from dashboard.commands.terminal import WORKSPACE, language, say, write_json
from dashboard.export.cartography.sheet import LAYERS
from dashboard.export.picture_size import LEAST_DPI, MOST_DPI, scale, size_mm
from dashboard.export.pictures import FORMATS, map_picture
from dashboard.export.whole import written_whole
from dashboard.payloads import pairing_name
from dashboard.results import ResultsCache
from geodata.errors import UsageError, WorkspaceError
from layers.wording import LANGS, Lang

SIZE = "180x120mm"
EPILOG = f"""\b
Examples:
  bordergap map atlas --pairing 500112--500113 -o map.pdf
  bordergap map atlas --pairing 500112--500113 -o map.png --size 1600x900px --lang zh
  bordergap map atlas --pairing 500112--500113 -o map.svg --scale 1:50000 --layers roads,parks
  bordergap map atlas -o overview.pdf --size 420x297mm

Formats: {", ".join(FORMATS)}. Layers: {", ".join(LAYERS)}."""


@click.command("map", epilog=EPILOG)
@WORKSPACE
@click.option("--pairing", metavar="P", help="The pairing to show; the whole workspace unless given.")
@click.option("--gap", metavar="ID", help="Show one gap of the pairing, large.")
@click.option(
    "-o", "output", metavar="FILE", required=True, type=click.Path(path_type=Path), help="Write it to FILE."
)
@click.option("--lang", type=click.Choice(LANGS), help="Language; that of the terminal unless given.")
@click.option("--size", default=SIZE, show_default=True, metavar="WxHmm|px", help="Size of the picture.")
@click.option("--dpi", type=click.IntRange(LEAST_DPI, MOST_DPI), default=200, show_default=True, metavar="N")
@click.option(
    "--scale", "scale_text", metavar="1:N", help="Scale on paper of that size; fitted unless given."
)
@click.option("--layers", "layers_text", metavar="L,L", help="Layers to draw; none with an empty text.")
@click.option("--title", metavar="TEXT", help="Title; the name of the pairing unless given, '' for none.")
@click.option("--no-legend", is_flag=True, help="Leave the legend away.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(
    workspace: str,
    output: Path,
    pairing: str | None,
    gap: str | None,
    lang: Lang | None,
    **options: Any,
) -> None:
    """Draw a map of WORKSPACE and write it to a file."""
    ending = output.suffix.lower().removeprefix(".")
    if ending not in FORMATS:
        raise UsageError(f"{output.name}: no picture has this ending; use one of .{', .'.join(FORMATS)}")
    size = size_mm(options["size"], options["dpi"])
    denominator = scale(options["scale_text"]) if options["scale_text"] else None
    results = ResultsCache(Path(workspace)).current()
    if results.workspace.run_record() is None:
        raise WorkspaceError(f"{workspace} has no findings yet; run: bordergap analyse {workspace}")
    if changed := changed_since_run(results.workspace):
        say(f"Changed since the analysis: {', '.join(changed)}. Run: bordergap analyse {workspace}")
    spoken = lang or language()
    title = options["title"]
    if title is None and pairing is not None and pairing in results.members:
        title = pairing_name(results, pairing, spoken)
    picture = map_picture(
        results,
        pairing,
        lang=spoken,
        size_mm=size,
        gap_id=gap,
        format=next(name for name in FORMATS if name == ending),
        dpi=options["dpi"],
        scale=denominator,
        layers=_names(options["layers_text"]),
        legend=not options["no_legend"],
        title=title,
    )
    with written_whole(output) as beside:
        beside.write_bytes(picture)
    say(f"{output}: {size[0]:.0f} x {size[1]:.0f} mm, {len(picture):,} bytes")
    if options["as_json"]:
        write_json(
            {
                "file": str(output),
                "bytes": len(picture),
                "width_mm": round(size[0], 2),
                "height_mm": round(size[1], 2),
                "pairing_id": pairing,
                "gap_id": gap,
            }
        )


def _names(text: str | None) -> list[str] | None:
    """Return the layers named in a text with commas; None where there is no text."""
    if text is None:
        return None
    return [name for part in text.split(",") if (name := part.strip())]
