"""bordergap report: border-gap reports of one pairing, of several, or an atlas of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dashboard.changes import changed_since_run
from dashboard.commands.terminal import WORKSPACE, language, progress_bar, say, write_json
from dashboard.export.report import require_border
from dashboard.export.report_files import RENDERERS, write_atlas, write_reports
from dashboard.gap_filters import Filters, read_stretch
from dashboard.results import ResultsCache
from geodata.errors import UsageError, WorkspaceError
from geodata.ledger_fields import STATUSES
from geodata.model import DOMAINS, PROVENANCES, SIDES
from layers.kinds import KINDS
from layers.wording import LANGS, Lang

EPILOG = f"""\b
Examples:
  bordergap report atlas --pairing 500112--500113 -o report.pdf
  bordergap report atlas --pairing 500112--500113 --pairing 500110--500119 -o reports/
  bordergap report atlas --all --lang en --min-severity 40 -o atlas.pdf
  bordergap report atlas --pairing 500112--500113 --only-new --stretch 12-18.5 -o news.docx
  bordergap report atlas --all --status assigned --status in_progress -o meeting.docx
  bordergap report atlas --pairing 500112--500113 --template ours.pptx -o briefing.pptx

Formats: {", ".join(RENDERERS)}"""


FOLLOWED = ".xlsx"  # the format that says what the ledger says


def _stretch(_context: click.Context, _option: click.Parameter, said: str | None) -> Any:
    if said is None:
        return None
    try:
        return read_stretch(said)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("report", epilog=EPILOG)
@WORKSPACE
@click.option("--pairing", "pairings", multiple=True, metavar="P", help="This pairing; may be repeated.")
@click.option("--all", "every", is_flag=True, help="Every pairing, worst first.")
@click.option(
    "-o",
    "output",
    metavar="FILE",
    required=True,
    help="Write to FILE: several pairings make an atlas. A folder (ending in /) gets one file a pairing.",
)
@click.option(
    "--format",
    "ending",
    type=click.Choice([ending.removeprefix(".") for ending in RENDERERS]),
    default="pdf",
    show_default=True,
    help="Format of the files in a folder; a FILE has that of its ending.",
)
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Slides (.pptx) take masters and layouts of this .pptx.",
)
@click.option("--lang", type=click.Choice(LANGS), help="Language; that of the terminal without.")
@click.option(
    "--min-severity", type=click.FloatRange(0, 100), default=0.0, metavar="S", help="Only gaps from S up."
)
@click.option(
    "--domain",
    "domains",
    type=click.Choice(DOMAINS),
    multiple=True,
    help="Only this domain; may be repeated.",
)
@click.option(
    "--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, help="Only this kind; may be repeated."
)
@click.option(
    "--side", "sides", type=click.Choice(SIDES), multiple=True, help="Only this side; may be repeated."
)
@click.option(
    "--provenance",
    "provenances",
    type=click.Choice(PROVENANCES),
    multiple=True,
    help="Only what rests on such data; may be repeated.",
)
@click.option(
    "--status",
    "statuses",
    type=click.Choice(STATUSES),
    multiple=True,
    help="Only gaps whose follow-up stands there; may be repeated.",
)
@click.option("--only-new", is_flag=True, help="Only what no run before the last one found.")
@click.option(
    "--stretch", metavar="KM-KM", callback=_stretch, help="Only this stretch of the border: 12-18.5."
)
@click.option(
    "--words",
    default="",
    metavar="W",
    help="Only gaps that all these words are said of, follow-up included.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def command(
    *,
    workspace: str,
    pairings: tuple[str, ...],
    every: bool,
    output: str,
    ending: str,
    template: Path | None,
    lang: Lang | None,
    min_severity: float,
    domains: tuple[str, ...],
    kinds: tuple[str, ...],
    sides: tuple[str, ...],
    provenances: tuple[str, ...],
    statuses: tuple[str, ...],
    only_new: bool,
    stretch: tuple[float, float] | None,
    words: str,
    as_json: bool,
) -> None:
    """Write border-gap reports on pairings of WORKSPACE."""
    results = ResultsCache(Path(workspace)).current()
    if results.workspace.run_record() is None:
        raise WorkspaceError(f"{workspace} has no findings yet; run: bordergap analyse {workspace}")
    if every and pairings:
        raise UsageError("--all and --pairing do not go together; leave one out")
    if changed := changed_since_run(results.workspace):
        say(f"Changed since the analysis: {', '.join(changed)}. Run: bordergap analyse {workspace}")
    ids = list(results.members) if every else list(dict.fromkeys(pairings))
    filters = Filters(
        min_severity,
        tuple(sorted(set(domains), key=DOMAINS.index)),
        tuple(dict.fromkeys(kinds)),
        tuple(sorted(set(sides), key=SIDES.index)),
        tuple(sorted(set(provenances), key=PROVENANCES.index)),
        only_new=only_new,
        stretch_km=stretch,
        words=words,
        statuses=tuple(name for name in STATUSES if name in statuses),
    )
    require_border(results, ids, filters)
    if statuses or words or output.lower().endswith(FOLLOWED) or f".{ending}" == FOLLOWED:
        from layers.follow_up import hold_ledger  # noqa: PLC0415 - loads the checks: seconds, seldom needed

        hold_ledger(results.workspace)
    spoken: Lang = lang or language()
    with progress_bar() as progress:
        if output.endswith(("/", "\\")):
            written = write_reports(
                results,
                ids,
                Path(output),
                f".{ending}",
                lang=spoken,
                filters=filters,
                progress=progress,
                template=template,
            )
            files = [(path, [key]) for key, path in written.items()]
        else:
            parts = write_atlas(
                results,
                ids,
                Path(output),
                lang=spoken,
                filters=filters,
                progress=progress,
                template=template,
            )
            files = list(parts.items())
    if as_json:
        write_json(
            [
                {"file": str(path), "pairings": about, "lang": spoken, "bytes": path.stat().st_size}
                for path, about in files
            ]
        )
    elif len(files) == 1:
        say(f"Report written to {files[0][0]}")
    else:
        say(f"{len(files):,} reports written to {files[0][0].parent}")
