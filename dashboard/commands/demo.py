"""bordergap demo: the sample workspace, made, analysed and shown."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.commands.analyse import run_line
from dashboard.commands.serve import PORT_OPTION, show
from dashboard.commands.terminal import progress_bar, say
from geodata.errors import UsageError
from geodata.ingest import import_source
from geodata.sample import REGION
from geodata.workspace import MANIFEST, Workspace
from layers.run import analyse

DIR = "bordergap-demo"

EPILOG = """\b
Examples:
  bordergap demo
  bordergap demo --dir chongqing --no-serve

Boundaries, settlements, population and press facts of the sample are real; roads, facilities, assets,
parks and land use are generated, and marked so wherever they are shown."""


@click.command("demo", epilog=EPILOG)
@click.option(
    "--dir", "folder", default=DIR, show_default=True, metavar="DIR", type=click.Path(path_type=Path)
)
@PORT_OPTION
@click.option("--no-serve", is_flag=True, help="Make and analyse the workspace only.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
def command(
    folder: Path,
    port: int | None,
    no_serve: bool,  # noqa: FBT001  # click hands every option over
    no_browser: bool,  # noqa: FBT001
) -> None:
    """Make the sample workspace (Chongqing) in DIR if it is not there, analyse it and show it."""
    workspace = sample_workspace(folder)
    say("Looking at its borders ...")
    with progress_bar() as progress:
        analyse(workspace, progress=progress)
    say(run_line(workspace))
    if no_serve:
        say(f"Next: bordergap gaps {folder}   or   bordergap serve {folder}")
        return
    show(folder, port=port, browser=not no_browser)


def sample_workspace(folder: Path) -> Workspace:
    """Return the sample workspace in `folder`, made there if there is none.

    A demo stopped half-way leaves an empty workspace, which the next one fills.

    Raises
    ------
    UsageError
        If something else is in `folder`.
    """
    if (folder / MANIFEST).exists():
        workspace = Workspace.open(folder)
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} holds something else; name another folder with --dir")
    else:
        workspace = Workspace.create(folder)
    if not workspace.layer_names():
        say(f"Making the sample workspace in {folder} ...")
        with progress_bar() as progress:
            import_source(workspace, str(REGION), progress=progress)
    return workspace
