"""What the guided import shows of an upload before anything is stored: proposals, a preview on the map."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.commands.proposal import as_dict
from dashboard.import_words import imported
from dashboard.layer_changes import changes_body, drawn
from geodata.datum import DATUMS
from geodata.errors import SourceError, told_as
from geodata.ingest.dictionary import dictionary
from geodata.ingest.formats import OSM
from geodata.ingest.incoming import taken_ids
from geodata.ingest.normalise import AXES, DATUM, REASON, ROW, SWAPPED, normalise
from geodata.ingest.recognise import propose
from geodata.intake_store import IntakeStore
from geodata.layer_file import LayerFile
from geodata.model import LAYERS

if TYPE_CHECKING:
    from geodata.ingest.look import TableLook
    from geodata.ingest.mapping import Mapping
    from geodata.intake import IntakeRecord
    from geodata.workspace import Workspace
    from layers.wording import Lang

COMPARED = 50_000  # rows of a layer that is there, up to which a preview holds a file against it
_REASONS = 6


def proposals_body(workspace: Workspace, number: str, layer: str | None, lang: Lang) -> dict[str, Any]:
    """Return what is proposed for each table of an upload."""
    store = IntakeStore(workspace.path)
    upload = store.upload(number)
    districts: Any = workspace.read_layer("districts", columns=["district_id"])
    words = dictionary(workspace.path)
    looks = store.looks(number)
    proposals = [
        {
            **as_dict(propose(look, name=upload.called, layer=layer, districts=districts, words=words)),
            **_brought_back(look),
            "source": look.source.replace(upload.path.name, upload.called),
        }
        for look in looks
    ]
    for proposal in proposals:
        for guess in (*proposal["coordinates"], *proposal["fields"]):
            for said in ("name", "reason"):
                if said in guess:
                    guess[said] = imported(guess[said], lang)
    left = looks[0].left if looks else ()
    chosen = {proposal["layer"] for proposal in proposals} - {None}
    return {
        "id": upload.id,
        "called": upload.called,
        "osm": upload.path.name.lower().endswith(OSM),
        "tables": proposals,
        "left": [imported(said.replace(upload.path.name, upload.called), lang) for said in left],
        "choices": {name: choices(name, words) for name in chosen},
        "present": workspace.layer_names(),
    }


def _brought_back(look: TableLook) -> dict[str, Any]:
    """Return whether a table brings rows back that were set aside, and what it says of their coordinates."""
    rows = look.sample.rows
    back = {ROW, REASON} <= set(rows.columns)

    def all_say(name: str, value: str) -> bool:
        return name in rows and bool((rows[name] == value).all())

    datum = next((one for one in DATUMS if all_say(DATUM, one)), None)
    before = {"datum": datum, "swapped": all_say(AXES, SWAPPED)}
    return {"brings_back": back, "before": before if back else None}


def choices(layer: str, words: Any) -> dict[str, list[str]]:
    """Return, by field that has them, the values of the model a source's value may mean."""
    return {
        name: list(dict.fromkeys(words.values_of(layer, name).values()))
        for name in LAYERS[layer].column_names
        if words.values_of(layer, name)
    }


def preview_body(
    workspace: Workspace, number: str, said: Mapping, place: int, lang: Lang, *, add: bool = False
) -> dict[str, Any]:
    """Return what becomes of the sample of an upload's table if it is imported as said, and where it lies.

    Where the sample is all there is, what would change of the layer that is there is told too.
    """
    store = IntakeStore(workspace.path)
    upload, looks = store.upload(number), store.looks(number)
    look = looks[min(place, len(looks) - 1)]
    districts: Any = workspace.read_layer("districts", columns=["district_id"])
    counts = {"rows": look.rows, "sample": len(look.sample.rows)}
    if said.layer is None:
        return {**counts, "problems": []}
    layer = LAYERS[said.layer]
    try:
        with told_as(upload.path.name, upload.called):
            prepared = normalise(
                look.sample,
                layer,
                field_map=said.fields,
                crs=said.crs,
                datum=said.datum,
                swap_axes=said.swap_axes,
                value_map=said.values,
                words=dictionary(workspace.path),
                near=districts,
                taken=taken_ids(workspace, layer) if add else (),
            )
    except SourceError as error:
        return {**counts, "problems": [imported(problem, lang) for problem in error.problems]}
    reasons = Counter(imported(str(reason), lang) for reason in prepared.quarantined["reason"])
    record = prepared.record
    frame: Any = prepared.frame
    shown = shapely.is_missing(frame.geometry) if "geometry" in frame else np.ones(len(frame), dtype=bool)
    whole = look.rows == len(look.sample.rows) and not add
    return {
        **counts,
        "problems": [],
        "accepted": record.accepted,
        "repaired": record.repaired,
        "quarantined": record.quarantined,
        "reasons": reasons.most_common(_REASONS),
        "notes": [imported(note, lang) for note in record.notes],
        "inside": _inside(frame[~shown], districts),
        "places": drawn(frame[~shown]),
        "changes": _changes(workspace, frame, record) if whole else None,
    }


def _changes(workspace: Workspace, frame: Any, record: IntakeRecord) -> dict[str, Any] | None:
    """Return what would change of the layer that is there; None where there is none, or it is large."""
    if not 0 < workspace.row_count(record.layer) <= COMPARED:
        return None
    layer = LAYERS[record.layer]
    with tempfile.TemporaryDirectory(prefix="bordergap-") as scratch:  # of our own: the lock may be another's
        file = LayerFile(layer, Path(scratch))
        file.add(frame)
        found = workspace.difference_to(file, record)
        return None if found is None else changes_body(found, layer)


def districts_body(workspace: Workspace) -> dict[str, Any]:
    """Return the outlines of the districts as GeoJSON, as fine as a small map shows them."""
    rows: Any = workspace.read_layer("districts", columns=["district_id", "name"])
    return {"type": "FeatureCollection", "features": []} if rows is None else drawn(rows)


def _inside(frame: Any, districts: Any) -> dict[str, int] | None:
    """Return how many of the places lie in a district; None where there are none of either."""
    if districts is None or not len(districts) or not len(frame):
        return None
    tree = shapely.STRtree(np.asarray(districts.geometry.array, dtype=object))
    found = np.unique(tree.query(np.asarray(frame.geometry.array, dtype=object), predicate="intersects")[0])
    return {"inside": len(found), "of": len(frame)}
