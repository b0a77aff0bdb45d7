"""A demonstration municipality, loaded as events."""

from competence.imports.demo.loading import NAME, Loader, load_demo
from competence.imports.demo.people import PASSWORD

__all__ = ["NAME", "PASSWORD", "Loader", "load_demo"]
