import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from competence.reports.passport import (
    Passport,
    PassportArea,
    PassportAwaiting,
    PassportEmployment,
    PassportTask,
    PassportTraining,
    SignShape,
    passport_pdf,
)

HELPER = PassportEmployment("Social- og sundhedshjælper", "Team Havnen, Hjemmeplejen Nord")
EYE_DROPS = PassportTask(
    "Øjendråber", SignShape.CIRCLE, 2, "øvet", "Hanne Lykke", date(2026, 3, 4), valid_through=date(2028, 3, 4)
)
HOIST = PassportTask("Loftlift og personlift", SignShape.SQUARE, 2, "øvet")
AMIRA = Passport(
    municipality="Fjordby Kommune",
    department="Sundhed og Ældre",
    person_name="Amira Haddad",
    employments=(HELPER,),
    issued_at=datetime(2026, 6, 9, 5, 42, tzinfo=UTC),
    matrix_version="7",
    areas=(PassportArea("Medicinhåndtering", (EYE_DROPS,)), PassportArea("Forflytning", (HOIST,))),
    guides=("Hanne Lykke",),
    training=(PassportTraining("Iltbehandling i hjemmet", 2, 3),),
    awaiting=(PassportAwaiting("Insulin med pen", 1),),
)
FORTY = replace(
    AMIRA,
    areas=tuple(
        PassportArea(f"Fagområde {area}", tuple(replace(EYE_DROPS, task=f"Opgave {area}.{n}") for n in range(10)))
        for area in range(4)
    ),
)


def with_task(**changes):
    return replace(AMIRA, areas=(PassportArea("Medicinhåndtering", (replace(EYE_DROPS, **changes),)),))


def pages_of(pdf):
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def row_heads(heard):
    return [head.text for head in heard.each("TH") if head.attributes.get("/Scope") == "/Row"]


def test_the_passport_is_read_aloud_from_the_name_to_whose_it_is(danish, hear):
    said = [part.text for part in hear(passport_pdf(AMIRA, danish)).each("H1", "H2", "P", "TH", "TD", "LBody")]
    assert said == [
        "Kompetencepas",
        "Fjordby Kommune · Sundhed og Ældre",
        "Amira Haddad",
        "Social- og sundhedshjælper · Team Havnen, Hjemmeplejen Nord",
        "Må udføre 2 opgaver efter opgavedeling, version 7",
        "Læringsvejleder Hanne Lykke",
        "Udskrevet 9. juni 2026 kl. 7.42 – viser, hvad der gjaldt da",
        *("Opgave", "Niveau", "Skrevet under af", "Dato", "Gælder til og med"),
        "Medicinhåndtering",
        *("Øjendråber", "2 øvet", "Hanne Lykke", "04.03.2026", "04.03.2028"),
        "Forflytning",
        *("Loftlift og personlift", "2 øvet", "uddannelse", "–", "–"),
        "Under oplæring – må ikke udføres alene",
        "Iltbehandling i hjemmet",
        "Afventer egen accept",
        "Insulin med pen, niveau 1",
        *("ved uddannelse", "ved oplæring og underskrift", "ved individuel delegation"),
        "Medarbejder, dato",
        "Leder, dato",
        "Passet tilhører medarbejderen. Det indeholder ikke CPR-nummer eller oplysninger om borgere.",
    ]


def test_the_headings_are_the_person_and_what_she_may_not_do_yet(danish, hear):
    headings = [(part.tag, part.text) for part in hear(passport_pdf(AMIRA, danish)).each("H1", "H2", "H3")]
    assert headings == [
        ("H1", "Amira Haddad"),
        ("H2", "Under oplæring – må ikke udføres alene"),
        ("H2", "Afventer egen accept"),
    ]


def test_table_headers_say_what_they_head(danish, hear):
    (table,) = hear(passport_pdf(AMIRA, danish)).each("Table")
    headers = [(head.text, head.attributes["/Scope"], head.attributes.get("/ColSpan", 1)) for head in table.each("TH")]
    assert headers == [
        *((text, "/Column", 1) for text in ("Opgave", "Niveau", "Skrevet under af", "Dato", "Gælder til og med")),
        ("Medicinhåndtering", "/Column", 5),
        ("Øjendråber", "/Row", 1),
        ("Forflytning", "/Column", 5),
        ("Loftlift og personlift", "/Row", 1),
    ]
    assert table.attributes["/Summary"] == "Opgaver, som medarbejderen må udføre, efter fagområde"


def test_every_row_of_the_table_is_as_wide_as_its_head(danish, hear):
    (table,) = hear(passport_pdf(FORTY, danish)).each("Table")
    widths = {sum(cell.attributes.get("/ColSpan", 1) for cell in row.kids) for row in table.each("TR")}
    assert widths == {5}


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (SignShape.SQUARE, "ved uddannelse"),
        (SignShape.CIRCLE, "ved oplæring og underskrift"),
        (SignShape.DIAMOND, "ved individuel delegation"),
    ],
)
def test_the_sign_of_a_task_says_why_she_may(shape, words, danish, hear):
    (table,) = hear(passport_pdf(with_task(shape=shape), danish)).each("Table")
    assert [figure.alt for figure in table.each("Figure")] == [words]


def test_the_signs_of_training_and_waiting_are_told_in_words(danish, hear):
    lists = list(hear(passport_pdf(AMIRA, danish)).each("L"))
    assert [figure.alt for figure in lists[0].each("Figure")] == ["2 af 3 gange"]
    assert [figure.alt for figure in lists[1].each("Figure")] == ["Skrevet under"]


def test_limits_stand_in_words_under_the_task(danish, hear):
    limited = with_task(limits=("forløbet er stabilt og kendt", "det er dagvagt"), conditions=("ring først til Hanne",))
    assert row_heads(hear(passport_pdf(limited, danish))) == [
        "Øjendråber Må, når forløbet er stabilt og kendt og det er dagvagt. Ring først til Hanne."
    ]


def test_a_passport_keeps_to_one_page_as_long_as_signs_do_not_touch(danish):
    limited = replace(EYE_DROPS, limits=("forløbet er stabilt og kendt",))
    areas = tuple(PassportArea(f"Fagområde {n}", (limited,)) for n in range(9))
    training = tuple(PassportTraining(f"Opgave {n}", 1, 3) for n in range(3))
    (page,) = pages_of(passport_pdf(replace(AMIRA, areas=areas, training=training), danish))
    assert page.count("Øjendråber") == 9
    assert "Leder, dato" in page


def test_a_task_for_one_citizen_says_so_and_not_which(danish, hear):
    assert row_heads(hear(passport_pdf(with_task(citizen_only=True), danish))) == ["Øjendråber Hos én bestemt borger."]


def test_a_signature_from_paper_says_so(danish, hear):
    from_paper = with_task(origin_note="overført fra papir")
    assert row_heads(hear(passport_pdf(from_paper, danish))) == ["Øjendråber Overført fra papir."]


def test_with_several_employments_each_line_says_which(danish, hear):
    flyer = PassportEmployment("Social- og sundhedshjælper", "Flyverkorpset")
    one = with_task(employment="Flyverkorpset")
    several = replace(one, employments=(HELPER, flyer))
    assert row_heads(hear(passport_pdf(one, danish))) == ["Øjendråber"]
    assert row_heads(hear(passport_pdf(several, danish))) == ["Øjendråber Ansættelse: Flyverkorpset."]


def test_a_task_under_two_employments_counts_once():
    twice = (replace(EYE_DROPS, employment="Team Havnen"), replace(EYE_DROPS, employment="Flyverkorpset"))
    assert replace(AMIRA, areas=(PassportArea("Medicinhåndtering", twice),)).task_count == 1


def test_one_task_is_not_told_in_the_plural(danish):
    assert "1 opgave efter opgavedeling" in pages_of(passport_pdf(with_task(), danish))[0]


def test_a_draft_says_so_on_every_page_and_is_read_aloud_once(danish, hear):
    notice = "Udkast: Ingen har godkendt opgavedelingen endnu."
    pdf = passport_pdf(replace(FORTY, draft_notice=notice), danish)
    assert all(notice in page for page in pages_of(pdf))
    assert [part.text for part in hear(pdf).each("P")].count(notice) == 1


def test_forty_tasks_repeat_the_head_on_the_second_page_but_read_it_aloud_once(danish, hear):
    pdf = passport_pdf(FORTY, danish)
    pages = pages_of(pdf)
    assert len(pages) == 2
    assert all("Gælder til og med" in page for page in pages)
    assert ["Side 1 af 2" in pages[0], "Side 2 af 2" in pages[1]] == [True, True]
    assert "Amira Haddad" in pages[1]
    heard = hear(pdf)
    assert [head.text for head in heard.each("TH")].count("Gælder til og med") == 1
    assert row_heads(heard) == [f"Opgave {area}.{n}" for area in range(4) for n in range(10)]


def test_every_page_says_when_by_which_version_and_what_the_signs_mean(danish):
    for page in pages_of(passport_pdf(FORTY, danish)):
        assert "9. juni 2026 kl. 7.42" in page
        assert "opgavedeling, version 7" in page
        assert page.count("ved oplæring og underskrift") == 1


def test_lists_that_fit_on_a_page_are_kept_together(danish):
    trained = tuple(PassportTraining(f"Under oplæring {n}", 1, 3) for n in range(25))
    pages = pages_of(passport_pdf(replace(AMIRA, training=trained), danish))
    assert [page.count("Under oplæring ") for page in pages][-1] >= 25


def test_an_area_that_goes_on_over_the_page_says_that_it_does(danish):
    pages = pages_of(passport_pdf(FORTY, danish))
    assert "Fagområde 3 (fortsat)" in pages[1] or "Fagområde 2 (fortsat)" in pages[1]


def test_a_long_training_list_goes_on_over_the_page_as_one_list(danish, hear):
    trained = tuple(PassportTraining(f"Opgave {n}", 1, 3) for n in range(60))
    pdf = passport_pdf(replace(AMIRA, training=trained), danish)
    assert "Under oplæring – må ikke udføres alene (fortsat)" in pages_of(pdf)[1]
    first = next(iter(hear(pdf).each("L")))
    assert [item.text for item in first.each("LBody")] == [row.task for row in trained]


def test_long_names_break_and_lose_nothing(danish, hear):
    name = "Åse-Marie Østergård Sørensen-Næstved af Rosenkilde Kjærgaard Thøgersen"
    long = replace(
        with_task(task="Rehabiliteringsforløbskoordineringsopgavebeskrivelse i hjemmet", signed_by=name),
        person_name=name,
    )
    heard = hear(passport_pdf(long, danish))
    (title,) = heard.each("H1")
    assert title.text == name
    assert row_heads(heard)[0].replace(" ", "") == "Rehabiliteringsforløbskoordineringsopgavebeskrivelseihjemmet"
    assert list(heard.each("TD"))[1].text.replace("- ", "-") == name


def test_nothing_is_drawn_outside_the_margins(danish):
    name = "Rehabiliteringsforløbskoordineringsopgavebeskrivelse " * 3
    wide = replace(
        with_task(task=name, signed_by=name, limits=(name,), level_name="meget erfaren"),
        person_name=name,
        department=name,
        guides=(name, name),
        training=(PassportTraining(name, 1, 3),),
    )
    rights = []

    def note(text, _cm, matrix, font, size):
        if text.strip():
            rights.append(matrix[4])

    for page in PdfReader(BytesIO(passport_pdf(wide, danish))).pages:
        page.extract_text(visitor_text=note)
    assert min(rights) >= 42
    assert max(rights) <= 595.3 - 42


def test_who_may_do_nothing_yet_is_told_why(danish, hear):
    empty = replace(AMIRA, areas=(), training=(), awaiting=())
    heard = hear(passport_pdf(empty, danish))
    assert not list(heard.each("Table"))
    assert "Ingen opgaver lige nu." in " ".join(part.text for part in heard.each("P"))


def test_no_text_is_under_nine_points(danish):
    sizes = set()

    def note(text, _cm, _tm, _font, size):
        if text.strip():
            sizes.add(size)

    pdf = passport_pdf(
        with_task(limits=("Kun i dagvagt",), citizen_only=True, origin_note="overført fra papir"), danish
    )
    for page in PdfReader(BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)
    assert min(sizes) >= 9


def test_the_same_passport_gives_the_same_bytes(danish):
    assert passport_pdf(AMIRA, danish) == passport_pdf(AMIRA, danish)


@pytest.mark.parametrize("passport", [AMIRA, FORTY], ids=["two tasks", "forty tasks"])
def test_the_file_is_small_enough_to_mail(passport, danish):
    assert len(passport_pdf(passport, danish)) < 60_000


def test_the_time_of_issue_must_know_its_zone(danish):
    with pytest.raises(ValueError, match="time zone"):
        passport_pdf(replace(AMIRA, issued_at=datetime(2026, 6, 9, 7, 42)), danish)  # noqa: DTZ001


def test_an_english_passport_says_that_it_is_english():
    pdf = passport_pdf(AMIRA, lambda msgid, /, **params: msgid % params if params else msgid, language="en")
    assert PdfReader(BytesIO(pdf)).root_object["/Lang"] == "en-GB"
    assert "May perform" in pages_of(pdf)[0]


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler is not installed")
def test_another_reader_finds_the_same_tags_and_order(danish, tmp_path):
    file = tmp_path / "passport.pdf"
    file.write_bytes(passport_pdf(AMIRA, danish))

    def run(*command):
        return subprocess.run([*command], capture_output=True, check=True, encoding="utf-8", errors="replace").stdout

    assert "Tagged:          yes" in run("pdfinfo", file)
    structure = run("pdfinfo", "-struct-text", file)
    order = ['"Amira Haddad"', '"Øjendråber"', '"04.03.2028"', '"Under oplæring', '"Insulin med pen, niveau 1"']
    places = [structure.index(words) for words in order]
    assert places == sorted(places)
    assert "Læringsvejleder" in run("pdftotext", file, "-")


def test_the_printed_code_leads_to_the_page_that_says_what_counts_now(danish, hear):
    heard = hear(passport_pdf(replace(AMIRA, check_at="https://kompetence.example/passport/7"), danish))
    assert "Kode, der fører til https://kompetence.example/passport/7" in [one.alt for one in heard.each("Figure")]
    assert "Scan: gælder passet nu?" in [part.text for part in heard.each("P")]


def test_without_an_address_no_code_is_printed(danish, hear):
    assert not [one for one in hear(passport_pdf(AMIRA, danish)).each("Figure") if "fører til" in (one.alt or "")]
