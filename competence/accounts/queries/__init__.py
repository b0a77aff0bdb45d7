"""What is read of accounts, sign-ins and roles."""

from competence.accounts.queries.accounts import (
    AccountLine,
    account_by_email,
    account_of_person,
    accounts_page,
    address_of,
    get_account,
)
from competence.accounts.queries.persons import names_of, person_within, root_paths
from competence.accounts.queries.roles import RoleLine, people_to_give_roles, roles_of, roles_page, somebody_is
from competence.accounts.queries.signing_in import (
    OpenSession,
    SignInPlace,
    actor_for,
    actor_of_person,
    grounds_of,
    must_wait_until,
    needs_proof,
    open_code,
    open_invitation,
    open_session_of,
    sign_ins_of,
)

__all__ = [
    "AccountLine",
    "OpenSession",
    "RoleLine",
    "SignInPlace",
    "account_by_email",
    "account_of_person",
    "accounts_page",
    "actor_for",
    "actor_of_person",
    "address_of",
    "get_account",
    "grounds_of",
    "must_wait_until",
    "names_of",
    "needs_proof",
    "open_code",
    "open_invitation",
    "open_session_of",
    "people_to_give_roles",
    "person_within",
    "roles_of",
    "roles_page",
    "root_paths",
    "sign_ins_of",
    "somebody_is",
]
