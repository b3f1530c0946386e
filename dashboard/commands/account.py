"""bordergap account: who may see and change a workspace that others can reach."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, get_args

import click

from dashboard.commands.terminal import WORKSPACE, say, table, write_json
from geodata.access_settings import HOUR_S, read_access
from geodata.accounts import Accounts, Role, Sees
from geodata.database import Database
from geodata.errors import UsageError
from geodata.logins import Audit, Sessions
from geodata.signing_keys import rotate_keys
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from geodata.accounts import Account

EPILOG = """\b
Examples:
  bordergap account atlas add lin --role administrator
  bordergap account atlas add wang --role editor --region 500112 --region 500113
  bordergap account atlas list
  bordergap account atlas set wang --role viewer --sees all
  bordergap account atlas password wang
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


@dataclasses.dataclass(frozen=True)
class Office:
    """What the commands work on."""

    workspace: Workspace
    accounts: Accounts
    sessions: Sessions
    audit: Audit

    def note(self, what: str, about: str) -> None:
        """Note what was done at the terminal."""
        self.audit.note("(terminal)", what, about)

    def require_known(self, regions: tuple[str, ...]) -> None:
        """Raise UsageError for a region that is no district and no pairing of the workspace."""
        districts = self.workspace.read_layer("districts", columns=["district_id"])
        known = set() if districts is None else set(districts["district_id"].astype(str))
        known |= set(self.workspace.read_table("pairing_summary")["pairing_id"].astype(str))
        if unknown := [region for region in regions if region not in known]:
            raise UsageError(f"{unknown[0]!r} is no district and no pairing of {self.workspace.name}")


@click.group("account", epilog=EPILOG)
@WORKSPACE
@click.pass_context
def command(context: click.Context, workspace: str) -> None:
    """Make, change and remove accounts of WORKSPACE, and read who did what."""
    opened = Workspace.open(workspace)
    settings, database = read_access(opened.path), Database(opened.path)
    context.obj = Office(
        opened,
        Accounts(database),
        Sessions(
            database, idle_s=int(settings.idle_hours * HOUR_S), longest_s=int(settings.longest_hours * HOUR_S)
        ),
        Audit(database, days=int(settings.audit_days)),
    )


@command.command("add")
@NAME
@ROLE
@REGION
@SEES
@click.option("--no-password", is_flag=True, help="It will be given one later.")
@click.pass_obj
def add(
    office: Office,
    name: str,
    role: Role | None,
    regions: tuple[str, ...],
    sees: Sees | None,
    *,
    no_password: bool,
) -> None:
    """Make the account NAME; its password is asked for, or read from standard input."""
    first = not office.accounts.any()
    role = role or ("administrator" if first else "viewer")
    if first and role != "administrator":
        raise UsageError("the first account is an administrator; add --role administrator")
    _require_fit(office, role, regions)
    password = None if no_password else _password()
    own = sees or ("own" if regions else "all")
    account = office.accounts.add(name, role, password=password, regions=regions or None, sees=own)
    office.note("account.add", f"{account.name} {_rights(account)}")
    say(f"{account.name} may log in: {_rights(account)}")
    if first:
        say("From now on everybody logs in. Others reach the dashboard with: bordergap serve --host 0.0.0.0")


@command.command("list")
@AS_JSON
@click.pass_obj
def list_(office: Office, *, as_json: bool) -> None:
    """List the accounts."""
    accounts = office.accounts.all()
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
    office: Office,
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
    _require_fit(office, role or office.accounts.named(name).role, regions)
    if role == "administrator":
        everywhere = True
    changed = regions or (None if everywhere else "as before")
    account = office.accounts.change(name, role=role, regions=changed, sees="all" if everywhere else sees)
    office.note("account.set", f"{account.name} {_rights(account)}")
    say(f"{account.name}: {_rights(account)}")


@command.command("password")
@NAME
@click.pass_obj
def password(office: Office, name: str) -> None:
    """Give the account NAME another password; its logins end."""
    account = office.accounts.named(name)
    office.accounts.set_password(account.name, _password())
    office.note("account.password", account.name)
    say(f"{account.name} has another password; its logins have ended")


@command.command("logout")
@NAME
@click.pass_obj
def logout(office: Office, name: str) -> None:
    """End all logins of the account NAME."""
    account = office.accounts.named(name)
    ended = office.sessions.end_of(account)
    office.note("account.logout", account.name)
    say(f"{ended:,} logins of {account.name} have ended")


@command.command("remove")
@NAME
@click.pass_obj
def remove(office: Office, name: str) -> None:
    """Remove the account NAME; what it changed stays in the history under its name."""
    account = office.accounts.remove(name)
    office.note("account.remove", account.name)
    say(f"{account.name} is removed")
    if not office.accounts.any():
        say("No account is left: once started anew, the dashboard answers on this machine alone")


@command.command("audit")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1, 100_000), metavar="N")
@AS_JSON
@click.pass_obj
def audit(office: Office, last: int, *, as_json: bool) -> None:
    """Say who did what, newest first; addresses are shortened to their network."""
    entries = office.audit.entries(last)
    if as_json:
        write_json(entries)
        return
    names = ("at", "who", "what", "about", "address")
    click.echo(table(names, [[str(entry[name]) for name in names] for entry in entries]))


@command.command("rotate")
@click.pass_obj
def rotate(office: Office) -> None:
    """Sign logins by OpenID Connect with a new key; those under way still come back."""
    rotate_keys(office.workspace.path)
    office.note("account.rotate", "")
    say("New logins are signed with a new key")


def _require_fit(office: Office, role: Role, regions: tuple[str, ...]) -> None:
    if regions and role == "administrator":
        raise UsageError("an administrator is one everywhere; leave --region away, or take --role editor")
    office.require_known(regions)


def _password() -> str:
    """Return a new password: typed twice at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


def _rights(account: Account) -> str:
    where = "everywhere" if account.regions is None else ", ".join(account.regions)
    return f"{account.role}, {where}" + (", sees nothing else" if account.sees == "own" else "")


def _way(account: Account) -> str:
    return "password" if account.has_password else "OpenID Connect or not yet"
