// An unfinished observation is saved after each tick and each time. What cannot be sent waits on the phone: opaque ids,
// ticks, kinds and times, encrypted in IndexedDB under a key that cannot be taken out. It is deleted when it has been
// sent, at sign-out, when somebody else signs in, and after 24 hours. A signature or an answer never waits.
//
// A form with data-kt-autosave="URL" and data-kt-kept="URL" is saved by the second, or by the first where the browser
// has no IndexedDB or is not reached by https. A form with data-kt-connected is not sent without a connection.

const KEPT_FOR = 24 * 60 * 60 * 1000;
const PATIENCE = 8000;
const DEVICE = document.body.dataset.ktDevice ?? "";
const texts = document.body.dataset;

// --- What is kept -------------------------------------------------------------------------------------------------

const able = Boolean(window.indexedDB && window.crypto?.subtle);
let opened = null;

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("kt-kept", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("kept");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function store(name, mode = "readonly") {
  return (await database()).transaction(name, mode).objectStore(name);
}

async function key() {
  const found = await answered((await store("keys")).get("key"));
  if (found) return found;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  try { await answered((await store("keys", "readwrite")).add(made, "key")); } catch { /* another window was first */ }
  return answered((await store("keys")).get("key"));
}

async function keep(one) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(one));
  const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), text);
  await answered((await store("kept", "readwrite")).put({ iv, box }, one.id));
}

async function drop(id) {
  await answered((await store("kept", "readwrite")).delete(id));
}

async function dropAll() {
  await answered((await store("kept", "readwrite")).clear());
  await answered((await store("keys", "readwrite")).clear());
}

/** All that this person has kept. What is another's, too old or cannot be read is deleted. */
async function all() {
  const found = [];
  const ids = await answered((await store("kept")).getAllKeys());
  for (const id of ids) {
    try {
      const { iv, box } = await answered((await store("kept")).get(id));
      const one = JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await key(), box)));
      const old = Math.abs(Date.now() - one.since) > KEPT_FOR;
      if (old || (DEVICE && one.device !== DEVICE)) await drop(id);
      else found.push(one);
    } catch {
      await drop(id);
    }
  }
  return found;
}

// --- Sending ------------------------------------------------------------------------------------------------------

const CSRF = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");

async function post(url, body, headers = {}) {
  // A server that sends one to sign in must not look as if it had saved anything.
  return fetch(url, {
    method: "POST", body, redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE),
    headers: { ...CSRF, "X-Requested-With": "fetch", ...headers },
  });
}

/** { state, html?, answer? }: "sent", "waits" (no connection), "signed-out", "ask" (she must choose) or "gone". */
async function send(one) {
  let answer;
  try {
    answer = await post(one.url, JSON.stringify({
      device: one.device, seen: one.seen, base: one.base, ticks: one.ticks, times: one.times,
    }), { "Content-Type": "application/json" });
  } catch {
    return { state: "waits" };
  }
  if (answer.ok) {
    const said = await answer.json();
    await drop(one.id);
    return { state: "sent", answer: said };
  }
  if (answer.type === "opaqueredirect" || answer.status === 400) return { state: "signed-out" };
  if (answer.status === 409 || answer.status === 422) return { state: "ask", html: await answer.text() };
  if (answer.status === 410) {
    await drop(one.id);
    return { state: "gone" };
  }
  return { state: answer.status >= 500 ? "waits" : "refused" };
}

// --- The page -----------------------------------------------------------------------------------------------------

function say(text) {
  document.dispatchEvent(new CustomEvent("kt:say", { detail: text }));
}

function mark(text) {
  for (const one of document.querySelectorAll("[data-kt-saved-text]")) one.textContent = text;
}

/** The note above every page: what waits on the phone, with a way to where it is. */
function note(text, url = "") {
  const place = document.getElementById("kept-note");
  if (!place) return;
  place.hidden = !text;
  place.querySelector("p").textContent = text;
  const link = place.querySelector("a");
  link.hidden = !url;
  if (url) link.href = url;
}

const form = document.querySelector("form[data-kt-kept]");
let mine = null;
let recording = false;

function ticks() {
  return [...form.querySelectorAll("input[name=criterion]:checked")].map((box) => Number(box.value));
}

function begin() {
  return {
    id: crypto.randomUUID(), device: DEVICE, url: form.dataset.ktKept, page: window.location.pathname, seen: form.dataset.ktSeen,
    base: JSON.parse(form.dataset.ktBase), ticks: null, times: [], since: Date.now(), waited: false,
  };
}

function clock(moment) {
  const part = Object.fromEntries(new Intl.DateTimeFormat("da-DK", {
    hour: "numeric", minute: "2-digit", timeZone: "Europe/Copenhagen", // the server says every time so, too
  }).formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${Number(part.hour)}.${part.minute}`;
}

function listTimes() {
  const list = document.getElementById("kept-times");
  if (!list) return;
  list.hidden = !mine?.times.length;
  list.replaceChildren(...(mine?.times ?? []).map((time) => {
    const row = document.createElement("li");
    const name = form.querySelector(`.kt-panel-foot button[name=record][value="${time.kind}"]`)?.textContent ?? "";
    row.textContent = `${name} · ${clock(new Date(time.at))} · ${texts.textKept}`;
    return row;
  }));
}

function ask(html) {
  const part = new DOMParser().parseFromString(html, "text/html").querySelector("#kept-choice");
  if (!part) return;
  document.getElementById("kept-choice")?.remove();
  document.getElementById("kept-place").replaceChildren(part);
  part.focus();
}

async function deliver() {
  if (!mine) return;
  const one = mine;
  const { state, html, answer } = await send(one);
  if (state === "sent") {
    form.dataset.ktSeen = answer.seen;
    form.dataset.ktBase = JSON.stringify(answer.ticks);
    const text = (one.waited ? texts.textSent : texts.textSaved).replace("{time}", answer.at);
    mine = null;
    mark(text);
    note("");
    if (one.waited || answer.recorded) say(text);
    document.getElementById("gaps")?.remove();
    // Never the whole page: what is ticked in that moment would be lost.
    form.dispatchEvent(new CustomEvent(answer.recorded ? "kt:recorded" : "kt:saved", { bubbles: true }));
  } else if (state === "gone") {
    mine = null;
    mark("");
    note("");
  } else {
    if (!one.waited) {
      one.waited = true;
      await keep(one);
    }
    mark(texts.textKept);
    say(texts.textKept);
    if (state === "ask") ask(html);
    else if (state === "waits") note(texts.textWaits);
    else if (state === "signed-out") note(texts.textSignIn, window.location.pathname);
    else note(texts.textRefused);
  }
  listTimes();
}

let queue = Promise.resolve();
/** One after the other, so that nothing overtakes. */
function inTurn(work) {
  queue = queue.then(work, work);
  return queue;
}

async function saveTicks() {
  mark(texts.textSaving);
  if (able) {
    mine ??= begin();
    mine.ticks = ticks();
    await keep(mine);
    await deliver();
    return;
  }
  try {
    const answer = await post(form.dataset.ktAutosave, new FormData(form));
    if (!answer.ok) throw new Error(String(answer.status));
    mark(texts.textSaved.replace("{time}", clock(new Date())));
    form.dispatchEvent(new CustomEvent("kt:saved", { bubbles: true }));
  } catch {
    mark("");
    say(texts.textUnsaved);
    note(texts.textUnsaved);
  }
}

async function saveTime(kind) {
  mine ??= begin();
  mine.ticks = ticks();
  recording = true;
  mine.times.push({
    id: crypto.randomUUID(), kind, how: form.elements.how?.value ?? "observed", where: form.elements.where?.value ?? "",
    at: new Date().toISOString(),
  });
  await keep(mine);
  await deliver();
}

/** Whether the page asks for another day than today: that is recorded on the page only. */
function isAnotherDay() {
  const field = form.elements.observed_on;
  return Boolean(field && field.value !== field.defaultValue);
}

function startForm() {
  let timer = 0;
  // Where the page answers a form, to load it again would send the form as it was then, over what has been saved since.
  window.history.replaceState(window.history.state, "", window.location.href);
  document.addEventListener("htmx:afterSettle", () => {
    const times = document.getElementById("times");
    if (document.activeElement !== document.body || !times || !recording) return; // the button that was pressed is gone
    recording = false;
    times.tabIndex = -1;
    times.focus({ preventScroll: true });
  });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "criterion") return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => inTurn(saveTicks), 250);
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!able || !button) return;
    if (button.name === "record" && !isAnotherDay()) {
      event.preventDefault();
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true"); // a second press is the same time
      inTurn(() => saveTime(button.value)).finally(() => window.setTimeout(() => button.removeAttribute("aria-disabled"), 1000));
    } else if (!navigator.onLine && ["record", "later"].includes(button.name)) {
      event.preventDefault();
      const text = button.name === "record" ? texts.textDay : texts.textKept;
      note(text);
      say(text);
    }
  });
  document.addEventListener("click", async (event) => {
    const choice = event.target.closest("[data-kt-kept=send], [data-kt-kept=drop]");
    if (!choice || choice === form || !mine) return;
    const place = choice.closest("#kept-choice");
    if (choice.dataset.ktKept === "drop") {
      await drop(mine.id);
      mine = null;
      window.location.replace(window.location.pathname); // to reload what answered a form would send that form again
      return;
    }
    Object.assign(mine, { seen: place.dataset.seen, base: place.dataset.base ? place.dataset.base.split(",").map(Number) : [] });
    if (place.dataset.dropTicks) mine.ticks = null;
    place.remove();
    await inTurn(async () => { await keep(mine); await deliver(); });
  });
}

async function startKept() {
  const kept = await all();
  if (form && DEVICE) {
    mine = kept.find((one) => one.url === form.dataset.ktKept) ?? null;
    if (mine?.ticks) {
      for (const box of form.querySelectorAll("input[name=criterion]")) box.checked = mine.ticks.includes(Number(box.value));
    }
    if (mine) {
      mine.waited = true;
      mark(texts.textKept);
      listTimes();
      await deliver();
    }
  }
  const rest = kept.filter((one) => one.url !== form?.dataset.ktKept);
  if (!DEVICE) {
    if (rest.length) note(texts.textSignIn);
    return;
  }
  for (const one of rest) {
    const { state, answer } = await send(one);
    if (state === "sent") note(texts.textSent.replace("{time}", answer.at));
    else if (state !== "gone") note(state === "waits" ? texts.textWaits : texts.textChoose, state === "waits" ? "" : one.page);
  }
}

// --- What needs a connection, and the ends ------------------------------------------------------------------------

function startConnected() {
  const buttons = () => document.querySelectorAll("[data-kt-connected]");
  const show = () => {
    for (const button of buttons()) {
      const off = !navigator.onLine;
      button.toggleAttribute("data-kt-off", off);
      if (off) button.setAttribute("aria-describedby", "no-connection");
      else button.removeAttribute("aria-describedby");
    }
    const words = document.getElementById("no-connection");
    if (words) words.hidden = navigator.onLine || !buttons().length;
  };
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const asks = button?.matches("[data-kt-connected]") || (form === event.target && ["gate", "undo", "next"].includes(button?.name));
    if (!asks || navigator.onLine) return;
    event.preventDefault();
    say(texts.textConnect);
    document.getElementById("no-connection")?.removeAttribute("hidden");
  });
  window.addEventListener("offline", show);
  window.addEventListener("online", show);
  document.addEventListener("htmx:afterSettle", show);
  show();
}

function startSignOut() {
  for (const leaving of document.querySelectorAll("form[data-kt-sign-out]")) {
    leaving.addEventListener("submit", async (event) => {
      event.preventDefault();
      const waiting = await all().catch(() => []);
      if (waiting.length && !window.confirm(texts.textLose)) return;
      await dropAll().catch(() => {});
      leaving.submit();
    });
  }
}

async function startOfflinePage() {
  const place = document.getElementById("kept-here");
  if (!place) return;
  document.getElementById("try-again").href = window.location.href;
  window.addEventListener("online", () => window.setTimeout(() => window.location.reload(), 1000)); // a network that has just come is weak
  const count = able ? (await all()).length : 0;
  place.textContent = count ? place.dataset.some : place.dataset.none;
}

if (texts.ktWorker && "serviceWorker" in navigator) {
  navigator.serviceWorker.register(texts.ktWorker, { updateViaCache: "none" }).catch(() => {});
}
startConnected();
startOfflinePage();
if (form) startForm();
if (able && !document.getElementById("kept-here")) {
  startSignOut();
  inTurn(startKept);
  window.addEventListener("online", () => inTurn(startKept));
}
