"""The pages of sign-in, one's own account, accounts and roles; home.py has the front page of each role."""

from competence.accounts.views import administration, appointments, forgetting, own, signin
from competence.accounts.views.blueprint import bp

__all__ = ["administration", "appointments", "bp", "forgetting", "own", "signin"]
