// What every page has: menu, toasts, focus on errors, single-key shortcuts, a polite live region.
//
// Kompetencetavlen's own scripts are enhancement only: every page works without them. No inline code, no eval. Each file
// is a module that stands alone, since a browser may keep it for a year under its versioned address: they import
// nothing from each other and speak by events on document ("kt:say" with a sentence for the live region).

const STORE = "kt-shortcuts";

function startLiveRegion() {
  const live = document.getElementById("live");
  document.addEventListener("kt:say", (event) => {
    live.textContent = "";
    window.setTimeout(() => { live.textContent = event.detail; }, 60);
  });
}

function shortcutsAreOn() {
  try { return localStorage.getItem(STORE) !== "off"; } catch { return true; }
}

function isTyping(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.tagName === "INPUT") return !/^(checkbox|radio|button|submit)$/.test(target.type);
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName);
}

function startShortcuts() {
  const group = document.querySelector("[data-kt-shortcuts]");
  const box = document.getElementById("shortcuts");
  if (group && box) {
    group.hidden = false;
    box.checked = shortcutsAreOn();
    box.addEventListener("change", () => {
      try { localStorage.setItem(STORE, box.checked ? "on" : "off"); } catch { /* private window: this page only */ }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    if (event.key !== "/" && event.key !== "?") return;
    if (box ? !box.checked : !shortcutsAreOn()) return;
    const goal = event.key === "/" ? document.querySelector("#finder, [data-kt-finder]") : document.getElementById("legend");
    if (!goal) return;
    event.preventDefault();
    goal.focus();
    goal.scrollIntoView({ block: "nearest" });
  });
}

function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.kt-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target instanceof Element && event.target.closest("details.kt-menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

function readyToasts(root) {
  for (const button of root.querySelectorAll("[data-kt-close][hidden]")) button.hidden = false;
}

function startToasts() {
  const toasts = document.getElementById("toasts");
  if (!toasts) return;
  readyToasts(toasts);
  toasts.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kt-close]");
    if (button) button.closest(".kt-toast").remove();
  });
  document.addEventListener("htmx:load", () => readyToasts(toasts)); // toasts that came out of band
}

function startForms() {
  // A form that filters (data-kt-submit-on-change) sends itself; its button is for those without script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-kt-submit-on-change]");
    if (form) form.requestSubmit();
  });
  // Sent once: a second press while the first is on its way is ignored.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.ktAutosave) return;
    if (form.dataset.ktSent && Date.now() - Number(form.dataset.ktSent) < 5000) event.preventDefault();
    else form.dataset.ktSent = String(Date.now());
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-kt-sent]")) delete form.dataset.ktSent;
  });
}

/** On a narrow screen the row of a unit's pages begins where the reader is. */
function showCurrentPage() {
  const here = document.querySelector(".kt-subpages [aria-current]");
  const row = here?.closest(".kt-subpages");
  if (!row) return;
  const [at, around] = [here.getBoundingClientRect(), row.getBoundingClientRect()];
  row.scrollLeft += at.left - around.left - (around.width - at.width) / 2;
}

startLiveRegion();
startShortcuts();
startMenus();
startToasts();
startForms();
showCurrentPage();
document.addEventListener("htmx:afterSettle", showCurrentPage);
document.querySelector(".kt-errors[data-kt-focus]")?.focus();
