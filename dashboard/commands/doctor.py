"""bordergap doctor: what is installed or missing, what in the data is doubtful, what to do about it."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import click
import pandas as pd
import pyogrio
import pyproj
import shapely
from packaging.requirements import Requirement

from dashboard.approval import map_content, review_note
from dashboard.changes import changed_since_run
from dashboard.commands.terminal import language, printable, table, write_json
from dashboard.i18n import Text
from dashboard.quality import defect_said, effect_said, workspace_defects
from dashboard.results import ResultsCache
from geodata.catalogue import pairings_for
from geodata.errors import BordergapError
from geodata.model import LAYERS
from geodata.workspace import Workspace
from layers import wording
from layers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geodata.intake import IntakeRecord

PROGRAM = "bordergap"

_REMEDIES = {
    "quarantined": "correct {workspace}/quarantine/{layer}.csv, where the reasons stand, and take it in with:"
    " bordergap import {workspace} FILE --layer {layer} --add",
    "generated": "import measured data in its place",
    "fallback": "import measured data in its place",
    "unknown": "ask the source for it, and import the layer again",
    "outside": "compare it with the districts on the map; its reference system may be another",
}

State = Literal["ok", "note", "doubtful", "missing"]

EPILOG = """\b
Examples:
  bordergap doctor
  bordergap doctor atlas

Exit code 1 where something that is needed is missing; doubts about the data are no fault."""


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, its state, and what to do about it."""

    about: str
    state: State
    what: str
    remedy: str = ""


@click.command("doctor", epilog=EPILOG)
@click.argument(
    "workspace", required=False, type=click.Path(exists=True, file_okay=False), metavar="[WORKSPACE]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(workspace: str | None, as_json: bool) -> None:  # noqa: FBT001  # click hands every option over
    """Say what is installed, what is missing, and what in WORKSPACE is doubtful, with what to do about it."""
    found = [*installation(), *(workspace_findings(workspace) if workspace else ())]
    if as_json:
        write_json([asdict(finding) for finding in found])
    else:
        click.echo(report(found))
    if any(finding.state == "missing" for finding in found):
        sys.exit(1)


def report(found: Iterable[Finding]) -> str:
    """Return findings as a table for a terminal, the remedy of each on the line below it."""
    found = list(found)
    header = ("state", "about", "what")
    lines = table(header, [(finding.state, finding.about, finding.what) for finding in found]).split("\n")
    told = [lines[0]]
    for line, finding in zip(lines[1:], found, strict=True):
        told.append(line)
        if finding.remedy:
            told.append(f"          -> {printable(finding.remedy)}")
    return "\n".join(told)


def installation() -> list[Finding]:
    """Return what is installed of what the program needs, and the native libraries that came with it."""
    engines = {
        "GDAL": pyogrio.__gdal_version_string__,
        "GEOS": shapely.geos_version_string,
        "PROJ": pyproj.proj_version_str,
    }
    return [
        Finding("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *(
            _requirement(text)
            for text in importlib.metadata.requires(PROGRAM) or ()
            if "extra ==" not in text
        ),
        *(Finding(name, "ok", version) for name, version in engines.items()),
    ]


def _requirement(text: str) -> Finding:
    """Return whether the library a requirement names is there, in a version that fits."""
    wanted = Requirement(text)
    remedy = f"pip install '{text}'"
    try:
        version = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(wanted.name, "missing", f"needs {wanted.specifier}", remedy)
    if not wanted.specifier.contains(version, prereleases=True):
        return Finding(wanted.name, "missing", f"{version} does not fit {wanted.specifier}", remedy)
    return Finding(wanted.name, "ok", version)


def workspace_findings(path: str) -> list[Finding]:
    """Return what in a workspace is missing or doubtful; damage found on the way is a finding too."""
    try:
        workspace = Workspace.open(path)
        return [
            *_layers(workspace),
            *(finding for record in _records(workspace) for finding in _intake(record)),
            *_quality(workspace),
            *_known_pairings(workspace),
            *_run(workspace, path),
            *_review(workspace),
            *_not_computed(workspace),
        ]
    except BordergapError as error:
        return [Finding("workspace", "missing", str(error))]


def _records(workspace: Workspace) -> list[IntakeRecord]:
    records = (workspace.intake_of(name) for name in workspace.layer_names())
    return [record for record in records if record is not None]


def _layers(workspace: Workspace) -> list[Finding]:
    """Return the layers there are not, and the checks that wait for them."""
    there = set(workspace.layer_names())
    found = []
    for name in LAYERS:
        if name in there:
            continue
        waiting = [kind.name for kind in KINDS.values() if name in kind.needs]
        if name == "districts":
            found.append(
                Finding(
                    name,
                    "missing",
                    "no districts: there are no borders",
                    f"bordergap import {workspace.path} FILE --layer districts",
                )
            )
        elif waiting:
            found.append(
                Finding(
                    name,
                    "doubtful",
                    f"no such layer; not computed: {', '.join(waiting)}",
                    f"bordergap import {workspace.path} FILE --layer {name}",
                )
            )
    return found


def _intake(record: IntakeRecord) -> list[Finding]:
    """Return how a layer came in, and what was said about it then."""
    rows = f"{record.accepted:,} of {record.rows_read:,} rows from {record.source or 'an unknown source'}"
    found = [Finding(record.layer, "ok", rows)]
    if not record.licence:
        unsaid = "licence not stated"
        found.append(Finding(record.layer, "doubtful", unsaid, "ask its source before results are published"))
    return [*found, *(Finding(record.layer, "note", note) for note in record.notes)]


def _quality(workspace: Workspace) -> list[Finding]:
    """Return what in the layers is doubtful, and what that does to which finding."""
    text = Text(language())
    return [
        Finding(
            defect.layer,
            "doubtful",
            f"{defect_said(defect, text)}: {effect_said(defect, text)}",
            _REMEDIES.get(defect.name, "").format(workspace=workspace.path, layer=defect.layer),
        )
        for defect in workspace_defects(workspace)
    ]


def _known_pairings(workspace: Workspace) -> list[Finding]:
    """Return the pairings of the catalogue that fit the districts and are not in the workspace."""
    districts = workspace.read_layer("districts", columns=["district_id"])
    if districts is None:
        return []
    named = workspace.read_layer("pairings", columns=["pairing_id"])
    there = set() if named is None else set(named["pairing_id"])
    remedy = "docs/pairings.md says how to add it"
    return [
        Finding("pairings", "note", f"the catalogue has one that fits: {pairing} ({name})", remedy)
        for pairing, name in pairings_for(districts)[["pairing_id", "name"]].itertuples(index=False)
        if pairing not in there
    ]


def _run(workspace: Workspace, path: str) -> list[Finding]:
    """Return whether there are results, and whether they are those of the data as they are now."""
    again = f"bordergap analyse {path}"
    if workspace.run_record() is None:
        return [Finding("results", "doubtful", "not analysed yet", again)]
    found = [Finding("results", "ok", f"{len(workspace.read_table('gaps')):,} gaps")]
    if changed := changed_since_run(workspace):
        found.append(
            Finding("results", "doubtful", f"changed since the analysis: {', '.join(changed)}", again)
        )
    return found


def _review(workspace: Workspace) -> list[Finding]:
    """Return the hash of what the maps draw, and whether the approval number in `display.toml` is for it."""
    results = ResultsCache(workspace.path).current()
    content, note = map_content(results), review_note(results, language())
    enter = f'write approved_content = "{content}" beside approval_number into display.toml'
    if note.kind == "approved":
        return [Finding("map", "ok", f"content {content}: {note.text}")]
    if note.kind == "changed":
        return [Finding("map", "doubtful", f"content {content}: {note.text}", f"once approved: {enter}")]
    return [
        Finding("map", "note", f"content {content}: not reviewed", f"once an office approves it: {enter}")
    ]


def _not_computed(workspace: Workspace) -> list[Finding]:
    """Return what the checks could not decide, counted by check and reason."""
    rows = workspace.read_table("not_computed")
    if rows.empty:
        return []
    lang = language()
    counted = rows.assign(count=pd.to_numeric(rows["count"]).fillna(1.0))
    sums = counted.groupby(["check", "reason"], sort=True, observed=True)["count"].agg(["size", "sum"])
    return [
        Finding(
            str(check),
            "doubtful",
            f"not computed: {_why(str(reason), lang)} ({size:,} times, {total:,.0f} in all)",
        )
        for (check, reason), size, total in sums.itertuples(name=None)
    ]


def _why(reason: str, lang: wording.Lang) -> str:
    return wording.reason(reason, lang).removeprefix("not computed: ")
