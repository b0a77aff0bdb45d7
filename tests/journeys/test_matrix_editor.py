"""The development nurse edits a draft by keyboard, has it heard and approves it; two who edit at once see each other."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from competence.foundation.clock import today
from tests.browser import DESKTOP, PHONE
from tests.journeys.visiting import sign_in

TASK, OTHER = "Kompressionsbind", "Øjendråber"
Check = Callable[[Page], None]


def on_both(page: Page, accessible: Check) -> None:
    """Nothing; axe finds nothing on the page at a desk and on a phone."""
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        accessible(page)


def new_draft(page: Page, address: str) -> str:
    """Where the new draft of the version in force is edited."""
    page.goto(f"{address}/matrix/drafts")
    page.get_by_role("link", name="Ny kladde", exact=True).first.click()
    page.get_by_label("Navn").fill("Efterår")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Efterår")
    return page.url


def cell(page: Page, task: str, group: str) -> Locator:
    """The field of the grid."""
    column = page.locator(".kt-people > th").all_inner_texts()
    at = next(index for index, text in enumerate(column) if group in text.replace("\n", " "))
    return (
        page.locator("tr[data-row]").filter(has=page.get_by_role("link", name=task, exact=True)).locator("> *").nth(at)
    )


def walk_to(page: Page, task: str, group: str) -> None:
    """Nothing; arrows have moved the focus from the grid's tab stop to the field."""
    page.locator(".kt-matrix [tabindex='0']").focus()
    for _ in range(60):
        row: str = page.evaluate("document.activeElement.closest('tr').cells[0].innerText")
        if row.startswith(task):
            break
        page.keyboard.press("ArrowDown")
    goal = cell(page, task, group)
    for _ in range(12):
        if goal.evaluate("field => field === document.activeElement"):
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"the arrows do not reach {task} × {group}")


def test_a_draft_from_its_first_cell_to_its_approval(fjordby: str, visit: Callable[..., Page], accessible: Check):
    page, dorthe = visit(), visit()
    sign_in(page, fjordby, "marianne.holm")
    where = new_draft(page, fjordby)
    number = int(where.rpartition("/")[2])
    on_both(page, accessible)

    # One tab stop, arrows, Enter opens, Escape gives the focus back.
    assert page.locator(".kt-matrix [tabindex='0']").count() == 1
    walk_to(page, TASK, "Ufaglært")
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name=f"{TASK} × Ufaglært")).to_be_focused()
    accessible(page)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(cell(page, TASK, "Ufaglært")).to_be_focused()

    # A change, by keyboard alone.
    page.keyboard.press("Enter")
    expect(sheet).to_be_visible()
    sheet.get_by_label("Må ikke").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(sheet.get_by_label("Efter oplæring og underskrift")).to_be_checked()
    page.keyboard.press("Enter")
    expect(sheet.get_by_text("Gemt i kladden")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(cell(page, TASK, "Ufaglært")).to_be_focused()
    expect(cell(page, TASK, "Ufaglært")).to_contain_text("Efter oplæring og underskrift")
    assert page.locator(".kt-matrix [tabindex='0']").count() == 1, "the new field has taken over the tab stop"
    changes = page.get_by_role("region", name="Ændringer i kladden")
    expect(changes.get_by_role("listitem")).to_have_count(1)

    # An area at once, seen first; undone; and done again.
    for _ in range(2):
        page.goto(where)
        page.get_by_role("link", name="Ret et helt fagområde på én gang").click()
        page.get_by_label("Fagområde").select_option(label="Sårpleje")
        page.get_by_label("Pædagog", exact=True).check()
        page.get_by_label("Regel").select_option(value="assists")
        page.get_by_role("button", name="Vis, hvad der ændres").click()
        expect(page.get_by_role("region", name="Det ændres")).to_contain_text("Pædagog")
        on_both(page, accessible)
        page.get_by_role("button", name="Ret 3 felter").click()
        expect(page.get_by_role("region", name="Ændringer i kladden")).to_contain_text("3 felter på én gang")
        if _ == 0:
            page.get_by_role("button", name="Fortryd", exact=True).first.click()
            expect(page.get_by_role("region", name="Ændringer i kladden")).not_to_contain_text("3 felter på én gang")

    # Asked, said, answered.
    page.get_by_role("link", name="Send i høring").click()
    on_both(page, accessible)
    page.get_by_role("button", name="Send i høring").click()
    expect(page.get_by_role("region", name="Hvem er spurgt")).to_contain_text("har ikke skrevet")
    on_both(page, accessible)
    sign_in(dorthe, fjordby, "dorthe.nygaard")
    expect(dorthe.get_by_role("banner")).to_contain_text("venter på dig")
    dorthe.goto(f"{fjordby}/me")
    on_both(dorthe, accessible)
    dorthe.get_by_role("main").get_by_text(
        f"Version {number} af opgavedelingen er i høring"
    ).first.scroll_into_view_if_needed()
    dorthe.get_by_role("link", name="Læs og kommentér").first.click()
    dorthe.get_by_label("Din kommentar").fill("Er der tid til oplæring i marts?")
    dorthe.get_by_role("button", name="Gem kommentaren").click()
    on_both(dorthe, accessible)
    page.reload()
    page.get_by_label("Svar").fill("Ja, der er sat 30 timer af.")
    page.get_by_role("button", name="Besvar kommentaren").click()
    dorthe.reload()
    expect(dorthe.get_by_role("main")).to_contain_text("Ja, der er sat 30 timer af.")

    # What it would do, and the approval.
    page.goto(where)
    page.get_by_role("link", name="Hvem, hvor, og hvad de beholder").click()
    on_both(page, accessible)
    page.get_by_role("link", name="Videre til godkendelse").click()
    on_both(page, accessible)
    page.get_by_role("button", name="Godkend som Marianne Holm").click()
    expect(page.get_by_role("main")).to_contain_text("Godkendt af Marianne Holm")
    on_both(page, accessible)
    page.goto(f"{fjordby}/matrix?on={today() + timedelta(days=1)}")
    expect(page.get_by_role("region", name="Hvad gjaldt på en dato?")).to_contain_text(f"gjaldt Version {number}")
    for path in ("/matrix/drafts", f"/matrix/compare?one={number}", "/matrix/local", "/matrix/local/new"):
        page.goto(fjordby + path)
        on_both(page, accessible)


def test_two_who_edit_at_once_see_each_other_and_overwrite_nothing_unseen(
    fjordby: str, visit: Callable[..., Page], accessible: Check
):
    marianne, tine = visit(), visit()
    sign_in(marianne, fjordby, "marianne.holm")
    where = new_draft(marianne, fjordby)
    sign_in(tine, fjordby, "tine.abildgaard")
    tine.goto(where)
    for page in (marianne, tine):
        cell(page, TASK, "Hjælper").click()
        expect(page.get_by_role("dialog").get_by_role("heading")).to_be_visible()

    sheet = marianne.get_by_role("dialog")
    sheet.get_by_label("Individuel delegation").check()
    sheet.get_by_role("button", name="Gem i kladden").click()
    expect(sheet.get_by_text("Gemt i kladden")).to_be_visible()

    # Tine, who does not know yet, is shown both and loses nothing of hers.
    theirs = tine.get_by_role("dialog")
    theirs.get_by_label("Må ikke").check()
    theirs.get_by_label("Begrundelse").fill("Kun sygeplejersker")
    theirs.get_by_role("button", name="Gem i kladden").click()
    expect(theirs).to_contain_text("Marianne Holm ændrede dette kl.")
    expect(theirs).to_contain_text("Individuel delegation, niveau 1")
    expect(theirs.get_by_label("Må ikke")).to_be_checked()
    expect(theirs.get_by_label("Begrundelse")).to_have_value("Kun sygeplejersker")
    accessible(tine)

    # The page behind tells who changed what, and draws the field anew, without being asked.
    told = tine.locator("#draft-since")
    expect(told).to_contain_text("Marianne Holm har ændret 1 felt")
    expect(told).to_contain_text(f"{TASK} × Hjælper")
    expect(cell(tine, TASK, "Hjælper")).to_contain_text("Individuel delegation")

    theirs.get_by_role("button", name="Gem min i stedet").click()
    expect(theirs.get_by_text("Gemt i kladden")).to_be_visible()
    expect(marianne.locator("#draft-since")).to_contain_text("Tine Abildgaard har ændret 1 felt")
    expect(cell(marianne, TASK, "Hjælper")).to_contain_text("Må ikke")
    marianne.keyboard.press("Escape")
    expect(cell(marianne, TASK, "Hjælper")).to_be_focused()

    # Her undo would take Tine's change with it: it is refused, and says so.
    marianne.goto(f"{where}/log")
    log = marianne.get_by_role("row").filter(has_text="Marianne Holm")
    log.get_by_role("button", name="Fortryd").click()
    expect(marianne.get_by_text("Fortryd den senere ændring først")).to_be_visible()
    accessible(marianne)


def test_the_editor_works_without_a_script(fjordby: str, visit: Callable[..., Page]):
    page = visit(java_script_enabled=False)
    sign_in(page, fjordby, "marianne.holm")
    where = new_draft(page, fjordby)
    page.get_by_role("link", name=OTHER).first.click()
    page.get_by_role("region", name="Hvem må").get_by_role("link", name="Ufaglært").click()
    page.get_by_label("Må ikke").check()
    page.get_by_label("Begrundelse").fill("Kun med instruks")
    page.get_by_role("button", name="Gem i kladden").click()
    assert page.url.partition("#")[0] == where
    expect(page.get_by_role("region", name="Ændringer i kladden")).to_contain_text(f"{OTHER} × Ufaglært")
    expect(cell(page, OTHER, "Ufaglært")).to_contain_text("Må ikke")
