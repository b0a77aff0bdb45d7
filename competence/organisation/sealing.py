"""What the municipality's references of citizens are sealed with, in a request."""

from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from competence.audit.sealing import Seal
from competence.foundation.orm import tenant_id
from competence.organisation.models import Municipality


def seal_of(session: Session) -> Seal:
    """Made from the application's secret and the municipality's own salt."""
    municipality = session.get(Municipality, tenant_id(session))
    assert municipality is not None
    return Seal(cast(str, current_app.secret_key), municipality.salt)
