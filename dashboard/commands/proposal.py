"""What `bordergap import --propose` prints, and what `--accept` takes of it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from dashboard.commands.terminal import table
from geodata.errors import SourceError
from geodata.ingest.look import look
from geodata.ingest.recognise import propose
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.ingest.dictionary import Dictionary
    from geodata.ingest.mapping import Mapping
    from geodata.ingest.recognise import Proposal
    from geodata.workspace import Workspace

_NAMED = 20  # unused columns that are named
_VALUES = 12  # values of a field that are shown


def proposals_of(workspace: Workspace, source: str, said: Mapping, words: Dictionary) -> list[Proposal]:
    """Return what is proposed for each table of a source, given what is said already."""
    districts: Any = workspace.read_layer("districts", columns=["district_id"])
    looks = look(source, table=said.table, encoding=said.encoding, admin_level=said.admin_level)
    return [propose(each, layer=said.layer, districts=districts, words=words) for each in looks]


def accepted(found: Sequence[Proposal], said: Mapping) -> Mapping:
    """Return what is said and, for what is not, the proposal.

    Raises
    ------
    SourceError
        Where it is not clear which proposal is right: with what to type for each.
    """
    if len(found) > 1:
        tables = ", ".join(repr(each.look.table or each.look.source) for each in found)
        raise SourceError(found[0].look.source, [f"it has {len(found)} tables ({tables}); say --table"])
    (one,) = found
    problems = []
    if said.layer is None and one.clear_layer is None:
        likely = ", ".join(f"--layer {guess.layer}" for guess in one.layers[:3])
        problems.append(
            f"which layer it holds is not clear; say {likely or f'--layer, one of {list(LAYERS)}'}"
        )
    open_ = said.crs is None and said.datum is None and not said.swap_axes
    if open_ and one.coordinates and one.clear_coordinates is None:
        problems += [f"coordinates may be {each}" for each in one.coordinates[:5]]
        problems.append("which of them is right is not clear; say it")
    if problems:
        raise SourceError(one.look.source, problems)
    proposed = one.mapping()
    return proposed.but(**said.as_dict())


def as_text(proposal: Proposal, workspace: str, source: str) -> str:
    """Return a proposal as a person reads it at a terminal."""
    look_ = proposal.look
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in look_.geometry_types.items()) or "no geometry"
    lines = [f"{look_.source}: {look_.rows:,} rows ({kinds}), {look_.crs or 'no reference system declared'}"]
    if look_.encoding:
        lines.append(f"Encoding: {look_.encoding}")
    lines += ["", "Layer:"]
    lines += [
        f"  {guess.layer}  {guess.score:.0%}  {'; '.join(guess.reasons)}" for guess in proposal.layers[:3]
    ] or ["  none fits; say --layer"]
    if proposal.fields:
        rows = [
            (guess.field, guess.column, "" if guess.certain else "?", guess.reason, ", ".join(guess.examples))
            for guess in proposal.fields
        ]
        lines += ["", table(("field", "column", "", "why", "examples"), rows)]
    lines += [f"No column for {name}; name it with --map {name}=COLUMN" for name in proposal.lacking]
    lines += _values(proposal)
    if proposal.coordinates:
        lines += ["", "Coordinates may be:"]
        lines += [f"  {each}: {each.reason}" for each in proposal.coordinates]
    if proposal.unused:
        more = " …" if len(proposal.unused) > _NAMED else ""
        lines += ["", f"Not used: {', '.join(proposal.unused[:_NAMED])}{more}"]
    return "\n".join([*lines, "", f"To import it so: {command_of(proposal, workspace, source)}"])


def _values(proposal: Proposal) -> list[str]:
    lines = []
    for field in dict.fromkeys(guess.field for guess in proposal.values):
        said = [guess for guess in proposal.values if guess.field == field]
        shown = [
            f"{guess.value} = {guess.meaning or '?'} ({guess.count:,})"
            for guess in sorted(said, key=lambda guess: guess.meaning is not None)[:_VALUES]
        ]
        lines += ["", f"Values of {field}: {', '.join(shown)}{' …' if len(said) > _VALUES else ''}"]
    if any(guess.meaning is None for guess in proposal.values):
        lines.append("A value with ? stays as it is; say --value FIELD:VALUE=MEANING")
    return lines


def command_of(proposal: Proposal, workspace: str, source: str) -> str:
    """Return the command that imports a source as proposed."""
    said = proposal.mapping()
    words = ["bordergap", "import", workspace, source]
    words += ["--layer", said.layer or "LAYER"]
    words += ["--table", said.table] if said.table else []
    best = proposal.clear_coordinates
    if proposal.coordinates and best is None:
        words += ["--crs", "…"]
    elif said.crs or said.datum or said.swap_axes:
        words += best.options.split() if best else []
    words += [
        word
        for guess in proposal.fields
        if not guess.certain
        for word in ("--map", f"{guess.field}={guess.column}")
    ]
    return shlex.join(words)


def as_dict(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as plain values, for JSON."""
    look_ = proposal.look
    return {
        "source": look_.source,
        "table": look_.table,
        "rows": look_.rows,
        "unreadable": look_.unreadable,
        "geometry_types": look_.geometry_types,
        "crs": look_.crs,
        "bounds": look_.bounds,
        "encoding": look_.encoding,
        "notes": look_.notes,
        "layer": proposal.layer,
        "clear_layer": proposal.clear_layer,
        "layers": [vars(guess) for guess in proposal.layers],
        "fields": [vars(guess) for guess in proposal.fields],
        "lacking": proposal.lacking,
        "values": [vars(guess) for guess in proposal.values],
        "coordinates": [{**vars(each), "options": each.options} for each in proposal.coordinates],
        "columns": [vars(column) for column in look_.columns],
        "unused": proposal.unused,
        "mapping": proposal.mapping().as_dict(),
    }
