"""The command line: which commands there are, how they end, and how errors are said."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from dashboard.commands.terminal import printable
from geodata.errors import BordergapError, UsageError

STOPPED = 130  # what a shell expects after Ctrl-C

# name -> (module of dashboard.commands, what it does). Modules are loaded when they are called, as the
# geographic libraries take seconds to load and `--help` needs none of them.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Make the sample workspace (Chongqing), analyse it and show it in the browser."),
    "new": ("new", "Make an empty workspace."),
    "import": ("import_layers", "Take in a file, a folder of layers, an OSM extract or a table of PostGIS."),
    "boundaries": ("boundaries", "Take in China's district boundaries by name: 湖南省, 长株潭都市圈."),
    "analyse": ("analyse", "Run the checks on every border."),
    "gaps": ("gaps", "List the findings, or write them to a file."),
    "report": ("report", "Write border-gap reports: one pairing, several, or an atlas of all."),
    "map": ("map", "Draw a border, a gap or the whole workspace as PNG, SVG or PDF."),
    "embed": ("embed", "Give out a signed address that shows a border on other pages, or take it back."),
    "account": ("account", "Say who may log in to a workspace that others can reach, and what they may do."),
    "ledger": ("ledger", "List and change what is done about the gaps; copies, import and export of it."),
    "programme": ("programme", "List what pairings do together; import and export of it."),
    "serve": ("serve", "Show a workspace in the browser."),
    "doctor": ("doctor", "Say what is installed, what is missing, and what in the data is doubtful."),
}


class DataFault(click.ClickException):
    """The data are at fault; the message says what to put right."""

    exit_code = 1

    def format_message(self) -> str:
        """Return the message, outside text in it made harmless."""
        return printable(self.message)


class CommandFault(DataFault):
    """The command itself is at fault."""

    exit_code = 2


class Commands(click.Group):
    """The commands of the table above; errors are shown as text, with the exit codes of DESIGN."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, its module loaded now."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = importlib.import_module(f"dashboard.commands.{module}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"dashboard.commands.{module} has no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what its user can put right is said without a traceback."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise CommandFault(str(error)) from None
        except BordergapError as error:
            raise DataFault(str(error)) from None
        except BrokenPipeError:
            raise  # the reader of our output has gone; click ends quietly
        except OSError as error:
            raise DataFault(_system_error(error)) from None
        except KeyboardInterrupt:
            click.echo("\nStopped. What was complete before is still in place.", err=True)
            sys.exit(STOPPED)


def _system_error(error: OSError) -> str:
    """Return what the operating system refused, and where."""
    reason = error.strerror or str(error)
    where = f"{error.filename}: " if error.filename is not None else ""
    return f"{where}{reason}; check the path, its permissions and the free space"


EPILOG = """\b
First steps:
  bordergap demo
  bordergap new atlas
  bordergap import atlas region.osm.pbf --admin-level 6
  bordergap analyse atlas
  bordergap serve atlas"""


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bordergap")
def main() -> None:
    """Find the invisible walls along administrative borders.

    Roads that stop at the line, services that are nearer next door, infrastructure on one side only.
    """


if __name__ == "__main__":
    main()
