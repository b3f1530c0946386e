"""Import: a file, a folder of layer files or an OSM extract into a workspace, all of it or nothing."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import SourceError, UsageError
from geodata.ingest.dictionary import dictionary
from geodata.ingest.files import OSM, SUFFIXES, FileOptions, raw_tables
from geodata.ingest.geojson import read_json_text
from geodata.ingest.normalise import Prepared, normalise
from geodata.ingest.osm import read_osm
from geodata.ingest.pairings_json import read_pairings
from geodata.ingest.sources_json import Origin, read_origins
from geodata.ingest.whereabouts import doubts, meeting
from geodata.model import LAYERS
from geodata.settings import Settings, settings_from

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    import pandas as pd

    from geodata.datum import Datum
    from geodata.ingest.dictionary import Dictionary
    from geodata.ingest.normalise import ValueMap
    from geodata.intake import IntakeRecord
    from geodata.workspace import Workspace

SETTINGS_FILE = "config.json"
ORIGINS_FILE = "sources.json"
_NO_INPUT = {"expected.json"}  # beside the worked cases


Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


@dataclass(frozen=True)
class _Options:
    """What the user says about the source, and where to unpack it."""

    layer: str | None
    table: str | None
    field_map: Mapping[str, str] | None
    crs: str | None
    datum: Datum | None
    swap_axes: bool
    value_map: ValueMap
    words: Dictionary
    encoding: str | None
    admin_level: int | None
    scratch: Path
    report: Progress


def import_source(
    workspace: Workspace,
    source: str | Path,
    *,
    layer: str | None = None,
    table: str | None = None,
    field_map: Mapping[str, str] | None = None,
    crs: str | None = None,
    datum: Datum | None = None,
    swap_axes: bool = False,
    value_map: ValueMap | None = None,
    encoding: str | None = None,
    admin_level: int | None = None,
    progress: Progress | None = None,
) -> list[IntakeRecord]:
    """Import `source` into `workspace` and return the record of each layer, in the order of the model.

    Everything is read and checked before anything is stored; the layers replace those of the same names
    together, or, after an error, nothing has changed.

    Parameters
    ----------
    source
        A file (GeoJSON, GeoPackage, Shapefile alone or zipped, file geodatabase, KML, KMZ, DXF, FlatGeobuf,
        GeoParquet, CSV or XLSX with coordinates, pairings.json), a folder of such files named after their
        layers (with config.json, the settings, and sources.json, where each layer comes from), or an OSM
        extract (.osm.pbf, .osm).
    layer
        What a single file holds, where its name does not say so.
    table
        Which table of a database, or sheet of a workbook.
    field_map
        Canonical column -> column of the source, where their names differ.
    crs
        Reference system, where the file names none or a wrong one.
    datum
        gcj02 or bd09, where the coordinates are shifted.
    swap_axes
        The first coordinate is the northing or latitude.
    value_map
        Canonical column -> value of the source -> value of the model, where the dictionary does not know it.
    encoding
        Of texts, where the file does not tell.
    admin_level
        Of an OSM extract: which boundaries are the districts; without it there are none.

    Raises
    ------
    SourceError
        Naming file, row, reason and remedy; all problems of a file at once.
    SettingsError
        If config.json does not fit.
    UsageError
        If there is no such source, or the layer is not known.
    WorkspaceError
        If the workspace is locked or cannot be written.
    """
    path = Path(source)
    if not path.exists():
        raise UsageError(f"{source}: there is no such file or folder")
    if layer is not None and layer not in LAYERS:
        raise UsageError(f"{layer}: no such layer; known are {', '.join(LAYERS)}")
    report = progress or _quiet
    with tempfile.TemporaryDirectory(prefix="bordergap-") as scratch, workspace.lock():
        options = _Options(
            layer,
            table,
            field_map,
            crs,
            datum,
            swap_axes,
            value_map or {},
            dictionary(workspace.path),
            encoding,
            admin_level,
            Path(scratch),
            report,
        )
        settings, prepared = _read(workspace, path, options)
        prepared = _with_doubts(workspace, prepared)
        report(workspace.name, 0, 1)
        with workspace.transaction():
            for name, one in prepared.items():
                workspace.write_layer(name, one.frame, one.record, one.quarantined, only=one.only)
            if settings is not None:
                workspace.write_settings(settings)
        report(workspace.name, 1, 1)
    return [prepared[name].record for name in LAYERS if name in prepared]


def _quiet(what: str, done: int, total: int) -> None:
    """Show nothing."""


def _read(workspace: Workspace, path: Path, options: _Options) -> tuple[Settings | None, dict[str, Prepared]]:
    """Return the settings the source brings, if any, and its layers by name."""
    if path.name.lower().endswith(OSM):
        options.report(path.name, 0, 1)
        return None, {one.record.layer: one for one in read_osm(path, options.admin_level)}
    if options.admin_level is not None:
        raise UsageError("--admin-level is for an OSM extract (.osm.pbf, .osm)")
    if path.is_file() or path.suffix.lower() == ".gdb":
        return None, _read_files([path], {}, workspace, options)
    if options.layer or options.table or options.field_map:
        raise UsageError(
            "--layer, --table and --map are for a single file; name the folder's files after their layers"
        )
    files, ignored, settings_file = _sorted_out(path)
    origins = read_origins(path / ORIGINS_FILE) if (path / ORIGINS_FILE).is_file() else {}
    prepared = _read_files(files, origins, workspace, options)
    if ignored and prepared:
        first = next(name for name in LAYERS if name in prepared)
        note = f"files not used: {', '.join(ignored)}"
        record = prepared[first].record
        record = dataclasses.replace(record, notes=(*record.notes, note))
        prepared[first] = dataclasses.replace(prepared[first], record=record)
    return _settings(settings_file), prepared


def _sorted_out(folder: Path) -> tuple[list[Path], list[str], Path | None]:
    """Return the layer files of a folder, the names of files of no use, and the settings."""
    files: list[Path] = []
    ignored: list[str] = []
    by_layer: dict[str, Path] = {}
    problems = []
    beside = {".shx", ".dbf", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qix"}  # parts of a shapefile
    for path in sorted(folder.iterdir()):
        name = dictionary().layer_called(path.stem)
        if path.suffix.lower() in SUFFIXES and name is not None:
            if name in by_layer:
                problems.append(f"{by_layer[name].name} and {path.name} are both {name}; keep one")
            by_layer[name] = path
            files.append(path)
        elif path.name not in {SETTINGS_FILE, ORIGINS_FILE} and path.suffix.lower() not in beside:
            ignored.append(path.name)
    settings_file = folder / SETTINGS_FILE
    settings = settings_file if settings_file.is_file() else None
    if not files and settings is None:
        problems.append(f"no file is named after a layer; call them {', '.join(LAYERS)} (.geojson, .gpkg, …)")
    if problems:
        raise SourceError(folder.name, problems)
    return files, ignored, settings


def _settings(path: Path | None) -> Settings | None:
    if path is None:
        return None
    values = read_json_text(path, path.name)
    if not isinstance(values, dict):
        raise SourceError(path.name, ['it is no JSON object; write {"zone_m": 2000, …}'])
    return settings_from(values, path.name)


def _read_files(
    files: list[Path], origins: Mapping[str, Origin], workspace: Workspace, options: _Options
) -> dict[str, Prepared]:
    """Return the layers of `files` by name; pairings last, as they need the districts."""
    prepared: dict[str, Prepared] = {}
    later: list[Path] = []
    near = workspace.read_layer("districts", columns=["district_id"])
    file_options = FileOptions(options.layer, options.table, options.encoding, options.scratch)
    for done, path in enumerate(files):
        options.report(path.name, done, len(files))
        if (options.layer or path.stem.lower()) == "pairings" and path.suffix.lower() == ".json":
            later.append(path)
            continue
        for name, raw in raw_tables(path, file_options):
            if name in prepared:
                problem = f"it holds more than one layer of {name}; give each by itself"
                raise SourceError(path.name, [problem])
            one = normalise(
                raw,
                LAYERS[name],
                field_map=options.field_map,
                crs=options.crs,
                datum=options.datum,
                swap_axes=options.swap_axes,
                value_map=options.value_map,
                words=options.words,
                near=near,
            )
            prepared[name] = one.with_origin(origins.get(name, {}))
    for path in later:
        one = read_pairings(path, path.name, _district_ids(workspace, prepared))
        prepared["pairings"] = one.with_origin(origins.get("pairings", {}))
    return prepared


def _with_doubts(workspace: Workspace, prepared: Mapping[str, Prepared]) -> dict[str, Prepared]:
    """Return the layers with notes on how the districts meet, and on what lies elsewhere."""
    noted = dict(prepared)
    coming = prepared.get("districts")
    districts = coming.frame if coming else workspace.read_layer("districts", columns=["district_id"])
    if districts is None or districts.empty:
        return noted
    for name, one in prepared.items():
        if not LAYERS[name].geometry or not LAYERS[name].geometry_required:
            continue
        layers = {name: one.frame} if name != "districts" else _placed(workspace, but=prepared)
        said = [*doubts(layers, districts, name), *(meeting(districts) if name == "districts" else [])]
        notes = (*one.record.notes, *said)
        noted[name] = dataclasses.replace(one, record=dataclasses.replace(one.record, notes=notes))
    return noted


def _placed(workspace: Workspace, but: Container[str]) -> dict[str, pd.DataFrame]:
    """Return the layers of places that are there already and stay."""
    names = [name for name in workspace.layer_names() if name not in but and LAYERS[name].geometry_required]
    read = {name: workspace.read_layer(name) for name in names if LAYERS[name].geometry}
    return {name: rows for name, rows in read.items() if rows is not None}


def _district_ids(workspace: Workspace, prepared: Mapping[str, Prepared]) -> set[str]:
    """Return the ids of the districts that come with the import, or that are there already."""
    coming = prepared.get("districts")
    frame = coming.frame if coming else workspace.read_layer("districts", columns=["district_id"])
    return set() if frame is None else set(frame["district_id"])
