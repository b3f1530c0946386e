"""Work that takes longer than an answer: reading, importing, analysing; a child process, one a workspace.

What is known of it stands in a file of the workspace, so that every worker of the server can tell and stop
it, and it goes on when the worker that began it ends. The right to work is a lock that the child inherits.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.changes import changed_since_run
from dashboard.layer_changes import changes_body
from geodata.errors import BordergapError, told_as
from geodata.ingest import import_source
from geodata.ingest.look import look
from geodata.ingest.mapping import mapping_from
from geodata.intake_store import IntakeStore
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from geodata.ingest.importer import Rehearsal
    from geodata.intake import IntakeRecord
    from geodata.intake_store import Upload
    from geodata.layer_file import LayerFile
    from geodata.versions import Changes

    Start = Callable[[Path, int], None]

KINDS = ("look", "rehearse", "import", "analyse")
_TOLD_EVERY_S = 0.25
_LOOKED_EVERY_S = 0.25
_CHILDREN: list[subprocess.Popen[bytes]] = []


def begin(workspace: Workspace, order: dict[str, Any], start: Start) -> dict[str, Any] | None:
    """Have work done and return its state; None where other work is being done."""
    store = IntakeStore(workspace.path)
    handle = store.begin(order)
    if handle is None:
        return None
    try:
        start(workspace.path, handle)
    finally:
        os.close(handle)  # who works has it too
    return store.job()


def in_child(workspace: Path, handle: int) -> None:
    """Do the work in a process of its own, which inherits the right to it."""
    _CHILDREN[:] = [child for child in _CHILDREN if child.poll() is None]  # those that ended are let go
    child = subprocess.Popen(  # noqa: S603  # our own program, our own arguments
        [sys.executable, "-m", __name__, str(workspace.resolve()), str(handle)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(handle,),
        start_new_session=True,  # Ctrl-C is for the server
    )
    _CHILDREN.append(child)


def here(workspace: Path, _handle: int) -> None:
    """Do the work in this process, before returning."""
    work(Workspace.open(workspace))


def work(workspace: Workspace) -> None:
    """Do what the job's state orders, and tell how it ends."""
    store = IntakeStore(workspace.path)
    state = store.job()
    if state is None:
        return
    told = [0.0]

    def progress(what: str, done: int, total: int) -> None:
        state.update(what=what, done=done, total=total)
        if time.monotonic() - told[0] > _TOLD_EVERY_S:
            told[0] = time.monotonic()
            store.tell(state)

    try:
        result = _WORK[state["kind"]](workspace, store, state, progress)
    except BordergapError as error:
        store.tell({**state, "state": "failed", "message": str(error)})
    except OSError as error:
        message = f"{error.strerror or error}; make room on the server, then try again"
        store.tell({**state, "state": "failed", "message": message})
    except MemoryError:
        message = "It needs more memory than there is; split the file, or import it on the command line."
        store.tell({**state, "state": "failed", "message": message})
    else:
        store.tell({**state, "state": "done", "result": result})


def _look(_: Workspace, store: IntakeStore, state: dict[str, Any], progress: Any) -> dict[str, Any]:
    upload = store.upload(state["upload"])
    said = mapping_from(state.get("mapping") or {}, upload.called)
    progress(upload.called, 0, 1)
    with told_as(upload.path.name, upload.called):
        looks = look(upload.path, table=said.table, encoding=said.encoding, admin_level=said.admin_level)
    store.keep_looks(upload.id, looks)
    return {"tables": len(looks)}


def _rehearse(
    workspace: Workspace, store: IntakeStore, state: dict[str, Any], progress: Any
) -> dict[str, Any]:
    """Do the whole import but for storing it, and tell what it would change of each layer."""
    changed: dict[str, Any] = {}

    def rehearsal(file: LayerFile, record: IntakeRecord) -> Changes | None:
        found = workspace.difference_to(file, record)
        if found is None:
            return None
        changed[record.layer] = changes_body(found, file.layer)
        return found.changes

    records = _imported(workspace, store.upload(state["upload"]), state, progress, rehearsal)
    return {"records": [record.as_dict() for record in records], "changes": changed}


def _import(workspace: Workspace, store: IntakeStore, state: dict[str, Any], progress: Any) -> dict[str, Any]:
    upload = store.upload(state["upload"])
    records = _imported(workspace, upload, state, progress)
    if not state.get("keep"):
        store.drop(upload.id)
    stale = workspace.run_record() is None or bool(changed_since_run(workspace))
    return {"records": [record.as_dict() for record in records], "stale": stale}


def _imported(
    workspace: Workspace,
    upload: Upload,
    state: dict[str, Any],
    progress: Any,
    rehearsal: Rehearsal | None = None,
) -> list[IntakeRecord]:
    said = mapping_from(state.get("mapping") or {}, upload.called)
    return import_source(
        workspace,
        upload.path,
        layer=said.layer,
        table=said.table,
        field_map=said.fields,
        value_map=said.values,
        crs=said.crs,
        datum=said.datum,
        swap_axes=said.swap_axes,
        encoding=said.encoding,
        admin_level=said.admin_level,
        add=bool(state.get("add")),
        called=upload.called,
        progress=_called(upload, progress),
        rehearsal=rehearsal,
    )


def _called(upload: Upload, progress: Any) -> Any:
    return lambda what, done, total: progress(what.replace(upload.path.name, upload.called), done, total)


def _analyse(workspace: Workspace, _: IntakeStore, state: dict[str, Any], progress: Any) -> dict[str, Any]:
    from layers.run import analyse  # noqa: PLC0415  # loads all checks

    pairings = state.get("pairings", "all")
    analyse(workspace, pairings=None if pairings == "all" else pairings, progress=progress)
    return {"gaps": len(workspace.read_table("gaps"))}


_WORK = {"look": _look, "rehearse": _rehearse, "import": _import, "analyse": _analyse}


def _end_when_cancelled(store: IntakeStore) -> None:
    """End this process and all it has started once the job is cancelled; the workspace stays whole."""
    while True:
        if store.is_cancelled():
            state = store.job() or {}
            if state.get("state") == "running":
                store.tell({**state, "state": "cancelled"})
                os.killpg(os.getpgid(0), signal.SIGKILL)
        time.sleep(_LOOKED_EVERY_S)


def main() -> None:
    """Work in a process of its own."""
    workspace = Workspace.open(Path(sys.argv[1]))
    os.set_inheritable(int(sys.argv[2]), False)  # noqa: FBT003  # of no concern to whom it starts
    watch = threading.Thread(target=_end_when_cancelled, args=(IntakeStore(workspace.path),), daemon=True)
    watch.start()
    work(workspace)


if __name__ == "__main__":
    main()
