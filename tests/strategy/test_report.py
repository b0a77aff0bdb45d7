"""The committee's report: its sections, its contents, each unit's needs; and how often the pages ask the database."""

import io
import re

import pytest
from pypdf import PdfReader

from competence.coverage.rules import Shift
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing
from competence.strategy.commands import parts, planning
from competence.strategy.commands.needs import choose_how
from competence.strategy.commands.parts import Prioritised, put_priority
from competence.strategy.rules.planning import About, Meet, Progress, WheelKind, Why
from tests.statements import counted

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def filled(town, number=1):
    """A plan with priorities that have measures, and one measure across them."""
    plan, by = town.draft(), town.director.actor
    for at in range(number):
        row = put_priority(
            town.session, plan.id,
            Prioritised(About.AREA, f"Medicin først {at}", "Derfor", Why.GAPS, town.world.area.id), by=by,
        )  # fmt: skip
        town.measure(plan, title=f"Følgevagter {at}", priority_id=row.id, criterion="To i hver vagt")
    across = town.measure(plan, title="Temadag for alle", minutes=90, funding="veu")
    parts.follow_up_plan(town.session, plan.id, "Godt i gang", by=by, measure_id=across.id, progress=Progress.DONE)
    parts.put_wheel_step(town.session, plan.id, today().replace(month=3, day=1), WheelKind.OTHER, "Læringsdag", by=by)
    planning.set_baseline(town.session, plan.id, today(), by=by)
    choose_how(town.session, town.world.district.id, town.world.area.id, [Meet.PEER], "", seen=0, by=by)
    town.session.commit()
    return plan


def read(answer):
    """(the words of each page, all words)."""
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.data)).pages]
    return pages, " ".join(pages)


def test_the_contents_name_each_section_and_the_page_it_begins_on(town, signed_in):
    plan = filled(town, 6)
    pages, _words = read(signed_in(town.director).get(f"/strategy/{plan.id}/report.pdf"))
    listed = re.findall(r"(\d+)\. ([^\d]+?) (\d+)(?= |$)", pages[0][pages[0].index("Indhold") :])
    titles = [title for _number, title, _page in listed]
    assert "Prioriteter og indsatser" in titles
    assert "Årshjul" in titles
    assert [int(number) for number, _title, _page in listed] == list(range(1, len(listed) + 1))
    for number, title, page in listed:
        assert f"{number}. {title}" in pages[int(page) - 1]
    assert "Evaluering" not in titles  # nothing is written about it


def test_it_says_in_short_what_the_plan_is_and_what_each_unit_needs(town, signed_in):
    plan = filled(town)
    pages, words = read(signed_in(town.committee).get(f"/strategy/{plan.id}/report.pdf"))
    assert "Der er 1 hul, og i kritiske opgaver 0." in pages[0]
    assert "Planen har 1 prioritet og 2 indsatser: 11,5 timer og 10.000 kr. i alt." in pages[0]
    assert "Medicinhåndtering: 1 hul Sidemandsoplæring" in words
    assert "Huller: 1 den" in words
    assert "nu 1" in words
    assert "Succes: To i hver vagt" in words
    assert "På tværs af prioriteterne" in words
    assert "Læringsdag" in words
    assert "Lene" not in words


def test_a_bare_draft_has_no_empty_section(town, signed_in):
    plan = town.draft()
    town.session.commit()
    _pages, words = read(signed_in(town.director).get(f"/strategy/{plan.id}/report.pdf"))
    for absent in (
        "Prioriteter og indsatser",
        "Timer, budget og finansiering",
        "Roller",
        "Opfølgninger",
        "Evaluering 1",
    ):
        assert absent not in words
    assert "Udkast af" in words


@pytest.mark.parametrize("who", ["director", "committee"])
def test_the_pages_ask_as_often_for_more_of_everything(town, signed_in, who):
    plan = filled(town)
    begin_writing(town.session)
    client = signed_in(getattr(town, who))
    root = town.world.root.id
    pages = (
        "/strategy",
        f"/strategy/{plan.id}",
        f"/strategy/{plan.id}/report.pdf",
        f"/strategy/needs/{root}",
        "/strategy/pulse",
    )

    def statements():
        sent = {}
        for page in pages:
            with counted() as some:
                assert client.get(page).status_code == 200
            sent[page] = len(some)
        return sent

    town.session.commit()
    statements()
    one = statements()
    begin_writing(town.session)
    by = town.director.actor
    for at in range(3):
        put_priority(town.session, plan.id, Prioritised(About.THEME, f"Tema {at}", "", Why.GAPS), by=by)
        measure = town.measure(plan, title=f"Flere {at}")
        parts.follow_up_plan(town.session, plan.id, "Stadig", by=by, measure_id=measure.id)
        unit = town.world.unit(f"Team Ny {at}", under=town.world.district)
        town.world.requirement(town.world.task(f"Opgave {at}"), Shift.DAY, 1, unit=unit)
    town.world.settle().session.commit()
    statements()
    assert statements() == one
