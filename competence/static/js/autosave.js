// Ticks are saved as a draft after each tick: a form with data-kt-autosave="URL" is posted there, and the mark
// "Gemt 10.42" (macro `saved`) follows. The events themselves are only made when the form is sent.

// The server says every time in Danish time; so does the mark, wherever the phone believes it is.
const DANISH = new Intl.DateTimeFormat("da-DK", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Copenhagen" });

function clockText() {
  const part = Object.fromEntries(DANISH.formatToParts(new Date()).map(({ type, value }) => [type, value]));
  return `${Number(part.hour)}.${part.minute}`;
}

function show(text) {
  for (const mark of document.querySelectorAll("[data-kt-saved-text]")) mark.textContent = text;
}

async function save(form) {
  const texts = document.body.dataset;
  show(texts.textSaving);
  try {
    const answer = await fetch(form.dataset.ktAutosave, {
      method: "POST", body: new FormData(form), credentials: "same-origin", headers: { "X-Requested-With": "fetch" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    show(texts.textSaved.replace("{time}", clockText()));
    form.dispatchEvent(new CustomEvent("kt:saved", { bubbles: true }));
  } catch {
    show("");
    document.dispatchEvent(new CustomEvent("kt:say", { detail: texts.textUnsaved }));
    const banner = document.getElementById("unsaved");
    if (banner) banner.hidden = false;
    else show(texts.textUnsaved);
  }
}

for (const form of document.querySelectorAll("form[data-kt-autosave]")) {
  let timer = 0;
  form.addEventListener("change", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => save(form), 250);
  });
}
