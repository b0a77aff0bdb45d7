"""The leader's desk, the planner's phone call, the director's comparison and the wall say the same, and it is what one counts
by hand: for each person and task what the rule says, and then simple loops."""

import csv
import html
import io
import random
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from competence.access.rules import Reach, Role
from competence.catalogue.models import Area
from competence.coverage.models import Requirement
from competence.coverage.queries.places import kind_of_day, tree
from competence.coverage.rules import DayKind, Shift
from competence.decision.queries import EMPLOYMENTS, load
from competence.decision.rules import judge
from competence.delegation.rules import CellRule
from competence.figures.commands import take_snapshot
from competence.figures.models import UnitSnapshot
from competence.forecast.queries.ground import team_of
from competence.forecast.rules import count_ahead
from competence.foundation.clock import now, set_to, today
from competence.people.models import Absence, Employment, StaffGroup

ENTITLING = (CellRule.CORE, CellRule.MUST, CellRule.MAY_GENERAL)
STABLE = [{"code": "L1", "text": "Stabilt forløb", "when": "forløbet er stabilt"}]
PATTERNS = ("D", "DA", "AN", "DAN", "N", "DN")
WORDS = {Shift.DAY: "Dag", Shift.EVENING: "Aften", Shift.NIGHT: "Nat"}


class Town:
    """Two districts with three teams; people of every standing; needs said in many places, for every kind of day."""

    def __init__(self, world, seed):
        self.world, self.draw = world, random.Random(seed)
        self.south = world.unit("Distrikt Syd", "distrikt", under=world.root)
        self.havnen = world.team
        self.lunden = world.unit("Team Lunden", under=world.district)
        self.engen = world.unit("Team Engen", under=self.south)
        self.teams = (self.havnen, self.lunden, self.engen)
        self.students = StaffGroup(
            code="SSAE", name="Elev", short_name="Elev", plural="Elever", authorised=False, may_sign=False, position=9,
            is_student=True,
        )  # fmt: skip
        areas = [world.area, Area(name="Sårpleje", position=2), Area(name="Kateter og stomi", position=3)]
        world.session.add_all([self.students, *areas[1:]])
        world.session.flush()
        world.groups["SSAE"] = self.students
        self.tasks = [
            world.task(f"Opgave {number}", area=areas[number % 3], critical=not number % 4) for number in range(10)
        ]
        for task in self.tasks:
            for group in world.groups:
                self._cell(task, group)
        self.people = []
        self.guide = world.person("Gerda Guide", "SPL", unit=world.root, shifts="")
        for team in self.teams:
            for number in range(15):
                self._person(team, number)
        again = self.draw.choice([one for one in self.people if one.unit is self.havnen])
        for unit in (self.havnen, self.engen):
            self._employed(again, unit)
        self._needs()
        world.settle()
        world.session.commit()

    def _cell(self, task, group):
        rule = self.draw.choice([*CellRule, *ENTITLING, *ENTITLING])
        said = {"minimum_level": self.draw.choice([1, 1, 2])} if rule in ENTITLING else {}
        limits = STABLE if rule in ENTITLING and self.draw.random() < 0.4 else []
        self.world.cell(task, group, rule, limits=limits, **said)

    def _person(self, team, number):
        world, draw = self.world, self.draw
        apart = {3: {"is_floater": True}, 7: {"is_external": True}}.get(number, {})
        someone = world.person(
            f"Prøve {team.name[5:]} {number}", draw.choice(["SPL", "SSA", "SSH", "UFA"]), unit=team,
            shifts=draw.choice(PATTERNS), **apart,
        )  # fmt: skip
        if number in (5, 9):
            someone.employment.staff_group_id = self.students.id
        for task in draw.sample(self.tasks, 7):
            world.signed(
                someone,
                task,
                draw.randint(1, 3),
                by=self.guide,
                days_ago=draw.randint(0, 380),
                accepted=draw.random() < 0.85,
            )
        if number in (1, 11):
            away = {
                "valid_from": today() - timedelta(days=3),
                "valid_to": draw.choice([None, today() + timedelta(days=9)]),
            }
            world.session.add(Absence(employment_id=someone.employment.id, recorded_at=now(), **away))
        self.people.append(someone)

    def _employed(self, someone, unit):
        self.world.session.add(
            Employment(
                person_id=someone.person.id, unit_id=unit.id, staff_group_id=self.world.groups["SSH"].id, shifts="DAN",
                valid_from=today() - timedelta(days=30), valid_to=None, recorded_at=now(),
            )
        )  # fmt: skip

    def _needs(self):
        draw, root = self.draw, self.world.root
        places = [
            (root, "team"),
            (root, ""),
            (self.world.district, "team"),
            (self.world.district, ""),
            (self.south, ""),
        ]
        for task in self.tasks:
            for shift in Shift:
                for unit, kind in draw.sample([*places, *((team, "") for team in self.teams)], 3):
                    for days in draw.sample(list(DayKind), draw.choice([1, 1, 2])):
                        self.world.requirement(
                            task, shift, draw.choice([0, 1, 2, 2, 3, 4]), unit=unit, level=draw.choice([1, 1, 2]),
                            unit_kind=kind, day_kind=days, also_unstable=draw.random() < 0.3,
                            students_count=draw.random() < 0.3,
                        )  # fmt: skip

    def looker(self, role, unit):
        """Somebody with the role over the unit, who works in none that counts."""
        office = self.world.unit(f"Staben {role.value} {unit.id}", "stab", under=self.world.root)
        office.valid_to = today()
        return self.world.role(
            self.world.person(f"Ser {role.value} {unit.id}", "UFA", unit=office, shifts=""), role, over=unit
        )


def by_hand(town, on):
    """(team, task, shift) -> (have, need), for what is needed."""
    session = town.world.session
    kind = kind_of_day(on)
    facts = {one.id: one for one in load(session, EMPLOYMENTS.c.id > 0)}
    hers = session.scalars(select(Employment)).all()
    away = {
        row.employment_id
        for row in session.scalars(select(Absence))
        if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)
    }
    said = {
        (row.unit_id, row.unit_kind, row.task_id, row.shift, row.day_kind): row
        for row in session.scalars(select(Requirement))
    }
    found = {}
    for team in town.teams:
        district = town.south if team is town.engen else town.world.district
        asked = [(team.id, "")]
        for above in (district, town.world.root):
            asked += [(above.id, "team"), (above.id, "")]
        for task in town.tasks:
            for shift in Shift:
                stated = None
                for unit, of_kind in asked:
                    for days in (kind, DayKind.EVERY):
                        stated = stated or said.get((unit, of_kind, task.id, shift, days))
                if stated is None or not stated.need:
                    continue
                who = set()
                for one in hers:
                    if one.unit_id != team.id or one.is_floater or one.is_external or one.id in away:
                        continue
                    if shift.value not in one.shifts:
                        continue
                    if one.staff_group_id == town.students.id and not stated.students_count:
                        continue
                    answer = judge(facts[one.id], task.id, on=on)
                    if (
                        answer.level >= stated.level
                        and answer.level > 0
                        and not (stated.also_unstable and answer.limits)
                    ):
                        who.add(one.person_id)
                found[team.id, task.id, shift] = (len(who), stated.need)
    return found


def stands(have, need):
    if have < need:
        return "gap"
    return "thin" if have == need or have == 1 else "covered"


def sums(counts, *, task_ids=None, team_ids=None, shift=None):
    """(needs, gaps, vulnerable) of those that are meant."""
    some = [
        stands(*count)
        for (team, task, at), count in counts.items()
        if (task_ids is None or task in task_ids) and (team_ids is None or team in team_ids) and shift in (None, at)
    ]
    return len(some), some.count("gap"), some.count("thin")


def words(text):
    """What stands there, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def pills(page):
    """(gaps, vulnerable) at the page's head."""
    found = []
    for name in ("huller|hul", "sårbare|sårbar"):
        hit = re.search(rf"<span>(\d+)</span>\s*<span>(?:{name})</span>", page)
        found.append(int(hit[1]) if hit else 0)
    return tuple(found)


def on_the_desk(page):
    """(task, shift) -> (have, need) of a board with names, one workplace."""
    found = {}
    for task, row in re.findall(r"<tr data-row=(\d+)>(.*?)</tr>", page, re.S):
        fields = re.findall(r"<td class=k>(.*?)(?=<td class=k>|$)", row, re.S)
        assert len(fields) == 3
        for shift, field in zip(Shift, fields, strict=True):
            hit = re.search(r"<b>(\d+)</b>/(\d+)", field)
            if hit:
                found[int(task), shift] = (int(hit[1]), int(hit[2]))
    return found


def spoken(page):
    """(task's name, shift) -> (have, need) as a table without names says it."""
    found = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.S):
        name = words(row.partition("</th>")[0]).removesuffix(" kritisk")
        for word, have, need in re.findall(r"(Dag|Aften|Nat): (?:hul|sårbar|dækket)\. (\d+) af (\d+)\.", row):
            found[name, next(shift for shift in Shift if WORDS[shift] == word)] = (int(have), int(need))
    return found


def tiles(page):
    """(area, shift) -> what the tile says."""
    table = re.search(r"Dækning efter fagområde og vagt</caption>(.*?)</table>", page, re.S)[1]
    found = {}
    for row in re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table, re.S):
        area, *fields = re.split(r"<td[^>]*>", row)
        found |= {(words(area), shift): words(field) for shift, field in zip(Shift, fields, strict=True)}
    return found


def tile(needs, gaps, thin):
    if not needs:
        return ("–", "– intet krav")
    if gaps:
        return ("1 hul",) if gaps == 1 else (f"{gaps} huller",)
    if thin:
        return ("1 sårbar",) if thin == 1 else (f"{thin} sårbare",)
    return ("dækket",)


@pytest.fixture(params=[(1, DayKind.WEEKDAY), (2, DayKind.WEEKEND)], ids=["weekday", "weekend"])
def town(world, request):
    """A town on a day of the kind, at noon."""
    seed, kind = request.param
    ahead = next(days for days in range(1, 30) if kind_of_day(today() + timedelta(days=days)) is kind)
    with set_to((now() + timedelta(days=ahead)).replace(hour=11)):
        yield Town(world, seed)


def test_four_places_the_kept_month_the_forecast_and_the_sheet_say_what_is_counted_by_hand(town, signed_in, client):
    world, on = town.world, today()
    counts = by_hand(town, on)
    assert {stands(*count) for count in counts.values()} == {"gap", "thin", "covered"}
    leader = signed_in(town.looker(Role.LEADER, world.root))
    planner = signed_in(town.looker(Role.PLANNER, world.root))
    director = signed_in(town.looker(Role.DIRECTOR, world.root))
    areas = {}
    for task in town.tasks:
        areas.setdefault(task.area_id, []).append(task.id)
    area_names = {row.id: row.name for row in world.session.scalars(select(Area))}
    units = tree(world.session, on=on)
    today_page = planner.get("/gaps-today").text
    sections = dict(re.findall(r'href="/coverage/(\d+)">Team .*?</a>(.*?)(?=kt-group-row|</table>)', today_page, re.S))
    overview = director.get(f"/overview/{world.root.id}").text
    take_snapshot(world.session)
    world.session.commit()
    kept = {row.unit_id: row for row in world.session.scalars(select(UnitSnapshot))}

    for team in town.teams:
        mine = {(task, shift): count for (unit, task, shift), count in counts.items() if unit == team.id}
        named = {(f"Opgave {task.slot}", shift): mine[task.id, shift]
                 for task in town.tasks for shift in Shift if (task.id, shift) in mine}  # fmt: skip
        needs, gaps, thin = sums(counts, team_ids={team.id})
        board = leader.get(f"/coverage/{team.id}").text
        assert on_the_desk(board) == mine
        assert pills(board) == (gaps, thin)

        assert spoken(sections.get(str(team.id), "")) == {at: one for at, one in named.items() if stands(*one) == "gap"}
        assert spoken(planner.get(f"/coverage/{team.id}").text) == named
        without_names = director.get(f"/coverage/{team.id}").text
        assert spoken(without_names) == named, "so many share each shift that nothing is hidden"
        assert pills(without_names) == (gaps, thin)

        figures = words(director.get(f"/overview/{team.id}").text)
        assert f"Huller {gaps} af {needs} krav" in figures
        assert f"Sårbare dækningskrav {thin} " in figures
        for area, tasks in areas.items():
            of_area, open_, _thin = sums(counts, team_ids={team.id}, task_ids=tasks)
            field = re.search(rf'<td><a href="/coverage/{team.id}\?area={area}"[^>]*>(.*?)</td>', overview, re.S)
            per_cent, said = re.match(r"(\d+) % ?(.*)", words(field[1])).groups()
            assert int(per_cent) == (min(round(100 * (of_area - open_) / of_area), 99) if open_ else 100)
            assert int((re.match(r"(\d+) (?:hul|huller|kritisk)", said) or [0, 0])[1]) == open_

        meeting = leader.get(f"/board-meeting/{team.id}").text
        link = re.search(
            r'value="http://[^/]+(/screen/[^"]+)"',
            leader.post(f"/board-meeting/{team.id}/screens", data={"name": "Teamrum"}).text,
        )[1]
        client.post(f"{link}/bind")
        screen = client.get(link).text
        assert f"{gaps} Huller i dækningen" in words(meeting)
        for page in (meeting, screen):
            assert tiles(page)
            for (area, shift), shown in tiles(page).items():
                (area_id,) = (one for one, name in area_names.items() if name == area)
                assert shown in tile(*sums(counts, team_ids={team.id}, task_ids=areas[area_id], shift=shift))
        assert f"{gaps} Huller i dækningen" in words(screen)

        row = kept[team.id]
        assert (row.needs, row.gaps, row.vulnerable) == (needs, gaps, thin)
        for area, shifts in row.fields.items():
            for shift, (of_shift, open_, _critical, near) in zip(Shift, shifts, strict=True):
                assert (of_shift, open_, near) == sums(
                    counts, team_ids={team.id}, task_ids=areas[int(area)], shift=shift
                )

        ahead = count_ahead(team_of(world.session, units.get(team.id, Reach(("/",)))).ground)
        first, kind = ahead.stretch_of(on), kind_of_day(on)
        assert {
            (ahead.ground.tasks[spot.task], spot.shift): (int(ahead.have[at, first]), int(ahead.need[at, first]))
            for at, spot in enumerate(ahead.spots)
            if spot.days in (DayKind.EVERY, kind) and ahead.need[at, first]
        } == mine

        text = leader.get(f"/coverage/{team.id}/matrix/desk.csv").text.lstrip("\ufeff")
        sheet = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        assert {
            (row["Opgave"], shift): (int(row[f"{WORDS[shift]}: har"]), int(row[f"{WORDS[shift]}: skal"]))
            for row in sheet for shift in Shift if row.get(f"{WORDS[shift]}: skal")
        } == named  # fmt: skip

    needs, gaps, thin = sums(counts)
    assert f"Huller {gaps} af {needs} krav" in words(overview)
    assert f"Sårbare dækningskrav {thin} " in words(overview)
    assert words(today_page).count(f"{gaps} huller") >= 1
    whole = kept[world.root.id]
    assert (whole.needs, whole.gaps, whole.vulnerable) == (needs, gaps, thin)
    nord = sums(counts, team_ids={town.havnen.id, town.lunden.id})
    assert pills(leader.get(f"/coverage/{world.district.id}").text) == nord[1:]
    assert (kept[world.district.id].needs, kept[world.district.id].gaps) == nord[:2]
