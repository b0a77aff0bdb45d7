"""The five files with which made-up Strandby Kommune begins: as its own people have kept them, in Excel and CSV."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.imports.workbooks import csv, xlsx

Table = list[list[Any]]

UNITS: Table = [
    ["Enhed", "Type", "Overordnet"],
    ["Team Fyret", "Team", "Distrikt Kyst"],
    ["Team Klitten", "Team", "Distrikt Kyst"],
    ["Natteamet", "Team", "Distrikt Kyst"],
    ["Distrikt Kyst", "Distrikt", "Strandby Kommune"],
    ["Strandby Kommune", "Kommune", ""],
]
UNCOMPLICATED_WOUND = "Skift af forbinding på ukompliceret sår"
EYE_DROPS = "Øjendrypning"
STOMA_BAG = "Tømning og skift af stomipose"
OWN_TASK = "Sansestimulation i Fyrets have"


def units_csv() -> bytes:
    """The organisation, as Excel's "CSV (semikolonsepareret)" in Windows-1252; children before their parents."""
    return csv([["Organisation pr. 1. januar"], [], *UNITS])


def people_xlsx(today: date) -> bytes:
    """Fourteen employees with group rows for each team and a sum below; the columns in their own order."""
    since = today - timedelta(days=900)
    checked = today - timedelta(days=400)
    people: Table = [
        ["Medarbejdere i Distrikt Kyst"],
        ["Udtræk fra lønsystemet", "", "", "", "", today],
        [],
        ["Navn", "Medarb.nr.", "Faggruppe", "Enhed", "Vagter", "Ansat fra", "Ansat til", "Flyver", "E-mail",
         "Autorisation kontrolleret den", "Lokation"],
        ["Team Fyret"],
        ["Inge Strand", 2001, "Sygeplejerske", "Team Fyret", "dag", since, "", "", "inge.strand@strandby.example", checked, "A"],
        ["Bo Klit", 2002, "SSA", "Team Fyret", "D/A", since, "", "", "bo.klit@strandby.example", checked, "A"],
        ["Åse Ørsted", 2003, "Sosu-assistent", "Team Fyret", "aften", since, "", "", "aase.orsted@strandby.example", checked, "A"],
        ["Signe Holm", 2004, "SSH", "Team Fyret", "dag, aften", since, "", "", "signe.holm@strandby.example", "", "A"],
        ["Jonas Vad", 2005, "Hjælper (SSH)", "Team Fyret", "D", since, "", "", "jonas.vad@strandby.example", "", "A"],
        ["Lærke Dam", 2006, "Ufaglært", "Team Fyret", "A", since, "", "", "laerke.dam@strandby.example", "", "A"],
        ["Team Klitten"],
        ["Karin Bæk", 2007, "Spl.", "Team Klitten", "D", since, "", "", "karin.baek@strandby.example", checked, "B"],
        ["Poul Eng", 2008, "SSA", "Team Klitten", "D A", since, "", "", "poul.eng@strandby.example", checked, "B"],
        ["Nadia Kær", 2009, "SSH", "Team Klitten", "Dag", since, "", "", "nadia.kaer@strandby.example", "", "B"],
        ["Tove Lund", 2010, "Ufaglærte", "Team Klitten", "Aften", since, today + timedelta(days=200), "", "", "", "B"],
        ["Natteamet"],
        ["Ulla Sø", 2011, "Sygeplejerske", "Natteamet", "N", since, "", "", "ulla.soe@strandby.example", checked, ""],
        ["Erik Å", 2012, "SSA", "Natteamet", "Nat", since, "", "", "erik.aa@strandby.example", checked, ""],
        ["Flyverkorps"],
        ["Mona Vig", 2013, "SSA", "Distrikt Kyst", "dag, aften, nat", since, "", "ja", "mona.vig@strandby.example", checked, ""],
        ["Finn Rev", 2014, "SSH", "Distrikt Kyst", "D", since, "", "x", "finn.rev@strandby.example", "", ""],
        [],
        ["I alt", 14],
    ]  # fmt: skip
    return xlsx(people, sheet="Medarbejdere", merged=["A1:K1", "A5:K5", "A12:K12", "A17:K17"])


def matrix_xlsx() -> bytes:
    """Their matrix: two rows of headings, group rows, footnotes, a legend, one task of their own, one row undecided."""
    rows: Table = [
        ["Opgavefordeling, Strandby Kommune"],
        ["Gælder hjemmepleje og sygepleje. Revideret i maj"],
        [],
        ["", "Autoriserede", "", "Øvrige", "", ""],
        ["Opgave", "Spl.", "SSA", "SSH", "Ufaglært", "Bemærkninger"],
        ["Medicin"],
        ["Udlevering af doseret tabletmedicin", "X", "X", "(X)", "(X)*", ""],
        [EYE_DROPS, "X", "X", "(X)", "BS", ""],
        ["Subkutan injektion", "X", "X2", "÷", "÷", "Kun efter skriftlig instruks"],
        ["Sår og hud"],
        [f"{UNCOMPLICATED_WOUND} ¹", "X", "X", "efter oplæring", "÷", ""],
        ["Kompressionsstrømper, på og af", "X", "X", "(X)", "(X)", ""],
        ["Kateter og stomi"],
        [STOMA_BAG, "X", "X", "(X)", "BS", ""],
        ["Daglig kateterpleje", "X", "X", "SKAL", "(X)", ""],
        ["Steril intermitterende kateterisation (SIK)", "X", "(X) niveau 2", "÷", "÷", ""],
        [],
        ["Andet"],
        [OWN_TASK, "X", "X", "X", "(X)", "Vores egen"],
        ["Loftlift og mobillift", "X", "X", "SKAL", "SKAL", ""],
        ["Skærmbesøg", "?", "", "", "", "Afklares til efteråret"],
        [],
        ["* kun hos borgere i stabile forløb"],
        ["¹ dog ikke diabetiske sår"],
        ["X = kernekompetence; (X) = efter oplæring; BS = borgerspecifik; ÷ = må ikke"],
    ]
    merged = ["A1:F1", "A2:F2", "B4:C4", "D4:E4", "A6:F6", "A10:F10", "A13:F13"]
    return xlsx(rows, sheet="Opgavefordeling", merged=merged)


def signoffs_csv(today: date) -> bytes:
    """What lay signed in the ring binder, as "CSV UTF-8" with a byte order mark."""
    signed = today - timedelta(days=60)
    through = today + timedelta(days=300)
    rows: Table = [
        ["Medarbejdernummer", "Navn", "Opgave", "Niveau", "Underskrevet den", "Underskrevet af", "Gælder til og med"],
        [2004, "Signe Holm", EYE_DROPS, "øvet", signed, "Inge Strand", through],
        [2004, "Signe Holm", "Daglig kateterpleje", 1, signed, "Inge Strand", through],
        [2005, "Jonas Vad", "Udlevering af doseret tabletmedicin", "basis", signed, "Inge Strand", through],
        [2009, "Nadia Kær", STOMA_BAG, 2, signed, "Karin Bæk", through],
        [2014, "Finn Rev", "Loftlift og mobillift", "1", signed, "Karin Bæk", ""],
    ]
    return csv(rows, encoding="utf-8-sig")


def requirements_xlsx() -> bytes:
    """What the teams need; in the evening Team Fyret needs three for stoma bags and has two by education."""
    rows: Table = [
        ["Bemandingskrav"],
        [],
        ["Enhed eller enhedstype", "Opgave", "Vagt", "Antal", "Niveau"],
        ["Team Fyret", STOMA_BAG, "dag", 2, "basis"],
        ["Team Fyret", STOMA_BAG, "aften", 3, "basis"],
        ["Team Fyret", EYE_DROPS, "dag, aften", 2, 1],
        ["Team Klitten", UNCOMPLICATED_WOUND, "D", 2, ""],
        ["Natteamet", "Subkutan injektion", "nat", 1, "øvet"],
        ["Team", "Daglig kateterpleje", "dag", 1, ""],
    ]
    return xlsx(rows, sheet="Krav", merged=["A1:E1"])


def all_five(today: date) -> Mapping[str, tuple[str, bytes]]:
    """Kind of file -> name and contents, in the order in which they are brought in."""
    return {
        "units": ("enheder.csv", units_csv()),
        "people": ("medarbejdere.xlsx", people_xlsx(today)),
        "matrix": ("opgavefordeling.xlsx", matrix_xlsx()),
        "signoffs": ("underskrifter.csv", signoffs_csv(today)),
        "requirements": ("krav.xlsx", requirements_xlsx()),
    }
