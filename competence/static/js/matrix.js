// The matrix as a grid: one tab stop, arrows, Home and End, area by area, Enter for "hvorfor", tint of row and column.
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
    box.querySelector("[data-kt-pop-close]")?.addEventListener("click", () => this.close());
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

class Matrix {
  constructor(table) {
    this.table = table;
    this.cols = [...table.querySelectorAll("colgroup > col")];
    this.keys = [...table.querySelectorAll(".kt-people > th")].map((th) => th.dataset.col ?? "");
    this.asked = null;
    this.popover = Popover.onPage(() => this.asked?.classList.remove("kt-asked"));
    const first = this.cellAt(this.rows()[0], 1);
    if (first) first.tabIndex = 0;
    table.addEventListener("keydown", (event) => this.onKey(event));
    table.addEventListener("click", (event) => this.onClick(event));
    table.addEventListener("focusin", (event) => this.onFocus(event));
    table.addEventListener("focusout", () => this.tint(null));
    table.addEventListener("pointerover", (event) => this.onHover(event));
    table.addEventListener("pointerleave", () => this.tint(null));
  }

  /** The rows of tasks that are shown now. */
  rows() {
    return [...this.table.querySelectorAll("tbody:not(.kt-closed) > tr[data-row]:not([hidden])")];
  }

  cellAt(row, index) {
    return row ? row.cells[Math.max(1, Math.min(index, row.cells.length - 1))] : null;
  }

  cellOf(target) {
    const cell = target instanceof Element ? target.closest("td") : null;
    return cell && cell.parentElement.dataset.row !== undefined ? cell : null;
  }

  go(cell) {
    if (!cell) return;
    for (const other of this.table.querySelectorAll("td[tabindex='0']")) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  onFocus(event) {
    const cell = this.cellOf(event.target);
    if (cell) this.tint(cell);
  }

  onHover(event) {
    if (event.pointerType === "touch") return;
    this.tint(this.cellOf(event.target));
  }

  tint(cell) {
    this.table.querySelector("tr.kt-row-on")?.classList.remove("kt-row-on");
    for (const col of this.cols) col.classList.remove("kt-on");
    if (!cell) return;
    cell.parentElement.classList.add("kt-row-on");
    if (!cell.classList.contains("k")) this.cols[cell.cellIndex]?.classList.add("kt-on");
  }

  onKey(event) {
    const cell = this.cellOf(event.target);
    if (!cell || event.altKey || event.metaKey) return;
    const rows = this.rows();
    const at = rows.indexOf(cell.parentElement);
    const index = cell.cellIndex;
    const last = cell.parentElement.cells.length - 1;
    const lastPerson = last - cell.parentElement.querySelectorAll("td.k").length;
    const area = cell.closest("tbody");
    let goal;
    switch (event.key) {
      case "ArrowLeft": goal = this.cellAt(rows[at], index - 1); break;
      case "ArrowRight": goal = this.cellAt(rows[at], index + 1); break;
      case "ArrowUp": goal = this.cellAt(rows[at - 1], index); break;
      case "ArrowDown": goal = this.cellAt(rows[at + 1], index); break;
      case "Home": goal = this.cellAt(event.ctrlKey ? rows[0] : rows[at], 1); break;
      case "End": goal = this.cellAt(event.ctrlKey ? rows[rows.length - 1] : rows[at], event.ctrlKey ? last : lastPerson); break;
      case "PageDown": goal = this.cellAt(rows.slice(at).find((row) => row.closest("tbody") !== area), index); break;
      case "PageUp": {
        const before = rows.slice(0, at).reverse().find((row) => row.closest("tbody") !== area);
        goal = this.cellAt(before && rows.find((row) => row.closest("tbody") === before.closest("tbody")), index);
        break;
      }
      case "Enter":
      case " ":
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
    this.go(cell);
    this.ask(cell);
  }

  fold(button) {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    button.closest("tbody").classList.toggle("kt-closed", !open);
    if (!this.table.querySelector("tbody:not(.kt-closed) td[tabindex='0']")) {
      const first = this.cellAt(this.rows()[0], 1);
      if (first) first.tabIndex = 0;
    }
  }

  ask(cell) {
    const row = encodeURIComponent(cell.parentElement.dataset.row);
    const col = encodeURIComponent(this.keys[cell.cellIndex] ?? "");
    const pattern = cell.classList.contains("k") ? this.table.dataset.whoUrl : this.table.dataset.whyUrl;
    if (!pattern || !col) return;
    const url = pattern.replace("{row}", row).replace("{col}", col);
    if (!this.popover) { window.location.assign(url); return; }
    this.popover.open(url, cell).then(() => {
      this.asked = cell;
      cell.classList.add("kt-asked");
    });
  }
}

const started = new WeakSet();

function start() {
  for (const table of document.querySelectorAll("table.kt-matrix[role='grid']")) {
    if (started.has(table)) continue;
    started.add(table);
    new Matrix(table);
  }
}

start();
document.addEventListener("htmx:afterSettle", start); // a filter brought a new board
