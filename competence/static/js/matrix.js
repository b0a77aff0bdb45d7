// The matrix as a grid: one tab stop, arrows, Home and End, area by area, Enter for "hvorfor", tint of row and column.
// Arrows also reach the links of the headings and the buttons of the areas. Where the stylesheet makes lists of it (on a
// phone, and at 400 %), it is no grid: each link is a tab stop of its own.
// The table says where to ask: data-why-url with {row} and {col}, which are data-row of the tr and data-col of the
// column's th; data-who-url for the coverage fields (class k).

// The one "hvorfor" popover of a page: fetched, placed under its cell with a caret, turned at the edges, closed with
// Esc, which gives focus back. Non-modal. On a phone the stylesheet makes it a sheet from below.

class Popover {
  static #one = null;

  /** The page's popover, or null when the page has none. */
  static onPage(onClose) {
    const box = document.querySelector(".kt-pop[role='dialog']");
    if (!box) return null;
    if (!Popover.#one || Popover.#one.box !== box) Popover.#one = new Popover(box);
    Popover.#one.onClose = onClose;
    return Popover.#one;
  }

  constructor(box) {
    this.box = box;
    this.body = box.querySelector("[data-kt-pop-body]");
    this.anchor = null;
    this.asked = 0;
    box.addEventListener("click", (event) => {
      if (!event.target.closest("[data-kt-pop-close], [data-kt-pop-cancel]")) return;
      event.preventDefault();
      this.close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !box.hidden) { event.stopPropagation(); this.close(); }
    });
    document.addEventListener("pointerdown", (event) => {
      if (!box.hidden && !box.contains(event.target) && !this.anchor?.contains(event.target)) this.close(false);
    });
    window.addEventListener("resize", () => { if (!box.hidden) this.place(); });
  }

  /** Opens with what `url` answers, a fragment, under `anchor`. */
  async open(url, anchor) {
    this.close(false);
    const mine = ++this.asked;
    this.anchor = anchor;
    anchor.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (mine !== this.asked) return;
      if (/<html[\s>]/i.test(text)) { window.location.assign(url); return; } // a whole page: signed out, or no fragment
      this.body.innerHTML = text;
    } catch {
      if (mine !== this.asked) return;
      this.body.replaceChildren();
      const sentence = document.createElement("p");
      sentence.className = "kt-why-head";
      sentence.id = "why-title";
      sentence.tabIndex = -1;
      sentence.dataset.ktFocus = "";
      sentence.textContent = document.body.dataset.textFailed;
      this.body.append(sentence);
    } finally {
      anchor.removeAttribute("aria-busy");
    }
    this.box.hidden = false;
    if (this.body.querySelector("#why-title")) this.box.setAttribute("aria-labelledby", "why-title");
    this.place();
    window.htmx?.process(this.body);
    this.body.querySelector("[data-kt-focus]")?.focus({ preventScroll: true });
  }

  close(giveBack = true) {
    if (this.box.hidden) return;
    this.box.hidden = true;
    this.box.removeAttribute("style"); // htmx would take the place over to a new board, which the page's policy forbids
    this.onClose?.();
    if (giveBack && this.anchor?.isConnected) this.anchor.focus();
  }

  place() {
    if (!this.anchor) return;
    const cell = this.anchor.getBoundingClientRect();
    const wide = this.box.offsetWidth;
    const high = this.box.offsetHeight;
    const parent = (this.box.offsetParent ?? document.documentElement).getBoundingClientRect();
    const middle = cell.left + cell.width / 2;
    const edge = 8;
    const left = Math.max(edge, Math.min(middle - 46, document.documentElement.clientWidth - wide - edge));
    const below = cell.bottom + 8;
    const above = cell.top - high - 8;
    const up = below + high > window.innerHeight && above >= 0;
    this.box.classList.toggle("kt-pop-above", up);
    this.box.style.setProperty("left", `${left - parent.left}px`);
    this.box.style.setProperty("top", `${(up ? above : below) - parent.top}px`);
    this.box.style.setProperty("--caret", `${Math.max(8, Math.min(middle - left - 7, wide - 22))}px`);
    const over = this.box.getBoundingClientRect().bottom - window.innerHeight;
    if (over > 0 && !up) window.scrollBy({ top: Math.min(over + edge, cell.top - 60) });
  }
}

const WIDE = window.matchMedia("(min-width: 768px)");

/** The areas that are folded, by id; they stand in the address, so that the view can be shared and comes back. */
const FOLDED = new Set((new URL(window.location.href).searchParams.get("closed") ?? "").split(".").filter(Boolean));

function keepFolded() {
  const url = new URL(window.location.href);
  if (FOLDED.size) url.searchParams.set("closed", [...FOLDED].join("."));
  else url.searchParams.delete("closed");
  window.history.replaceState(window.history.state, "", url);
}

document.addEventListener("htmx:configRequest", (event) => {
  if (FOLDED.size && event.target.closest?.("form.kt-filters")) event.detail.parameters.closed = [...FOLDED].join(".");
});

class Matrix {
  constructor(table) {
    this.table = table;
    this.cols = [...table.querySelectorAll("colgroup > col")];
    this.keys = [...table.querySelectorAll(".kt-people > th")].map((th) => th.dataset.col ?? "");
    this.head = table.querySelector(".kt-people");
    this.asked = null;
    this.stop = null;
    this.column = 1;
    this.at = null; // the row and the index of the tab stop, should its cell be drawn anew
    this.popover = Popover.onPage(() => {
      this.asked?.classList.remove("kt-asked");
      this.mend();
    });
    document.addEventListener("htmx:afterSettle", () => this.mend());
    for (const button of table.querySelectorAll("[data-kt-area]")) {
      if (FOLDED.has(button.dataset.ktArea)) this.show(button, false);
    }
    this.fit();
    WIDE.addEventListener("change", () => this.fit());
    table.addEventListener("keydown", (event) => this.onKey(event));
    table.addEventListener("click", (event) => this.onClick(event));
    table.addEventListener("focusin", (event) => this.tint(event.target.closest("td, th")));
    table.addEventListener("focusout", () => this.tint(null));
    table.addEventListener("pointerover", (event) => this.onHover(event));
    table.addEventListener("pointerleave", () => this.tint(null));
  }

  /** One tab stop where it is a grid; all links and buttons where it is a list. */
  fit() {
    this.table.setAttribute("role", WIDE.matches ? "grid" : "table");
    for (const one of this.table.querySelectorAll("a, button")) {
      if (WIDE.matches) one.tabIndex = -1;
      else one.removeAttribute("tabindex");
    }
    if (!WIDE.matches) { this.stop?.removeAttribute("tabindex"); this.stop = null; }
    else this.rest(this.tasks()[0]?.cells[1] ?? this.table.querySelector("[data-kt-area]"));
  }

  /** The rows of tasks that are shown now. */
  tasks() {
    return [...this.table.querySelectorAll("tbody:not(.kt-closed) > tr[data-row]:not([hidden])")];
  }

  /** The rows that arrows move over: the people, the areas, the tasks. */
  lines() {
    const shown = "tbody > tr.kt-area, tbody:not(.kt-closed) > tr[data-row]:not([hidden])";
    return [this.head, ...this.table.querySelectorAll(shown)].filter(Boolean);
  }

  /** What takes the focus in the row at the column: a field, the link of a heading, the button of an area; or nothing. */
  place(row, index) {
    if (!row) return null;
    if (row.classList.contains("kt-area")) return row.querySelector("button");
    const cell = row.cells[index];
    return cell?.tagName === "TH" ? cell.querySelector("a") : cell;
  }

  /** The tab stop, without the focus. */
  rest(goal) {
    if (!goal) return;
    if (this.stop) this.stop.tabIndex = -1;
    this.stop = goal;
    goal.tabIndex = 0;
    const cell = goal.closest("td");
    this.at = cell ? [cell.parentElement.dataset.row, cell.cellIndex] : null;
  }

  /** A cell that has been drawn anew since it was the tab stop, or was asked about, is so again; the focus stays with it. */
  mend() {
    if (!this.table.isConnected || !WIDE.matches || !this.at || this.stop?.isConnected) return;
    const [row, index] = this.at;
    const cell = this.table.querySelector(`tr[data-row="${row}"]`)?.cells[index];
    if (!cell) return;
    if (this.popover?.anchor === this.stop) this.popover.anchor = cell;
    this.rest(cell);
    if (document.activeElement === document.body) cell.focus();
  }

  go(goal) {
    if (!goal) return;
    this.rest(goal);
    const cell = goal.closest("td, th");
    if (!cell.parentElement.classList.contains("kt-area")) this.column = cell.cellIndex;
    goal.focus();
  }

  cellOf(target) {
    const cell = target instanceof Element ? target.closest("td") : null;
    return cell && cell.parentElement.dataset.row !== undefined ? cell : null;
  }

  onHover(event) {
    if (event.pointerType === "touch") return;
    this.tint(this.cellOf(event.target));
  }

  tint(cell) {
    this.table.querySelector("tr.kt-row-on")?.classList.remove("kt-row-on");
    for (const col of this.cols) col.classList.remove("kt-on");
    if (!cell || cell.colSpan > 1) return;
    if (cell.parentElement.dataset.row !== undefined) cell.parentElement.classList.add("kt-row-on");
    if (cell.cellIndex > 0 && !cell.classList.contains("k")) this.cols[cell.cellIndex]?.classList.add("kt-on");
  }

  onKey(event) {
    const row = event.target.closest("tr");
    if (!WIDE.matches || !row || event.altKey || event.metaKey) return;
    const lines = this.lines();
    const at = lines.indexOf(row);
    if (at < 0) return;
    const cell = this.cellOf(event.target);
    const tasks = this.tasks();
    const body = row.closest("tbody");
    const inTask = row.dataset.row !== undefined;
    const index = row.classList.contains("kt-area") ? this.column : event.target.closest("td, th").cellIndex;
    let goal = null;
    switch (event.key) {
      case "ArrowLeft": goal = row.classList.contains("kt-area") ? null : this.place(row, index - 1); break;
      case "ArrowRight": goal = row.classList.contains("kt-area") ? null : this.place(row, index + 1); break;
      case "ArrowUp": goal = this.place(lines[at - 1], at === 1 ? Math.max(1, index) : index); break;
      case "ArrowDown": goal = this.place(lines[at + 1], index); break;
      case "Home": goal = this.place(event.ctrlKey ? tasks[0] : inTask ? row : null, 1); break;
      case "End": {
        const last = event.ctrlKey ? tasks[tasks.length - 1] : inTask ? row : null;
        const fields = last ? last.cells.length - 1 : 0;
        goal = this.place(last, event.ctrlKey ? fields : fields - last?.querySelectorAll("td.k").length);
        break;
      }
      case "PageDown": {
        const below = tasks.filter((task) => row.compareDocumentPosition(task) & Node.DOCUMENT_POSITION_FOLLOWING);
        goal = this.place(below.find((task) => task.closest("tbody") !== body), index);
        break;
      }
      case "PageUp": {
        const before = tasks.filter((task) => row.compareDocumentPosition(task) & Node.DOCUMENT_POSITION_PRECEDING);
        const above = before.reverse().find((task) => task.closest("tbody") !== body)?.closest("tbody");
        goal = this.place(tasks.find((task) => task.closest("tbody") === above), index);
        break;
      }
      case "Enter":
      case " ":
        if (!cell) return; // links and buttons answer by themselves
        event.preventDefault();
        this.ask(cell);
        return;
      default: return;
    }
    event.preventDefault();
    this.go(goal);
  }

  onClick(event) {
    const area = event.target.closest("[data-kt-area]");
    if (area) { this.fold(area); return; }
    const cell = this.cellOf(event.target);
    if (!cell || event.target.closest("a, button")) return;
    if (WIDE.matches) this.go(cell);
    this.ask(cell);
  }

  fold(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    this.show(button, open);
    const area = button.dataset.ktArea;
    if (area) {
      if (open) FOLDED.delete(area);
      else FOLDED.add(area);
      keepFolded();
    }
    if (WIDE.matches) this.rest(button);
  }

  show(button, open) {
    button.setAttribute("aria-expanded", String(open));
    button.closest("tbody").classList.toggle("kt-closed", !open);
  }

  ask(cell) {
    const row = encodeURIComponent(cell.parentElement.dataset.row);
    const col = encodeURIComponent(this.keys[cell.cellIndex] ?? "");
    const pattern = cell.classList.contains("k") ? this.table.dataset.whoUrl : this.table.dataset.whyUrl;
    if (!pattern || !col) return;
    const url = pattern.replace("{row}", row).replace("{col}", col);
    if (!this.popover) { window.location.assign(url); return; }
    if (!cell.hasAttribute("tabindex")) cell.tabIndex = -1; // where it is a list, so that the focus can come back
    this.popover.open(url, cell).then(() => {
      this.asked = cell;
      cell.classList.add("kt-asked");
    });
  }
}

const started = new WeakSet();

function start() {
  for (const table of document.querySelectorAll("table.kt-matrix[role]")) {
    if (started.has(table)) continue;
    started.add(table);
    new Matrix(table);
  }
}

start();
document.addEventListener("htmx:afterSettle", start); // a filter brought a new board
