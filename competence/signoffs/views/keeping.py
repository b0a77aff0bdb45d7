"""What a phone kept while it had no network, as it is sent; and beginning by scanning a colleague's code."""

import segno
from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.accounts.web import device_mark
from competence.foundation.addresses import address
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import clock_time, db, say, transaction
from competence.signoffs import commands, queries
from competence.signoffs.forms import read_kept
from competence.signoffs.rules import CODE_LASTS
from competence.signoffs.views.blueprint import bp, place_within
from competence.signoffs.views.slots import KIND_NAMES


@bp.post("/sign/<int:employment_id>/<int:task_id>/kept")
@requires(Permission.SIGNOFF_OBSERVE)
def kept(employment_id: int, task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the phone kept, recorded once. 409: something has happened meanwhile, both states are shown and she chooses.

    422: it cannot be recorded, and why. 410: it is somebody else's, and the phone deletes it.
    """
    place = place_within(employment_id, task_id, within=within, actor=actor)
    said = request.get_json(silent=True)
    if not isinstance(said, dict) or said.get("device") != device_mark(actor.person_id):
        return "", 410
    try:
        sent = read_kept(said)
    except ValueError:
        return "", 400
    try:
        with transaction() as session:
            recorded = commands.receive_kept(session, employment_id, task_id, sent, by=actor)
    except commands.Meanwhile as meanwhile:
        times = [(say(KIND_NAMES[one.kind]), one.at) for one in sent.times]
        seen = queries.observations_of(db.session, place.employment.person_id, task_id)
        names = queries.names_of(db.session, [one.observer_id for one in seen if one.observer_id])
        return render_template(
            "signoffs/_kept.html",
            place=place,
            meanwhile=meanwhile,
            sent=sent,
            times=times,
            now_seen=[(say(KIND_NAMES[one.kind]), one, names.get(one.observer_id or 0, "")) for one in seen],
            same_criteria=sent.seen is not None and sent.seen.criteria == meanwhile.state.criteria,
        ), 409  # fmt: skip
    except RuleBroken as broken:
        return render_template("signoffs/_kept.html", place=place, meanwhile=None, why=say(broken.message)), 422
    state = queries.state_now(db.session, place.employment.person_id, place.task, on=today())
    draft = queries.draft_of(db.session, actor.person_id, employment_id, task_id)
    return jsonify(seen=str(state), ticks=list(draft.ticked) if draft else [], recorded=recorded, at=clock_time(now()))


@bp.route("/me/training-code", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def training_code(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her code for a guide to scan; without a living one, the button that makes it."""
    if request.method == "POST":
        with transaction() as session:
            commands.show_code(session, by=actor)
        return redirect(url_for(".training_code"))
    code = queries.living_code(db.session, actor.person_id)
    if code is None:
        return render_template("signoffs/training_code.html", code=None)
    link = address(".scanned", secret=code.secret)
    picture = segno.make(link, error="m", micro=False).svg_data_uri(scale=8, border=4, light="#fff")
    return render_template(
        "signoffs/training_code.html", code=code, link=link, picture=picture, until=code.made_at + CODE_LASTS
    )


@bp.get("/with/<secret>")
@requires(Permission.SIGNOFF_SIGN)
def scanned(secret: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """To the list of tasks that can be signed for whoever shows the code. 404 when it is too old, or she is out of reach."""
    person_id = queries.who_shows(db.session, secret)
    if person_id is None or person_id == actor.person_id:
        raise NotFound
    for employment_id, path in queries.employments_on(db.session, person_id, on=today()):
        if within.covers(path):
            return redirect(url_for("queue.task", employment_id=employment_id))
    raise NotFound
