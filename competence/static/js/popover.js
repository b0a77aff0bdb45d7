// The one "hvorfor" popover of a page: fetched, placed under its cell with a caret, turned at the edges, closed with
// Esc, which gives focus back. Non-modal. On a phone the stylesheet makes it a sheet from below.

export class Popover {
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
