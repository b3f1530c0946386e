"""One folder is one workspace: open, read, write atomically, lock."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata import tables, versions
from geodata.database import Database
from geodata.display import FILE as DISPLAY
from geodata.display import Display, read_display
from geodata.embed_store import EmbedStore
from geodata.errors import WorkspaceError
from geodata.intake import IntakeRecord
from geodata.layer_file import LayerFile, positions
from geodata.ledger import Ledger
from geodata.model import LAYERS, TABLES
from geodata.settings import Settings, read_settings, settings_toml
from geodata.sizes import Size, nulls_of, size_of
from geodata.store import AS_CSV, Store, read_json, told_of_damage, told_of_refusal
from geodata.tile_store import TileStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from geodata.commit import Commit
    from geodata.versions import Changes, Difference

FORMAT = 1
MANIFEST = "bordergap.json"
_SETTINGS = "settings.toml"
_RUN = "results/run.json"
WAIT_S = 10.0  # for another writer, before giving up

Box = tuple[float, float, float, float]  # west, south, east, north in degrees


class Workspace:
    """The layers, settings and results of one region; made by `create` or `open`.

    Any number of readers need no lock. Writers take the workspace's lock by themselves; a longer job
    (import, analysis) holds it by `lock` or `transaction`. A killed process leaves the state before or
    after its writing, never one between.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self._store = Store(path, name)
        self._tiles = TileStore(path)
        self._database = Database(path)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let workers in other processes get the workspace: by its folder."""
        return (Workspace, (self.path, self.name))

    @classmethod
    def create(cls, path: Path | str) -> Workspace:
        """Make an empty workspace in the new or empty folder `path` and return it.

        Raises
        ------
        WorkspaceError
            If something is there already, or the folder cannot be written.
        """
        folder = Path(path)
        if (folder / MANIFEST).exists():
            raise WorkspaceError(f"{folder} is a workspace already; open it, or choose another folder")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise WorkspaceError(f"{folder} is not empty; choose a new folder for the workspace")
        name = folder.resolve().name
        manifest = {
            "format": FORMAT,
            "name": name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with told_of_refusal(name):
            folder.mkdir(parents=True, exist_ok=True)
            staged = folder / f"{MANIFEST}.new"
            staged.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
            staged.replace(folder / MANIFEST)
        return cls(folder, name)

    @classmethod
    def open(cls, path: Path | str) -> Workspace:
        """Return the workspace in `path`.

        Raises
        ------
        WorkspaceError
            If there is none, or it is of a later version of the program.
        """
        folder = Path(path)
        if not (folder / MANIFEST).is_file():
            raise WorkspaceError(f"{folder} is no workspace; make one with: bordergap new {folder}")
        manifest = read_json(folder / MANIFEST)
        if manifest.get("format") != FORMAT:
            raise WorkspaceError(
                f"{folder} has format {manifest.get('format')!r}, not {FORMAT}; update bordergap to open it"
            )
        return cls(folder, str(manifest.get("name") or folder.resolve().name))

    # --- settings ---------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """The parameters in force."""
        return read_settings(self._store.place(_SETTINGS))

    @property
    def display(self) -> Display:
        """What the maps carry: approval number, base map, where they may be shown; of `display.toml`.

        Raises
        ------
        SettingsError
            If the file does not fit.
        """
        return read_display(self._store.place(DISPLAY))

    def base_map_style(self) -> list[dict[str, Any]]:
        """Return the layers of the base map's MapLibre style; none where it needs none.

        Raises
        ------
        WorkspaceError
            If the file is missing, or holds no list of layers.
        """
        base_map = self.display.base_map
        if base_map is None or base_map.style is None:
            return []
        path = self._store.place(base_map.style)
        if not path.is_file():
            raise WorkspaceError(
                f"{path.name} is missing; put it beside display.toml, which names it as style"
            )
        layers = read_json(path).get("layers")
        if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
            raise WorkspaceError(f"{path.name} has no list of layers; take a MapLibre style")
        return layers

    @property
    def tiles(self) -> TileStore:
        """Map tiles made of the layers."""
        return self._tiles

    @property
    def embeds(self) -> EmbedStore:
        """Links given out to show a border elsewhere, and the secrets that sign them."""
        return EmbedStore(self.path)

    @property
    def database(self) -> Database:
        """Where follow-up and programme are kept."""
        return self._database

    @property
    def ledger(self) -> Ledger:
        """Follow-up of the gaps."""
        return Ledger(self._database, lambda: gpd.GeoDataFrame(self.read_table("gaps")))

    def write_settings(self, settings: Settings) -> None:
        """Replace the settings."""
        with self._store.writing(WAIT_S) as staged:
            staged.add(_SETTINGS).write_text(settings_toml(settings), encoding="utf-8")

    # --- layers -----------------------------------------------------------------------------------------

    def layer_names(self) -> list[str]:
        """Return the names of the layers there are, in the order of the model."""
        return [name for name in LAYERS if self.has_layer(name)]

    def has_layer(self, name: str) -> bool:
        """Return whether the workspace has the layer `name`."""
        return self._layer_path(name) is not None

    def layer_size(self, name: str) -> Size | None:
        """Return how large the layer `name` is, None where the workspace has none."""
        path = self._layer_path(name)
        if path is None:
            return None
        with told_of_damage(path, f"import the layer {name} again"):
            return size_of(path)

    def read_layer(
        self, name: str, bbox: Box | None = None, columns: Sequence[str] | None = None
    ) -> pd.DataFrame | gpd.GeoDataFrame | None:
        """Return the layer `name` with all its columns, or None where the workspace has none.

        Parameters
        ----------
        bbox
            Only rows whose bounding box meets it; degrees.
        columns
            Only these, and the geometry.

        Returns
        -------
        rows
            GeoDataFrame in EPSG:4326 (DataFrame for a plain table); types as `tables.canonical_frame`;
            the index is the row's position in the layer, whatever the box.

        Raises
        ------
        WorkspaceError
            If the file is damaged.
        """
        path = self._layer_path(name)
        if path is None:
            return None
        with told_of_damage(path, f"import the layer {name} again"):
            return tables.read_table(path, LAYERS[name], bbox, columns)

    def layer_parts(self, name: str, columns: Sequence[str]) -> Iterator[pd.DataFrame | gpd.GeoDataFrame]:
        """Give the layer `name` in parts of some ten thousand rows, in any order; see `read_layer`."""
        path = self._layer_path(name)
        if path is None:
            raise WorkspaceError(f"{self.name} has no layer {name}; import it first")
        with told_of_damage(path, f"import the layer {name} again"):
            yield from tables.read_parts(path, LAYERS[name], columns)

    def read_values(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return those of `columns` that the layer `name` has, without its geometry; see `read_layer`."""
        path = self._layer_path(name)
        if path is None:
            raise WorkspaceError(f"{self.name} has no layer {name}; import it first")
        with told_of_damage(path, f"import the layer {name} again"):
            return tables.read_table(path, LAYERS[name], columns=columns, geometry=False)

    def row_count(self, name: str) -> int:
        """Return the number of rows of the layer `name`, 0 where the workspace has none."""
        path = self._layer_path(name)
        if path is None:
            return 0
        with told_of_damage(path, f"import the layer {name} again"):
            return tables.count_rows(path)

    def unknown_values(self, name: str) -> dict[str, int]:
        """Return by column of the layer `name` how many rows do not tell it; without columns it lacks."""
        path = self._layer_path(name)
        if path is None:
            return {}
        with told_of_damage(path, f"import the layer {name} again"):
            unknown = nulls_of(path)
        for column in LAYERS[name].columns:
            if column.dtype == "texts":  # an empty list says nothing either
                values = self.read_values(name, [column.name])
                if column.name in values:
                    unknown[column.name] = int((values[column.name].str.len().fillna(0) == 0).sum())
        return unknown

    def write_layer(
        self,
        name: str,
        frame: pd.DataFrame,
        intake: IntakeRecord,
        quarantined: pd.DataFrame | None = None,
        *,
        only: bool = False,
    ) -> None:
        """Replace the layer `name`, its intake record and its quarantined rows, together.

        Parameters
        ----------
        frame
            Rows by the model's columns; missing optional ones are unknown.
        intake
            Where the layer came from.
        quarantined
            Rejected rows in full: `row`, `reason`, and what the source had.
        only
            Of `pairings`: these replace the adjacent ones (METHOD 1).

        Raises
        ------
        ValueError
            If the rows do not fit the model.
        WorkspaceError
            If the workspace is locked or cannot be written.
        """
        with self.transaction(), self.scratch() as scratch, told_of_refusal(self.name):
            file = LayerFile(LAYERS[name], scratch)
            file.add(frame)
            aside = None
            if quarantined is not None and not quarantined.empty:
                aside = scratch / "quarantine.csv"
                quarantined.to_csv(aside, **AS_CSV)
            self.put_layer(file, intake, aside, only=only)

    def put_layer(
        self, file: LayerFile, intake: IntakeRecord, quarantine: Path | None = None, *, only: bool = False
    ) -> None:
        """Replace a layer by rows that were written piece by piece; the version before is kept.

        Parameters
        ----------
        file
            The rows.
        intake
            Where the layer came from; what has changed against the version that is kept before it is added.
        quarantine
            CSV of the rejected rows; it is moved.
        only
            As for `write_layer`.

        Raises
        ------
        WorkspaceError
            If the workspace is locked or cannot be written.
        """
        name = file.layer.name
        salt = {"provenance": intake.provenance, "only": only}
        with self._store.writing(WAIT_S) as staged:
            before = self._layer_path(name)
            path = staged.add(f"layers/{name}.parquet")
            file.write(
                path,
                lambda digest: {
                    "intake": self._with_changes(intake, before, file, digest).as_dict(),
                    "only": only,
                },
                salt,
            )
            same = before is not None and tables.read_own(before).get("hash") == tables.read_own(path)["hash"]
            if before is not None and not same:
                self._keep(name, before, staged)
            staged.remove(f"layers/{name}")
            if quarantine is None:
                staged.remove(f"quarantine/{name}.csv")
            else:
                shutil.move(quarantine, staged.add(f"quarantine/{name}.csv"))
            tables.write_table(self.intake(), TABLES["intake"], staged.add("results/intake.parquet"))

    def restore_layer(self, name: str, *, present: str | None = None) -> IntakeRecord:
        """Put the version of the layer `name` before the present one in its place; return its record.

        Parameters
        ----------
        present
            Hash of the version that is to go, where somebody has seen it: of two who ask at once one is told.

        Raises
        ------
        WorkspaceError
            If none is kept, another one is there than was seen, or the workspace cannot be written.
        """
        with self._store.writing(WAIT_S) as staged:
            if present is not None and self.layer_hash(name) != present:
                raise WorkspaceError(
                    f"{name} has been changed meanwhile; look at what is there now, then decide"
                )
            if not self._kept_version(name, 1).exists():
                raise WorkspaceError(
                    f"{self.name} keeps no version of {name} before this one; import it again"
                )
            _link(self._kept_version(name, 1), staged.add(f"layers/{name}.parquet"))
            staged.remove(f"layers/{name}")
            self._link_or_remove(self._kept_version(name, 1, "csv"), f"quarantine/{name}.csv", staged)
            for number in range(1, versions.KEPT + 1):
                for ending in ("parquet", "csv"):
                    later = self._kept_version(name, number + 1, ending)
                    self._link_or_remove(later, f"previous/{name}.{number}.{ending}", staged)
            tables.write_table(self.intake(), TABLES["intake"], staged.add("results/intake.parquet"))
            record = self.intake_of(name)
            return record if record is not None else IntakeRecord(name)

    def versions_of(self, name: str) -> int:
        """Return how many versions of the layer `name` before the present one are kept."""
        return sum(self._kept_version(name, number).exists() for number in range(1, versions.KEPT + 1))

    def last_difference(self, name: str) -> Difference | None:
        """Return how the layer `name` differs from the version that is kept before it; None without one."""
        now, before = self._layer_path(name), self._kept_version(name, 1)
        if now is None or not before.exists():
            return None
        ids = _have_ids(_record_in(before, name), _record_in(now, name))
        with told_of_damage(before, f"remove it, then import {name} again"):
            return versions.difference(
                lambda: versions.pieces(before), lambda: versions.pieces(now), LAYERS[name], ids=ids
            )

    def changes_to(self, file: LayerFile, intake: IntakeRecord) -> Changes | None:
        """Return what would change of a layer, were this put; None where there is nothing yet."""
        before = self._layer_path(file.layer.name)
        return None if before is None else _changes(before, file, intake)

    def difference_to(self, file: LayerFile, intake: IntakeRecord) -> Difference | None:
        """Return how a layer would differ from what is there, were it put; None where there is nothing."""
        name = file.layer.name
        before = self._layer_path(name)
        if before is None:
            return None
        ids = _have_ids(_record_in(before, name), intake)
        with told_of_damage(before, f"remove it, then import {name} again"):
            return versions.difference(lambda: versions.pieces(before), file.pieces, file.layer, ids=ids)

    def _with_changes(
        self, intake: IntakeRecord, before: Path | None, file: LayerFile, digest: str
    ) -> IntakeRecord:
        """Return the record with what has changed against the version `before`.

        The same content is no version of its own: what had changed then, and is undone, still stands.
        """
        if before is None:
            return intake
        was = _record_in(before, intake.layer)
        if was.changes is not None and tables.read_own(before).get("hash") == digest:
            return replace(intake, changes=was.changes)
        return replace(intake, changes=_changes(before, file, intake).as_json())

    def _keep(self, name: str, before: Path, staged: Commit) -> None:
        """Keep the present version of a layer, and let the oldest go."""
        if before.is_dir():
            return  # parts put there by other means
        for number in range(versions.KEPT, 1, -1):
            for ending in ("parquet", "csv"):
                earlier = self._kept_version(name, number - 1, ending)
                self._link_or_remove(earlier, f"previous/{name}.{number}.{ending}", staged)
        _link(before, staged.add(f"previous/{name}.1.parquet"))
        aside = self._store.place(f"quarantine/{name}.csv")
        self._link_or_remove(aside, f"previous/{name}.1.csv", staged)

    def _kept_version(self, name: str, number: int, ending: str = "parquet") -> Path:
        return self._store.place(f"previous/{name}.{number}.{ending}")

    def _link_or_remove(self, source: Path, target: str, staged: Commit) -> None:
        if source.exists():
            _link(source, staged.add(target))
        else:
            staged.remove(target)

    def pieces(self, name: str) -> Iterator[pd.DataFrame]:
        """Yield the rows of the layer `name` piece by piece, in their order."""
        path = self._layer_path(name)
        if path is not None:
            with told_of_damage(path, f"import the layer {name} again"):
                yield from tables.read_pieces(path, LAYERS[name])

    def positions(self, name: str) -> NDArray[np.float64]:
        """Return vertices of the layer `name`, evenly taken: at most 20 000 of each of its row groups."""
        path = self._layer_path(name)
        if path is None:
            return np.empty((0, 2))
        with told_of_damage(path, f"import the layer {name} again"):
            return positions(path)

    def layer_hash(self, name: str) -> str | None:
        """Return a hash of the layer's content (and its provenance), None where it is missing.

        It is the same for the same rows in the same order, however often they are written.
        """
        path = self._layer_path(name)
        if path is None:
            return None
        with told_of_damage(path, f"import the layer {name} again"):
            kept = tables.read_own(path).get("hash")
            if kept:
                return str(kept)
            salt = {"provenance": None, "only": False}
            return tables.content_hash(tables.read_table(path, LAYERS[name]), LAYERS[name], salt)

    def quarantine(self, name: str) -> pd.DataFrame | None:
        """Return the rejected rows of a layer as text, with `row` and `reason`; None where there are none."""
        path = self._store.place(f"quarantine/{name}.csv")
        return pd.read_csv(path, dtype=str, keep_default_na=False) if path.is_file() else None

    def intake(self) -> pd.DataFrame:
        """Return the intake records, one row a layer, in the order of the model."""
        records = [record.as_dict() for name in self.layer_names() if (record := self.intake_of(name))]
        columns = list(TABLES["intake"].column_names)
        return tables.canonical_frame(pd.DataFrame(records, columns=columns), TABLES["intake"])

    def intake_of(self, name: str) -> IntakeRecord | None:
        """Return the intake record of a layer; an empty one for a file put there by other means."""
        path = self._layer_path(name)
        if path is None:
            return None
        with told_of_damage(path, f"import the layer {name} again"):
            return _record_in(path, name)

    @property
    def pairings_only(self) -> bool:
        """Whether the pairings of the file replace the adjacent ones (METHOD 1)."""
        path = self._layer_path("pairings")
        return path is not None and bool(tables.read_own(path).get("only"))

    # --- results ----------------------------------------------------------------------------------------

    def read_table(self, name: str) -> pd.DataFrame | gpd.GeoDataFrame:
        """Return a table of results with the model's columns; no rows where there is none yet."""
        if name == "intake":
            return self.intake()
        path = self._store.place(f"results/{name}.parquet")
        if not path.exists():
            return tables.canonical_frame(pd.DataFrame(columns=list(TABLES[name].column_names)), TABLES[name])
        with told_of_damage(path, "analyse again"):
            return tables.read_table(path, TABLES[name])

    def write_results(self, results: Mapping[str, pd.DataFrame], run: Mapping[str, Any]) -> None:
        """Replace all results: tables by their names, and `run` (plain JSON values) as run.json.

        Raises
        ------
        KeyError
            For a table the model does not know.
        ValueError
            If a table lacks a required column or value.
        WorkspaceError
            If the workspace is locked or cannot be written.
        """
        written = {**results, "intake": self.intake()}
        with self._store.writing(WAIT_S) as staged:
            folder = staged.add("results")
            folder.mkdir()
            for name, frame in written.items():
                tables.write_table(frame, TABLES[name], folder / f"{name}.parquet")
            text = json.dumps(dict(run), ensure_ascii=False, indent=1, sort_keys=True)
            (folder / Path(_RUN).name).write_text(text, encoding="utf-8")

    def run_record(self) -> dict[str, Any] | None:
        """Return what run.json says of the last analysis, None before the first."""
        path = self._store.place(_RUN)
        return read_json(path) if path.is_file() else None

    def results_version(self) -> str:
        """Return a text that changes with every analysis: a key for what is made of the results."""
        try:
            status = self._store.place(_RUN).stat()
        except FileNotFoundError:
            return ""
        return f"{status.st_ino:x}-{status.st_mtime_ns:x}"

    # --- writing ----------------------------------------------------------------------------------------

    @contextmanager
    def lock(self, timeout_s: float = WAIT_S) -> Iterator[None]:
        """Be the only writer; may be nested. The system frees the lock of a killed process.

        Raises
        ------
        WorkspaceError
            If another process keeps the workspace for longer than `timeout_s`.
        """
        with self._store.lock(timeout_s):
            yield

    @contextmanager
    def transaction(self, timeout_s: float = WAIT_S) -> Iterator[None]:
        """Let everything written inside appear together at the end, or, after an error, nothing of it.

        Inside, the writer reads what it has written.
        """
        with self._store.transaction(timeout_s):
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give the holder of the lock an empty folder in the workspace that is gone afterwards."""
        with self._store.scratch() as folder:
            yield folder

    def _layer_path(self, name: str) -> Path | None:
        if name not in LAYERS:
            raise KeyError(f"no layer {name!r}; known are {', '.join(LAYERS)}")
        places = (self._store.place(f"layers/{name}.parquet"), self._store.place(f"layers/{name}"))
        return next((place for place in places if place.exists()), None)


def _record_in(path: Path, name: str) -> IntakeRecord:
    """Return the record that the file of a layer holds; an empty one where it holds none."""
    return IntakeRecord.from_dict(tables.read_own(path).get("intake") or {"layer": name})


def _changes(before: Path, file: LayerFile, intake: IntakeRecord) -> Changes:
    """Return what has changed against the version in the file `before`."""
    ids = _have_ids(_record_in(before, intake.layer), intake)
    with told_of_damage(before, f"remove it, then import {intake.layer} again"):
        return versions.changes(versions.pieces(before), file.pieces(), file.layer, ids=ids)


def _have_ids(*records: IntakeRecord) -> bool:
    """Return whether ids tell the features of these versions apart."""
    return not any(versions.NUMBERED in record.notes for record in records)


def _link(source: Path, target: Path) -> None:
    """Give a file that never changes another name; where the file system cannot, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
