"""The pages on which requirements are kept."""

import re
from datetime import timedelta

from sqlalchemy import select

from competence.access.rules import Role
from competence.audit.models import AuditEntry
from competence.coverage.models import Requirement
from competence.coverage.rules import DayKind, Shift
from competence.foundation.clock import today


def index(team):
    return f"/requirements?unit_id={team.world.team.id}"


def sheet(team):
    return f"/requirements/{team.world.team.id}/sheet"


def written(team):
    """(task, shift, days, need, level) of all that holds today in the team."""
    team.world.session.commit()
    rows = team.world.session.scalars(
        select(Requirement).where(Requirement.unit_id == team.world.team.id).execution_options(populate_existing=True)
    )
    return sorted(
        (one.task_id, one.shift, one.day_kind, one.need, one.level)
        for one in rows
        if one.valid_from <= today() and (one.valid_to is None or one.valid_to > today())
    )


def fields_in(page):
    """Every field of the table as it would be sent back."""
    form = next(part for part in re.findall(r"<form[^>]*>.*?</form>", page, re.S) if 'name="seen-' in part)
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if said.get("type") != "checkbox" or " checked" in tag:
            sent[said["name"]] = said.get("value", "")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        sent[name] = chosen[1]
    return sent


def test_a_requirement_for_july_gives_way_to_the_usual_one_in_august(team):
    client = team.as_role(Role.LEADER)
    first, last = today() + timedelta(days=20), today() + timedelta(days=50)
    said = {
        "task": team.insulin.id, "shift": "D", "unit_kind": "", "day_kind": "every", "need": "1", "level": "1",
        "valid_from": first.isoformat(), "valid_through": last.isoformat(),
    }  # fmt: skip
    answer = client.post(f"/requirements/{team.world.team.id}/new", data=said, follow_redirects=True)
    assert "Det hidtidige krav, mindst 2, gælder igen fra" in answer.text
    assert "Kommer senere" in answer.text
    assert "mindst 1" not in answer.text.split("Kommer senere")[0]
    then = client.get(f"{index(team)}&on={(first + timedelta(days=1)).isoformat()}").text
    assert "Det gælder" in then
    refused = client.post(
        f"/requirements/{team.world.team.id}/new", data=said | {"valid_from": today().isoformat(), "need": "5"}
    )
    assert refused.status_code == 422
    assert "er der allerede skrevet et andet krav: mindst 1" in refused.text
    assert f'value="{last.isoformat()}"' in refused.text


def test_a_requirement_that_two_correct_at_once_is_not_overwritten(team):
    mine, hers = team.as_role(Role.LEADER), team.as_role(Role.LEADER, "Anne Anden")
    number = team.world.session.scalar(select(Requirement.id).where(Requirement.task_id == team.insulin.id))
    address = f"/requirements/{team.world.team.id}/change/{number}"
    assert mine.get(address).status_code == hers.get(address).status_code == 200
    assert mine.post(address, data={"need": "4", "level": "1"}).status_code == 302
    refused = hers.post(address, data={"need": "5", "level": "1"})
    assert refused.status_code == 422
    assert "En anden har ændret kravet imens: mindst 4 på niveau 1" in refused.text
    assert 'value="5"' in refused.text
    assert [one[3] for one in written(team) if one[0] == team.insulin.id] == [4]


def test_a_table_that_nobody_has_touched_changes_nothing(team):
    client = team.as_role(Role.LEADER)
    team.world.requirement(team.insulin, Shift.EVENING, 1, level=3, day_kind=DayKind.WEEKEND, students_count=True)
    team.world.session.commit()
    before = written(team)
    answer = client.post(sheet(team), data=fields_in(client.get(sheet(team)).text), follow_redirects=True)
    assert "Intet er ændret." in answer.text
    assert written(team) == before


def test_a_table_is_saved_in_one_go(team):
    client = team.as_role(Role.LEADER)
    sent = fields_in(client.get(sheet(team)).text)
    insulin, rinse = team.insulin.id, team.rinse.id
    sent |= {
        f"n-{insulin}-D-w": "3", f"n-{insulin}-D-h": "1", f"n-{insulin}-A-w": "2", f"n-{insulin}-A-h": "2", f"l-{insulin}": "2",
        f"n-{rinse}-N-w": "", f"n-{rinse}-N-h": "",
    }  # fmt: skip
    answer = client.post(sheet(team), data=sent, follow_redirects=True)
    assert "3 krav er gemt. Ét er afsluttet." in answer.text
    assert written(team) == [
        (insulin, "A", "every", 2, 2), (insulin, "D", "every", 3, 2), (insulin, "D", "weekend", 1, 2),
    ]  # fmt: skip
    noted = team.world.session.scalars(select(AuditEntry.action)).all()
    assert noted.count("set_requirement") == 3
    assert "end_requirement" in noted


def test_a_table_with_a_wrong_figure_writes_nothing_and_keeps_what_was_typed(team):
    client = team.as_role(Role.LEADER)
    before = written(team)
    sent = fields_in(client.get(sheet(team)).text) | {
        f"n-{team.insulin.id}-D-w": "mange", f"n-{team.insulin.id}-A-w": "7", f"n-{team.rinse.id}-N-w": "100",
    }  # fmt: skip
    answer = client.post(sheet(team), data=sent)
    assert answer.status_code == 422
    assert written(team) == before
    again = fields_in(answer.text)
    assert (again[f"n-{team.insulin.id}-D-w"], again[f"n-{team.insulin.id}-A-w"]) == ("mange", "7")
    assert answer.text.count("skriv et helt tal fra 0 til 99") == 2
    assert f'href="#n-{team.insulin.id}-D-w"' in answer.text


def test_two_who_keep_the_same_table_never_overwrite_each_other(team):
    mine, hers = team.as_role(Role.LEADER), team.as_role(Role.LEADER, "Anne Anden")
    drawn = fields_in(mine.get(sheet(team)).text)
    insulin, rinse = team.insulin.id, team.rinse.id
    assert hers.post(sheet(team), data=drawn | {f"n-{insulin}-D-w": "5", f"n-{insulin}-D-h": "5"}).status_code == 302
    # Another field of the same page is saved, and hers stays.
    assert mine.post(sheet(team), data=drawn | {f"n-{rinse}-N-w": "2", f"n-{rinse}-N-h": "2"}).status_code == 302
    assert [one[3] for one in written(team)] == [2, 5]
    # The same field is not: both figures are shown, and saving again is a choice.
    refused = mine.post(sheet(team), data=drawn | {f"n-{insulin}-D-w": "4", f"n-{insulin}-D-h": "4"})
    assert refused.status_code == 422
    assert "Insulin med pen, dag: Anne Anden skrev 5 på niveau 1" in refused.text
    assert "nu 5" in refused.text
    again = fields_in(refused.text)
    assert (again[f"n-{insulin}-D-w"], again[f"n-{rinse}-N-w"]) == ("4", "2")
    assert mine.post(sheet(team), data=again).status_code == 302
    assert [one[3] for one in written(team)] == [2, 4]


def test_the_table_shows_what_is_inherited_and_from_where(team):
    world = team.world
    world.requirement(team.insulin, Shift.EVENING, 4, unit=world.root, unit_kind="team")
    world.session.commit()
    page = team.as_role(Role.LEADER).get(sheet(team)).text
    field = page.split(f'id="n-{team.insulin.id}-A-w"')[1].split(">")[0]
    assert 'placeholder="4"' in field
    assert "arver 4" in field
    assert "arver fra alle af typen team i Prøveby Kommune" in page


def test_what_others_ask_for_is_taken_by_ticking(team):
    world = team.world
    for name in ("Team Lunden", "Team Skoven", "Team Engen"):
        other = world.unit(name, under=world.district)
        for number in range(4):
            world.person(f"{name} {number}", unit=other)
        world.requirement(team.insulin, Shift.EVENING, {"Team Lunden": 1, "Team Skoven": 3}.get(name, 6), unit=other)
    world.settle().session.commit()
    client = team.as_role(Role.LEADER)
    address = f"/requirements/{world.team.id}/take"
    page = client.get(address).text
    assert "3 af 3 lignende enheder har kravet" in page
    assert "3 på niveau 1" in page
    assert "Team Lunden" not in page, "another team is no business of hers, the figures are"
    sent = fields_in(page)
    assert "take" not in sent
    assert "Sæt kryds" in client.post(address, data=sent).text
    tick = re.search(rf'value="({team.insulin.id}\.A\.[^"]*)"', page)[1]
    assert client.post(address, data=sent | {"take": tick}).status_code == 302
    assert (team.insulin.id, "A", "every", 3, 1) in written(team)
    for bad in ("1", f"{team.insulin.id}.A.x", f"{team.insulin.id}.X.x.x", f"{team.insulin.id}.A.1-1-0.x"):
        assert client.post(address, data=sent | {"take": bad}).status_code == 422


def test_what_is_said_for_a_kind_of_unit_becomes_the_units_own(team):
    world = team.world
    world.requirement(team.insulin, Shift.EVENING, 4, unit=world.root, unit_kind="team")
    world.requirement(team.insulin, Shift.DAY, 6, unit=world.root, unit_kind="team")
    world.session.commit()
    client = team.as_role(Role.LEADER)
    address = f"/requirements/{world.team.id}/take?from=kind-{world.root.id}"
    page = client.get(address).text
    assert "(gælder allerede her)" in page
    sent = fields_in(page)
    assert sent["take"].startswith(f"{team.insulin.id}.D.6"), "what differs is ticked, what holds already is not"
    assert client.post(address, data=sent).status_code == 302
    assert (team.insulin.id, "D", "every", 6, 1) in written(team)
    assert client.get(f"/requirements/{world.team.id}/take?from=unit-{world.district.id}").status_code == 404
