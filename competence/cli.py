"""The command line: `competence`. Each feature brings its own subcommands; here are those about the program itself."""

import sys

import click
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from competence import config, migrations
from competence.access.rules import ROLE_NAMES, Role
from competence.accounts import commands as accounts
from competence.accounts.models import Account, RoleAssignment
from competence.accounts.queries import grounds_of
from competence.accounts.rules import homes, roles_in_force
from competence.app import create_app, named, speaker, wire
from competence.foundation import mail
from competence.foundation.clock import now, today
from competence.foundation.console import Console
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.orm import begin_writing, open_session
from competence.foundation.text import N_, sentence
from competence.foundation.web import say
from competence.organisation.commands import add_municipality
from competence.organisation.models import Unit
from competence.organisation.queries import municipalities, municipality_named
from competence.people.models import Person, PersonIdentity
from competence.signoffs.models import WaitingSignOff

COMMANDS = (
    "competence.imports.cli:import_",
    "competence.imports.cli:seed",
    "competence.imports.exporting_cli:export",
    "competence.decision.cli:check",
    "competence.decision.cli:refresh",
    "competence.reminders.cli:remind",
    "competence.figures.cli:snapshot",
    "competence.training.cli:propose",
    "competence.people.cli:retention",
    "competence.people.cli:hold",
    "competence.jobs.cli:jobs",
    "competence.audit.cli:anchor",
    "competence.audit.cli:anchor_key",
    "competence.credentials.cli:credential_key",
    "competence.files.cli:sweep_files",
)
"""Every subcommand that a feature brings, as "module:name" of a click command. A feature adds its line here."""

LOAD_DEMO = "competence.imports.demo:load_demo"
"""(engine) -> its id; makes the demonstration municipality."""
PROPOSE = "competence.training.nightly:propose"
"""(session) -> anything; works out whom to train next, as every morning."""
DEMO_PASSWORD = "competence.imports.demo:PASSWORD"  # noqa: S105 - where it stands; made-up people sign in with it
REBUILD = "competence.decision.rebuilding:rebuild_all"
"""(session) -> nothing; makes anew what is derived, when the database had another form before."""
LOAD_REFERENCE = "competence.imports.reference:load_reference"


class Everywhere(click.Group):
    """The group of commands; `--municipality NAME` may stand anywhere in the line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments with the municipality moved to the front."""
        front, rest, waiting = [], [], False
        for position, arg in enumerate(args):
            if arg == "--":
                rest += args[position:]
                break
            if waiting or arg.startswith("--municipality="):
                front.append(arg)
                waiting = False
            elif arg == "--municipality":
                front.append(arg)
                waiting = True
            else:
                rest.append(arg)
        return super().parse_args(ctx, front + rest)


def _find(session: Session, name: str | None) -> int:
    try:
        return municipality_named(session, name).id
    except NotFound:
        names = [m.name for m in municipalities(session)]
        if not names:
            raise RuleBroken(
                N_("There is no municipality yet. Make one with: competence municipality add NAME --admin MAIL")
            ) from None
        raise RuleBroken(
            N_("Say which municipality is meant, with --municipality. There is: %(names)s."), names=", ".join(names)
        ) from None


@click.group(cls=Everywhere)
@click.option(
    "--municipality", metavar="NAME", help="Which municipality is meant; else the only one, or the demonstration."
)
@click.version_option(package_name="kompetencetavlen")
@click.pass_context
def cli(context: click.Context, municipality: str | None) -> None:
    """Kompetencetavlen: who may do which task, why, and what is missing."""
    context.obj = Console(config.load, _find, municipality, ready=migrations.check_serving)
    context.call_on_close(context.obj.close)


def _upgrade(console: Console) -> None:
    """Nothing; the database has this program's form. Where it had another, what is derived has been made anew."""
    settings = console.settings
    before = migrations.form_of(settings.database_owner_url)
    migrations.upgrade(settings.database_owner_url, serving_url=settings.database_url)
    if before in (None, migrations.head()):
        return
    with console.outside() as session:
        ids = [one.id for one in municipalities(session)]
    for municipality_id in ids:
        with open_session(console.engine, municipality_id) as session:
            begin_writing(session)
            named(REBUILD)(session)
            session.commit()
    console.say(N_("What is derived has been rebuilt."))


@cli.command()
@click.pass_obj
def migrate(console: Console) -> None:
    """Bring the database to this program's form. Safe to run again, and by several at once."""
    _upgrade(console)
    console.say(sentence(N_("The database is ready (%(revision)s)."), revision=migrations.head()))


@cli.command()
@click.option("--demo/--no-demo", default=True, help="Load the made-up municipality into an empty database.")
@click.pass_obj
def serve(console: Console, demo: bool) -> None:
    """Migrate, load the demonstration on the first start, and serve the pages."""
    settings = console.settings
    _upgrade(console)
    with console.outside() as session:
        is_empty = not municipalities(session)
    if is_empty and demo:
        console.say(N_("Fjordby Kommune is being loaded ..."))
        with open_session(console.engine, named(LOAD_DEMO)(console.engine)) as session:
            named(PROPOSE)(session)
    app = create_app(settings)
    with console.outside() as session:
        for one in municipalities(session):
            app.extensions["jobs"].wake(one.id)  # what was left behind when the program was stopped
    click.echo(f"Kompetencetavlen: {settings.address}")
    for line in demo_sign_ins(console):
        click.echo(line)
    import waitress

    waitress.serve(
        app, host=settings.host, port=settings.port, threads=settings.threads, ident=None, channel_timeout=60,
        clear_untrusted_proxy_headers=not settings.trusted_proxies, _quiet=True,
    )  # fmt: skip


def demo_sign_ins(console: Console) -> list[str]:
    """A line for each role of the demonstration: the role, the address and the password; empty without a demonstration."""
    with console.outside() as session:
        demo = next((m for m in municipalities(session) if m.is_demo), None)
    if demo is None:
        return []
    password = named(DEMO_PASSWORD)
    settings = console.settings
    with Console(lambda: settings, _find, demo.name, ready=migrations.check_serving).session() as session:
        found = example_sign_ins(session)
        lines = [f"  {say(ROLE_NAMES[role]):24} {email}" for role, email in found]
    heading = say(sentence(N_("The password is %(password)s for all of them:"), password=password))
    return [heading, *lines] if lines else []


def example_sign_ins(session: Session) -> list[tuple[Role, str]]:
    """One account for each role that somebody can sign in with, the plainest first.

    As an employee, somebody for whom a signature waits, if there is one: her pages have most to show.
    """
    rows = session.execute(
        select(RoleAssignment.role, Account.email, Account.person_id)
        .join(Account, Account.person_id == RoleAssignment.person_id)
        .where(Account.password_hash.is_not(None), Account.disabled_at.is_(None))
        .order_by(RoleAssignment.id)
    ).all()
    found: dict[Role, str] = {}
    for row in rows:
        role = Role(row.role)
        if role not in found and role in {
            a.role for a in roles_in_force(*grounds_of(session, row.person_id), on=today())
        }:
            found[role] = row.email
    given = {row.person_id for row in rows}
    waits = exists().where(WaitingSignOff.person_id == Account.person_id, WaitingSignOff.accepted_on.is_(None))
    for email, person_id in session.execute(
        select(Account.email, Account.person_id)
        .where(Account.password_hash.is_not(None), Account.person_id.not_in(given))
        .order_by(waits.desc(), Account.id)
        .limit(20)
    ):
        if homes(roles_in_force(*grounds_of(session, person_id), on=today())) == (Role.EMPLOYEE,):
            found[Role.EMPLOYEE] = email
            break
    return [(role, found[role]) for role in Role if role in found]


@cli.group()
def municipality() -> None:
    """Add and list municipalities."""


@municipality.command("add")
@click.argument("name")
@click.option("--admin", required=True, metavar="MAIL", help="Whoever administers people, accounts and roles there.")
@click.option("--admin-name", metavar="NAME", help="Her name; else the address's first part.")
@click.option("--host", metavar="HOST", help="The host name it is served under; needed once there are several.")
@click.pass_obj
def municipality_add(console: Console, name: str, admin: str, admin_name: str | None, host: str | None) -> None:
    """Make an empty municipality with its own draft of the reference matrix, and invite its administrator."""
    with console.outside() as session:
        begin_writing(session)
        made = add_municipality(session, name, host=host)
        named(LOAD_REFERENCE)(session)
        person = Person(recorded_at=now())
        session.add(person)
        session.flush()
        session.add(
            PersonIdentity(person_id=person.id, name=admin_name or admin.partition("@")[0], email=admin.casefold())
        )
        session.flush()
        root = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
        accounts.give_role(session, accounts.NewRole(person.id, Role.ADMINISTRATOR, root.id, today()), by=None)
        invited = accounts.invite(session, person.id, admin, by=None)
        session.commit()
        console.say(sentence(N_("%(name)s is made, with its own draft of the matrix."), name=made.name))
    deliver(console, invited)


@municipality.command("list")
@click.pass_obj
def municipality_list(console: Console) -> None:
    """List the municipalities."""
    with console.outside() as session:
        for made in municipalities(session):
            click.echo(f"{made.name}\t{made.host or ''}\t{'demo' if made.is_demo else ''}".rstrip())


@cli.command()
@click.option("--email", "emails", multiple=True, metavar="MAIL", help="Whom to invite; may be given several times.")
@click.option("--all", "everybody", is_flag=True, help="Everybody with an e-mail address who has no password yet.")
@click.pass_obj
def invite(console: Console, emails: tuple[str, ...], everybody: bool) -> None:
    """Mail or print one-time links, valid 14 days, by which people choose a password."""
    if not emails and not everybody:
        console.stop(N_("Name somebody with --email, or take all with --all."))
    invited = []
    with console.transaction() as session:
        wanted = select(PersonIdentity.person_id, PersonIdentity.email).where(PersonIdentity.email.is_not(None))
        people = {(email or "").casefold(): person for person, email in session.execute(wanted)}
        if everybody:
            ready = set(session.scalars(select(Account.person_id).where(Account.password_hash.is_not(None))))
            emails = tuple(sorted(email for email, person in people.items() if person not in ready))
        by_account = {a.email: a.person_id for a in session.scalars(select(Account))}
        for email in emails:
            address = email.strip().casefold()
            person_id = by_account.get(address) or people.get(address)
            if person_id is None:
                raise RuleBroken(N_("Nobody here has the address %(email)s. Load the people first."), email=email)
            invited.append(accounts.invite(session, person_id, address, by=None))
    for one in invited:
        deliver(console, one)


def deliver(console: Console, invited: accounts.Invited) -> None:
    """Nothing; the link is mailed, or printed where no mail server is named."""
    settings = console.settings
    link = f"{settings.address}/invitation/{invited.token}"
    if settings.smtp_url:
        mail.send(
            settings.smtp_url,
            sender=settings.mail_from,
            to=invited.email,
            subject=say(N_("Your access to Kompetencetavlen")),
            text=say(
                sentence(
                    N_(
                        "You have been given access to Kompetencetavlen.\n\nChoose a password here, within 14 days:\n%(link)s\n\n"
                        "The link can be used once. You sign in with this e-mail address."
                    ),
                    link=link,
                )
            ),
        )
        console.say(sentence(N_("Mailed to %(email)s."), email=invited.email))
    else:
        click.echo(f"{invited.email}\t{link}")


def collect() -> None:
    """Nothing; the subcommands of every feature are there."""
    for place in COMMANDS:
        cli.add_command(named(place))


def main() -> None:
    """The console script. Ends with 1 and a sentence when something was asked for that cannot be done."""
    wire()
    collect()
    with speaker().app_context():
        try:
            cli(standalone_mode=True)
        except RuleBroken as broken:
            click.echo(say(broken.message), err=True)
        except NotFound:
            click.echo(say(N_("There is nothing by that name.")), err=True)
        except NotAllowed as refused:
            click.echo(str(refused), err=True)
        except (config.ConfigError, migrations.NotReady, OSError) as problem:
            click.echo(str(problem), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
