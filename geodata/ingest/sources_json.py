"""sources.json beside the layer files: whose data they are, of when, and how far to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError
from geodata.ingest.json_stream import read_json_text
from geodata.model import LAYERS, PROVENANCES

if TYPE_CHECKING:
    from pathlib import Path

Origin = dict[str, Any]  # of an intake record: the fields below, and notes
_FIELDS = ("source", "licence", "attribution", "date", "provenance")
_NOTES = "notes"  # a list of sentences beside them


def read_origins(path: Path) -> dict[str, Origin]:
    """Return the origin of each layer: `{layer: {source, licence, attribution, date, provenance, notes}}`.

    Raises
    ------
    SourceError
        Naming each entry that does not fit.
    """
    document = read_json_text(path, path.name)
    if not isinstance(document, dict):
        raise SourceError(path.name, ["it is no JSON object; write {layer: {source, licence, …}}"])
    problems: list[str] = []
    for layer, origin in document.items():
        if layer not in LAYERS:
            problems.append(f"{layer} is no layer; known are {', '.join(LAYERS)}")
        elif not isinstance(origin, dict):
            problems.append(f"{layer}: give an object with any of {', '.join(_FIELDS)}")
        else:
            problems += _problems(layer, origin)
    if problems:
        raise SourceError(path.name, problems)
    return {layer: dict(origin) for layer, origin in document.items()}


def _problems(layer: str, origin: dict[str, Any]) -> list[str]:
    problems = [
        f"{layer}: {field} is not known; give any of {', '.join((*_FIELDS, _NOTES))}"
        for field in origin
        if field not in (*_FIELDS, _NOTES)
    ]
    problems += [
        f"{layer}: {field} is no text; write it in quotes"
        for field, value in origin.items()
        if field in _FIELDS and not (isinstance(value, str) or value is None)
    ]
    notes = origin.get(_NOTES, [])
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        problems.append(f'{layer}: notes are no list of texts; write them as ["…", …]')
    provenance = origin.get("provenance")
    if isinstance(provenance, str) and provenance not in PROVENANCES:
        problems.append(
            f"{layer}: provenance {provenance!r} is not known; give one of {', '.join(PROVENANCES)}"
        )
    return problems
