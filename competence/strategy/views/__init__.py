"""The pages of the strategic plan, the needs map and the pulse."""

from competence.strategy.views import indicators, needs, parts, plans, pulse
from competence.strategy.views.blueprint import bp
from competence.strategy.views.pulse import own_bp

__all__ = ["bp", "indicators", "needs", "own_bp", "parts", "plans", "pulse"]
