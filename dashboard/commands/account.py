"""bordergap account: who may see and change a workspace that others can reach."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, get_args

import click

from dashboard.commands.terminal import WORKSPACE, say, table, write_json
from dashboard.office import TERMINAL, Office, rights
from geodata.access_settings import HOUR_S, read_access
from geodata.account import ONCE_S, Role, Sees
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.errors import UsageError
from geodata.logins import Audit, Sessions
from geodata.signing_keys import rotate_keys
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from geodata.account import Account

EPILOG = """\b
Examples:
  bordergap account atlas add lin --role administrator
  bordergap account atlas add wang --role editor --region 500112 --region 500113
  bordergap account atlas add zhao --once            prints a password for the first login
  bordergap account atlas list
  bordergap account atlas set wang --role viewer --sees all
  bordergap account atlas password wang
  bordergap account atlas close wang
  bordergap account atlas remove wang
  bordergap account atlas audit

With the first account the dashboard asks everybody to log in. Roles: a viewer sees, an editor changes
ledger and programme, too, an administrator everything. --region (ids of districts or pairings) says
where that holds; who has regions sees nothing else, unless --sees all."""

ROLE = click.option("--role", type=click.Choice(get_args(Role)), help="What the account may do.")
REGION = click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="ID",
    help="District or pairing where the role holds; everywhere unless given.",
)
SEES = click.option(
    "--sees", type=click.Choice(get_args(Sees)), help="Whether other pairings can be seen, too."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
NAME = click.argument("name")
ONCE = click.option("--once", is_flag=True, help="Make a password that serves for one login, and print it.")


@dataclasses.dataclass(frozen=True)
class Desk:
    """What the commands work on."""

    workspace: Workspace
    office: Office
    audit: Audit


@click.group("account", epilog=EPILOG)
@WORKSPACE
@click.pass_context
def command(context: click.Context, workspace: str) -> None:
    """Make, change and remove accounts of WORKSPACE, and read who did what."""
    opened = Workspace.open(workspace)
    settings, database = read_access(opened.path), Database(opened.path)
    sessions = Sessions(
        database, idle_s=int(settings.idle_hours * HOUR_S), longest_s=int(settings.longest_hours * HOUR_S)
    )
    audit = Audit(database, days=int(settings.audit_days))
    office = Office(
        Accounts(database),
        sessions,
        lambda: _known(opened),
        lambda what, about: audit.note(TERMINAL, what, about),
        settings.oidc,
    )
    context.obj = Desk(opened, office, audit)


@command.command("add")
@NAME
@ROLE
@REGION
@SEES
@click.option("--no-password", is_flag=True, help="It will be given one later.")
@ONCE
@click.pass_obj
def add(
    desk: Desk,
    name: str,
    role: Role | None,
    regions: tuple[str, ...],
    sees: Sees | None,
    *,
    no_password: bool,
    once: bool,
) -> None:
    """Make the account NAME; its password is asked for, or read from standard input."""
    if once and no_password:
        raise UsageError("say --once or --no-password, not both")
    first = not desk.office.accounts.any()
    if once:
        account, made = desk.office.invite(name, role, regions=regions, sees=sees)
        _hand_out(account, made)
    else:
        password = None if no_password else _password()
        account = desk.office.add(name, role, password=password, regions=regions, sees=sees)
    say(f"{account.name} may log in: {rights(account)}")
    if first:
        say("From now on everybody logs in. Others reach the dashboard with: bordergap serve --host 0.0.0.0")


@command.command("list")
@AS_JSON
@click.pass_obj
def list_(desk: Desk, *, as_json: bool) -> None:
    """List the accounts."""
    accounts = desk.office.accounts.all()
    if as_json:
        write_json([dataclasses.asdict(account) for account in accounts])
    elif not accounts:
        say("No accounts: the dashboard answers on this machine alone, without a login")
    else:
        rows = [
            [each.name, each.role, " ".join(each.regions or ()) or "everywhere", each.sees, _way(each)]
            for each in accounts
        ]
        click.echo(table(("name", "role", "regions", "sees", "logs in by"), rows))


@command.command("set")
@NAME
@ROLE
@REGION
@SEES
@click.option("--everywhere", is_flag=True, help="The role holds everywhere.")
@click.pass_obj
def set_(
    desk: Desk,
    name: str,
    role: Role | None,
    regions: tuple[str, ...],
    sees: Sees | None,
    *,
    everywhere: bool,
) -> None:
    """Change what the account NAME may do."""
    if everywhere and regions:
        raise UsageError("say --everywhere or --region, not both")
    changed = regions or (None if everywhere else "as before")
    account = desk.office.change(name, role=role, regions=changed, sees=sees)
    say(f"{account.name}: {rights(account)}")


@command.command("password")
@NAME
@ONCE
@click.pass_obj
def password(desk: Desk, name: str, *, once: bool) -> None:
    """Give the account NAME another password; its logins end."""
    if once:
        account, made = desk.office.reset_password(name)
        _hand_out(account, made)
    else:
        account = desk.office.set_password(desk.office.accounts.named(name).name, _password())
    say(f"{account.name} has another password; its logins have ended")


@command.command("logout")
@NAME
@click.pass_obj
def logout(desk: Desk, name: str) -> None:
    """End all logins of the account NAME."""
    ended = desk.office.end_logins(name)
    say(f"{ended:,} logins of {name} have ended")


@command.command("close")
@NAME
@click.pass_obj
def close(desk: Desk, name: str) -> None:
    """Take the account NAME out of use, until it is opened again; its logins end."""
    say(f"{desk.office.close(name).name} is out of use; let it in again with: open")


@command.command("open")
@NAME
@click.pass_obj
def open_(desk: Desk, name: str) -> None:
    """Let the account NAME be used again."""
    say(f"{desk.office.reopen(name).name} may log in again")


@command.command("remove")
@NAME
@click.pass_obj
def remove(desk: Desk, name: str) -> None:
    """Remove the account NAME; what it changed stays in the history under its name."""
    say(f"{desk.office.remove(name).name} is removed")
    if not desk.office.accounts.any():
        say("No account is left: once started anew, the dashboard answers on this machine alone")


@command.command("audit")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, 100_000), metavar="N")
@click.option("--who", default="", metavar="NAME", help="Only what this account did.")
@click.option("--what", default="", metavar="KIND", help="Only this, as the column says it: login.")
@AS_JSON
@click.pass_obj
def audit(desk: Desk, last: int, who: str, what: str, *, as_json: bool) -> None:
    """Say who did what, newest first; addresses are shortened to their network."""
    entries = desk.audit.entries(last, who=who, what=what)
    if as_json:
        write_json(entries)
        return
    names = ("at", "who", "what", "about", "address")
    click.echo(table(names, [[str(entry[name]) for name in names] for entry in entries]))


@command.command("rotate")
@click.pass_obj
def rotate(desk: Desk) -> None:
    """Sign logins by OpenID Connect with a new key; those under way still come back."""
    rotate_keys(desk.workspace.path)
    desk.office.note("account.rotate", "")
    say("New logins are signed with a new key")


def _known(workspace: Workspace) -> set[str]:
    """Return the ids of districts and pairings."""
    districts = workspace.read_layer("districts", columns=["district_id"])
    known = set() if districts is None else set(districts["district_id"].astype(str))
    return known | set(workspace.read_table("pairing_summary")["pairing_id"].astype(str))


def _hand_out(account: Account, password: str) -> None:
    """Print a password for once, and say what it is for."""
    click.echo(password)
    days = ONCE_S // 86_400
    say(f"{account.name} logs in with it once, within {days} days, and then chooses another password")


def _password() -> str:
    """Return a new password: typed twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _way(account: Account) -> str:
    if account.closed is not None:
        return "nothing: out of use"
    if account.is_elsewhere:
        return "OpenID Connect"
    if not account.has_password:
        return "nothing yet"
    if account.has_ended:
        return "nothing: password for once has ended"
    return "password for once" if account.once else "password"
