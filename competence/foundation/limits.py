"""How often one address may ask for a page that needs no sign-in.

Counted in each process by itself, and forgotten when it ends: it slows down whoever asks again and again, and nothing that
must be right rests on it. A proxy in front of several processes can be stricter.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from threading import Lock
from typing import TypeVar, cast

from flask import current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from competence.foundation.clock import now

MINUTE = timedelta(minutes=1)
MOST_KEPT = 10_000
"""Addresses remembered; those not seen for longest go first."""

V = TypeVar("V", bound=Callable[..., ResponseReturnValue])


class Limit:
    """At most so many requests within a minute under one key."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str, *, at: datetime) -> int:
        """Seconds until the next request is let through; 0 = this one is, and it is counted."""
        with self._lock:
            begun, count = self._seen.pop(key, (at, 0))
            if not timedelta() <= at - begun < MINUTE:
                begun, count = at, 0
            self._seen[key] = (begun, count + (count < self.most))
            while len(self._seen) > MOST_KEPT:
                self._seen.popitem(last=False)
        return 0 if count < self.most else max(1, int((begun + MINUTE - at).total_seconds()))


def limited(most: int) -> Callable[[V], V]:
    """A decorator: the view answers one address at most so many times within a minute; then 429 and a sentence."""

    def decorate(view: V) -> V:
        @wraps(view)
        def run(*args: object, **kwargs: object) -> ResponseReturnValue:
            limits: dict[str, Limit] = current_app.extensions.setdefault("limits", {})
            limit = limits.setdefault(request.endpoint or "", Limit(most))
            seconds = limit.wait(f"{g.get('municipality_id')} {request.remote_addr}", at=now())
            if seconds:
                return render_template("errors/429.html"), 429, {"Retry-After": str(seconds)}
            return view(*args, **kwargs)

        return cast(V, run)

    return decorate
